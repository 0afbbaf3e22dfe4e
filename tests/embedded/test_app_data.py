"""Invocations, evaluations, datasets, files, users and uploads over HTTP: shapes that only the wire has."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from reconciler.embedded.access import Caller
from reconciler.embedded.app import build_app
from reconciler.embedded.http.accounts import Accounts
from reconciler.embedded.http.application import application
from reconciler.embedded.http.decoding import QUERY_LIMIT
from reconciler.embedded.http.seals import LINK_GOOD_FOR, RUN_PREFIX, Seals
from reconciler.embedded.http.staging import Staging
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.run_builders import new_invocation
from tests.contract.server import serving
from tests.embedded.furnished import Furnished, furnish

ANN: Final = Caller("ann@ours.example", "og_ours")
INVOCATION: Final = new_invocation().model_dump(mode="json")
NEWEST: Final = {"X-Roboto-Api-Version": "2026-10-06"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A platform that has one of everything."""
    platform = EmbeddedPlatform.open(tmp_path_factory.mktemp("data") / "platform.db", caller=ANN)
    yield furnish(platform)
    platform.close()


@pytest.fixture(scope="module")
def client(furnished: Furnished) -> Iterator[httpx.Client]:
    """Ann's client."""
    headers = {"Authorization": "Bearer ann-token", "X-Roboto-Api-Version": "2025-07-14"}
    with (
        serving(build_app(furnished.platform, tokens={"ann-token": ANN})) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def dataset(client: httpx.Client) -> dict[str, Any]:
    """A new dataset."""
    record: dict[str, Any] = told(client.post("/v1/datasets", json={"name": "run", "description": "old"}))
    return record


def told(response: httpx.Response) -> Any:
    """Return what an answer holds."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert body.keys() == {"data"}
    return body["data"]


PAGES: Final = [
    ("POST", "/v1/actions/query"),
    ("POST", "/v1/actions/query/actionhub"),
    ("POST", "/v1/actions/invocations/query"),
    ("GET", "/v1/actions/invocations/org-stats"),
    ("GET", "/v1/actions/invocations/{invocation_id}/logs"),
    ("POST", "/v1/triggers/query"),
    ("GET", "/v1/triggers/one/evaluations?limit=1"),
    ("GET", "/v1/triggers/dataset/id/{dataset_id}/evaluations"),
    ("POST", "/v1/datasets/query"),
    ("POST", "/v1/datasets/{dataset_id}/files/query"),
    ("GET", "/v1/files/association/id/{dataset_id}/directories"),
]


@pytest.mark.parametrize(("method", "path"), PAGES)
@pytest.mark.parametrize("token", ["", "page_token=None"])
def test_every_page_has_items_and_a_token(
    client: httpx.Client, furnished: Furnished, method: str, path: str, token: str
) -> None:
    """The official client looks next_token up on every page, and writes None where it has no token."""
    path = path.format_map(furnished.ids)
    body: dict[str, Any] | None = {} if method == "POST" else None

    page = told(client.request(method, f"{path}{'&' if '?' in path else '?'}{token}", json=body))

    assert page.keys() == {"items", "next_token"}


@pytest.mark.parametrize("path", ["/v1/users/whoami", "/v1/users", "/v1/users/id/ann@ours.example"])
def test_the_caller_is_a_user(client: httpx.Client, path: str) -> None:
    """Whoever asks, and however, is told with the members that the official record requires."""
    assert told(client.get(path)) == {
        "user_id": "ann@ours.example",
        "name": None,
        "picture_url": None,
        "is_service_user": False,
        "is_system_user": False,
        "notification_channels_enabled": {},
        "notification_types_enabled": {},
    }


@pytest.mark.parametrize("path", ["/v1/orgs/caller", "/v1/users/id/ann@ours.example/orgs"])
def test_organizations_are_a_plain_list(client: httpx.Client, path: str) -> None:
    """No page: a list, with the members that the official record requires."""
    [organization] = told(client.get(path))

    assert told(client.get("/v1/orgs/id/og_ours")) == organization
    assert organization["org_id"] == "og_ours"
    assert organization.keys() == {"org_id", "name", "tier", "status", "created", "created_by"}


def test_cancelling_all_says_it_in_both_tongues(client: httpx.Client) -> None:
    """Older clients count what remains, newer ones ask whether there is more."""
    told(client.post("/v1/actions/one/invoke", json=INVOCATION))

    answer = told(client.post("/v1/actions/invocations/cancel/all", json={}))

    assert answer.keys() == {"success_count", "failure_count", "count_remaining", "has_more"}
    assert (answer["count_remaining"], answer["has_more"]) == (0, False)
    assert answer["success_count"] >= 1


def test_a_log_stream_has_its_three_members(client: httpx.Client, furnished: Furnished) -> None:
    """Its cursor goes on where it stopped; None is no cursor."""
    path = f"/v1/actions/invocations/{furnished.ids['invocation_id']}/logs/stream"

    stream = told(client.get(path, params={"last_read": "None"}))
    rest = told(client.get(path, params={"last_read": stream["last_read"]}))

    assert [line["log"] for line in stream["items"]] == ["hello"]
    assert stream.keys() == {"items", "last_read", "has_next"}
    assert rest == {"items": [], "last_read": stream["last_read"], "has_next": False}


def test_an_invocation_is_whole_and_counts_in_statistics(client: httpx.Client) -> None:
    """What the official record requires is never null; the time span of statistics is kept."""
    before = statistics(client)
    record = told(client.post("/v1/actions/one/invoke?digest=None", json=INVOCATION))

    required = ("compute_requirements", "container_parameters", "timeout", "provenance", "data_source", "status")
    assert all(record[name] is not None for name in required)
    assert [each["status"] for each in record["status"]] == [record["last_status"]] == [0]
    assert statistics(client) == before + 1
    assert statistics(client, start_time="2100-01-01T00:00:00Z") == 0
    assert statistics(client, end_time="2000-01-01T00:00:00") == 0
    assert client.get("/v1/actions/invocations/org-stats", params={"start_time": "soon"}).status_code == 400


def statistics(client: httpx.Client, **span: str) -> int:
    """Return how many invocations of the action are queued."""
    items = told(client.get("/v1/actions/invocations/org-stats", params=span))["items"]
    return sum(each["queued_count"] for each in items if each["action_name"] == "one")


def test_a_second_use_of_an_idempotency_id_is_a_conflict(client: httpx.Client) -> None:
    """The official client recognises it by the envelope."""
    body = {**INVOCATION, "idempotency_id": "once"}
    assert client.post("/v1/actions/one/invoke", json=body).status_code == 200

    again = client.post("/v1/actions/one/invoke", json=body)

    assert (again.status_code, again.json()["error"]["error_code"]) == (409, "RobotoConflictException")


@pytest.mark.parametrize(
    ("version", "left"), [(None, "old"), ("2025-07-14", "old"), ("2026-01-02", None), ("2026-10-06", None)]
)
def test_null_in_an_update_of_a_dataset_means_what_it_meant(
    client: httpx.Client, dataset: Mapping[str, Any], version: str | None, left: str | None
) -> None:
    """Older clients write null for what they leave alone, newer ones for what they clear."""
    client.headers.pop("X-Roboto-Api-Version")
    headers = {} if version is None else {"X-Roboto-Api-Version": version}
    body = {"name": "new", "description": None, "metadata_changeset": None, "conditions": None}

    updated = told(client.put(f"/v1/datasets/{dataset['dataset_id']}", json=body, headers=headers))

    client.headers["X-Roboto-Api-Version"] = "2025-07-14"
    assert (updated["name"], updated["description"]) == ("new", left)


def test_conditions_on_an_update_are_refused_and_not_overlooked(
    client: httpx.Client, dataset: Mapping[str, Any]
) -> None:
    """An update that should only happen in some state must not happen in every one."""
    body = {"name": "new", "conditions": [{"key": "name", "value": "other"}]}

    response = client.put(f"/v1/datasets/{dataset['dataset_id']}", json=body)

    assert (response.status_code, "conditions" in response.text) == (400, True)


def test_a_file_is_found_by_id_and_by_path(client: httpx.Client, dataset: Mapping[str, Any]) -> None:
    """A path may hold what means something in patterns; of the versions there is the latest."""
    dataset_id = dataset["dataset_id"]
    imported = []
    for path in ("a/b [1]*?!.bag", "#a", "!b", "a\\c", "ö", "a/b [1]xy!.bag"):
        body = {"dataset_id": dataset_id, "relative_path": path, "uri": "s3://bucket/key", "size": 3}
        record = told(client.post("/v1/files/import", json=body))
        imported.append(record)
        found = told(client.get(f"/v1/files/record/path/{quote(path)}/association/{dataset_id}?version_id=None"))
        assert found == record
        assert told(client.get(f"/v1/files/record/{record['file_id']}", params={"version_id": 1})) == record
    assert client.get(f"/v1/files/record/{imported[0]['file_id']}?version_id=7").status_code == 404
    assert client.get(f"/v1/files/record/path/ghost/association/{dataset_id}").status_code == 404


def test_files_are_imported_at_once_as_a_plain_list(client: httpx.Client, dataset: Mapping[str, Any]) -> None:
    """And listed by patterns, the token in the body or in the query string."""
    dataset_id = dataset["dataset_id"]
    requests = [
        {"dataset_id": dataset_id, "relative_path": f"{number % 2}/{number:04}.bag", "uri": "s3://b/k"}
        for number in range(1200)
    ]
    assert len(told(client.post("/v1/files/import/batch", json={"requests": requests}))) == 1200

    path, query = f"/v1/datasets/{dataset_id}/files/query", {"include_patterns": ["*.bag"]}
    first = told(client.post(path, params={"page_token": "None"}, json=query))
    token = first["next_token"]
    rest = told(client.post(path, params={"page_token": token}, json=query))

    assert told(client.post(path, json={**query, "page_token": token})) == rest
    assert len(first["items"]) + len(rest["items"]) == 1200
    directories = told(client.get(f"/v1/files/association/id/{dataset_id}/directories"))["items"]
    assert [(each["relative_path"], each["name"], each["fs_type"]) for each in directories] == [
        ("0", "0", "directory"),
        ("1", "1", "directory"),
    ]


def test_local_files_come_in_all_at_once(client: httpx.Client, dataset: Mapping[str, Any]) -> None:
    """An upload's files are the dataset's when it is complete; sending a path again replaces it."""
    uploads = f"/v1/datasets/{dataset['dataset_id']}/uploads"
    upload_id = told(client.post(uploads))["upload_id"]
    for path, content in (("a/b c.bag", b"first"), ("a/b c.bag", b"\x00second"), ("ö.txt", b"")):
        received = told(client.put(f"{uploads}/{upload_id}/files/{path}", content=content))
        assert received == {"relative_path": path, "size": len(content)}
    assert listed(client, dataset) == []

    records = told(client.post(f"{uploads}/{upload_id}/complete"))

    assert sorted((each["relative_path"], each["size"]) for each in records) == [("a/b c.bag", 7), ("ö.txt", 0)]
    assert len({each["upload_id"] for each in records}) == 1
    assert listed(client, dataset) == ["a/b c.bag", "ö.txt"]
    read = client.get(f"/v1/files/{by_path(records, 'a/b c.bag')['file_id']}/content")
    assert read.content == b"\x00second"
    assert told(client.post(f"{uploads}/{upload_id}/complete")) == records


def test_a_large_file_comes_in_whole(client: httpx.Client, dataset: Mapping[str, Any]) -> None:
    """Beyond what a body of JSON may have, and more than is written at once."""
    uploads = f"/v1/datasets/{dataset['dataset_id']}/uploads"
    upload_id = told(client.post(uploads))["upload_id"]
    content = bytes(range(256)) * 40_000

    told(client.put(f"{uploads}/{upload_id}/files/large.bag", content=content, headers={"Content-Type": "text/plain"}))
    [record] = told(client.post(f"{uploads}/{upload_id}/complete"))

    assert client.get(f"/v1/files/{record['file_id']}/content").content == content
    part = client.get(f"/v1/files/{record['file_id']}/content", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"\x01\x02\x03")


def test_an_upload_that_is_refused_leaves_nothing(client: httpx.Client, dataset: Mapping[str, Any]) -> None:
    """Paths out of the dataset, unknown uploads, none to complete, and one that was given up."""
    uploads = f"/v1/datasets/{dataset['dataset_id']}/uploads"
    upload_id = told(client.post(uploads))["upload_id"]

    statuses = {
        "path": client.put(f"{uploads}/{upload_id}/files/a/%2e%2e/b", content=b"x").status_code,
        "absolute": client.put(f"{uploads}/{upload_id}/files//etc/passwd", content=b"x").status_code,
        "unknown": client.put(f"{uploads}/up_{'0' * 32}/files/a", content=b"x").status_code,
        "outside": client.put(f"{uploads}/..%2f..%2fx/files/a", content=b"x").status_code,
        "empty": client.post(f"{uploads}/{upload_id}/complete").status_code,
        "given up": client.delete(f"{uploads}/{upload_id}").status_code,
        "over": client.put(f"{uploads}/{upload_id}/files/a", content=b"x").status_code,
        "twice": client.delete(f"{uploads}/{upload_id}").status_code,
    }

    assert statuses == {
        "path": 400,
        "absolute": 400,
        "unknown": 404,
        "outside": 404,
        "empty": 409,
        "given up": 204,
        "over": 404,
        "twice": 404,
    }
    assert listed(client, dataset) == []


def test_what_was_begun_and_left_goes_when_it_is_old(furnished: Furnished, client: httpx.Client) -> None:
    """And so does what a server that was killed had half received; of what is over nothing is there."""
    database = Path(furnished.platform.identity().endpoint)
    staging = Staging.beside(database)
    folder = database.with_name(f"{database.name}.uploads")
    client.post(f"/v1/datasets/{furnished.ids['dataset_id']}/uploads")
    descriptor, _ = staging.receive()
    os.close(descriptor)
    assert len(list(folder.iterdir())) >= 2

    staging.discard_old(before=time.time() - 60)
    assert len(list(folder.iterdir())) >= 2
    staging.discard_old(before=time.time() + 60)

    assert list(folder.iterdir()) == []


def test_a_signed_link_reads_one_file_without_a_token(
    client: httpx.Client, furnished: Furnished, dataset: Mapping[str, Any]
) -> None:
    """For an hour, that file, and no other way."""
    uploads = f"/v1/datasets/{dataset['dataset_id']}/uploads"
    upload_id = told(client.post(uploads))["upload_id"]
    for name in ("a", "b"):
        told(client.put(f"{uploads}/{upload_id}/files/{name}", content=name.encode()))
    a, b = sorted(told(client.post(f"{uploads}/{upload_id}/complete")), key=lambda each: str(each["relative_path"]))

    url = told(client.get(f"/v1/files/{a['file_id']}/signed-url"))["url"]

    assert httpx.get(url, trust_env=False).content == b"a"
    assert httpx.get(url.replace(a["file_id"], b["file_id"]), trust_env=False).status_code == 401
    assert httpx.get(url[:-1] + ("0" if url[-1] != "0" else "1"), trust_env=False).status_code == 401
    assert httpx.get(url.partition("?")[0], trust_env=False).status_code == 401
    imported = client.get(f"/v1/files/{furnished.ids['file_id']}/signed-url")
    assert (imported.status_code, "imported" in imported.text) == (400, True)


def test_a_link_is_good_for_an_hour() -> None:
    """And only for those who have the key; what is no link at all is no error."""
    now = 1000.0
    seals = Seals(clock=lambda: now)
    token = seals.link("fl_1", user_id="ann@ours.example")

    assert seals.user_of_link(token, "fl_1") == "ann@ours.example"
    assert Seals(clock=lambda: now).user_of_link(token, "fl_1") is None
    assert seals.user_of_link(token, "fl_2") is None
    for broken in ("", ".", "..", "9" * 5000 + ".a.b", "é.a.b", token + "\ud800", "²."):
        assert seals.user_of_link(broken, "fl_1") is None
        assert seals.run_of(RUN_PREFIX + broken) is None
    assert seals.run_of(RUN_PREFIX + token) is None
    now += LINK_GOOD_FOR + 1
    assert seals.user_of_link(token, "fl_1") is None


def test_a_run_works_for_its_organization(furnished: Furnished) -> None:
    """With a token of its own, as who started it, for as long as it may last."""
    seals = Seals()
    token = seals.run("og_ours", user_id="ann@ours.example", invocation_id="iv_1", good_for=60)
    over = seals.run("og_ours", user_id="ann@ours.example", invocation_id="iv_1", good_for=-60)
    app = application(furnished.platform, accounts=Accounts(), seals=seals)
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        answers = {
            each: client.get("/v1/users", headers={"Authorization": f"Bearer {each}"}) for each in (token, over, "run.")
        }

    assert told(answers[token])["user_id"] == "ann@ours.example"
    assert [answer.status_code for answer in answers.values()] == [200, 401, 401]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/query/submit/term"),
    ],
)
def test_what_this_platform_does_not_have_is_said_in_words(
    client: httpx.Client, furnished: Furnished, method: str, path: str
) -> None:
    """No 404, which would mislead, and no 501, which would be repeated for minutes."""
    response = client.request(method, path.format_map(furnished.ids), json={})

    assert response.status_code == 400
    assert "this platform has no" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ";"]
)
def test_a_body_that_says_it_is_no_json_is_refused(client: httpx.Client, content_type: str) -> None:
    """A form of some web page is none of our clients."""
    response = client.post("/v1/actions/query", content=b"{}", headers={"Content-Type": content_type})

    assert response.status_code == 415


def test_json_may_say_its_charset(client: httpx.Client) -> None:
    """As long as it is UTF-8."""
    for charset, status in (("utf-8", 200), ('"UTF-8"', 200), ("latin-1", 415)):
        headers = {"Content-Type": f"application/json; charset={charset}"}
        assert client.post("/v1/actions/query", content=b"{}", headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/v1/actions/one", "/v1/orgs/caller"])
def test_a_query_string_beyond_measure_is_refused(client: httpx.Client, path: str) -> None:
    """Page tokens are long, but not that long."""
    assert client.get(path, params={"digest": "x" * QUERY_LIMIT}).status_code == 414


@pytest.mark.parametrize("version", ["latest", "2026", "20260810", "2026-08-10T00:00:00Z", "\xe9"])
def test_an_api_version_is_a_date(client: httpx.Client, version: str) -> None:
    """Versions compare as texts: one that is no date could mean anything."""
    headers = {b"X-Roboto-Api-Version": version.encode("latin-1")}

    assert client.get("/v1/orgs/caller", headers=headers).status_code == 400


def test_head_is_get_without_a_body(client: httpx.Client) -> None:
    """Probes and proxies ask so."""
    response = client.head("/v1/orgs/caller")

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json"])
def test_the_door_is_open_to_everybody(client: httpx.Client, path: str) -> None:
    """Whether it is there, whether it is well, and what it can do is no secret."""
    response = httpx.get(client.base_url.join(path), trust_env=False)

    assert response.status_code == 200
    assert (response.headers["content-type"] == "application/json") == (path != "/")


def listed(client: httpx.Client, dataset: Mapping[str, Any]) -> list[str]:
    """Return the paths of a dataset's files."""
    page = told(client.post(f"/v1/datasets/{dataset['dataset_id']}/files/query", json={}))
    return [each["relative_path"] for each in page["items"]]


def by_path(records: list[dict[str, Any]], path: str) -> dict[str, Any]:
    """Return the record of a path."""
    return next(each for each in records if each["relative_path"] == path)
