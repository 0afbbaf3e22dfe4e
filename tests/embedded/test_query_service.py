"""The query service over HTTP, where it says no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from reconciler.embedded.access import Caller
from reconciler.embedded.app import build_app
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.run_builders import new_dataset, new_import
from tests.contract.server import serving

ANN: Final = Caller("ann@ours.example", "og_ours")
BOB: Final = Caller("bob@theirs.example", "og_theirs")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[EmbeddedPlatform]:
    """A platform with three files of two datasets of ours, and one of another organization's."""
    platform = EmbeddedPlatform.open(tmp_path / "platform.db", caller=ANN)
    first, second = (platform.create_dataset(new_dataset()).dataset_id for _ in range(2))
    platform.import_files([new_import(first, "a"), new_import(first, "b"), new_import(second, "c")])
    foreign = platform.as_caller(BOB)
    foreign.import_files([new_import(foreign.create_dataset(new_dataset()).dataset_id, "d")])
    yield platform
    platform.close()


@pytest.fixture
def client(platform: EmbeddedPlatform) -> Iterator[httpx.Client]:
    """A client of the served platform."""
    app = build_app(platform, tokens={"token-of-ann-1": ANN, "token-of-bob-1": BOB})
    headers = {"Authorization": "Bearer token-of-ann-1"}
    with serving(app) as url, httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


def submitted(client: httpx.Client, **given: Any) -> httpx.Response:
    """Submit a query for files, by conditions."""
    return client.post("/v1/query/submit/structured", json={"target": "files", "query": {}, **given})


def test_results_come_page_by_page(client: httpx.Client) -> None:
    """The page token of the service has a name of its own; files of other organizations are in none of them."""
    query = {"limit": 2, "sort_by": "relative_path", "sort_direction": "ASC"}
    results = f"/v1/query/id/{submitted(client, query=query).json()['data']['query_id']}/results"
    first = client.get(results).json()["data"]
    second = client.get(results, params={"next_page_token": first["next_token"]}).json()["data"]

    assert [file["relative_path"] for file in first["items"]] == ["a", "b"]
    assert [file["relative_path"] for file in second["items"]] == ["c"]
    assert second["next_token"] is None


def test_the_id_of_a_query_lets_nobody_see_more(client: httpx.Client) -> None:
    """Whoever has it asks with the rights they have."""
    query_id = submitted(client).json()["data"]["query_id"]
    foreign = {"Authorization": "Bearer token-of-bob-1"}

    assert client.get(f"/v1/query/id/{query_id}/results", headers=foreign).status_code == 403


@pytest.mark.parametrize("query_id", ["qr_", "x", "qr_djE6anNvbjp7fQ", "qr_" + "a" * 200])
def test_an_unknown_query_is_not_found(client: httpx.Client, query_id: str) -> None:
    """Whatever an id that is none of ours says."""
    assert client.get(f"/v1/query/id/{query_id}").status_code == 404
    assert client.get(f"/v1/query/id/{query_id}/results").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"target": "sessions"}, "target"),
        ({"query": {"limit": 0}}, "limit 0 is out of range"),
        ({"query": {"sort_by": "x"}}, 'cannot sort by "x"'),
        ({"query": {"condition": {"field": "name", "comparator": "EQUALS", "value": "x" * 20_000}}}, "too long"),
    ],
)
def test_what_cannot_be_searched_is_refused_at_once(client: httpx.Client, given: dict[str, Any], words: str) -> None:
    """A client that was told that results are available is not refused them."""
    response = submitted(client, **given)

    assert response.status_code == 400
    assert words in response.json()["error"]["message"]
