"""The platform over HTTP: what the contract suite, which sees it through the client, cannot see."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from reconciler.domain.datasets import CreateDatasetRequest
from reconciler.embedded.app import BODY_LIMIT, build_app
from reconciler.embedded.http.accounts import Accounts
from reconciler.embedded.http.application import application
from reconciler.embedded.http.refusals import MESSAGE_LIMIT
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from tests.contract.builders import new_action
from tests.contract.server import serving

ANN: Final = Caller("ann@ours.example", "og_ours")
BOB: Final = Caller("bob@theirs.example", "og_theirs")
TWO: Final = Caller("two@both.example", "og_ours", frozenset({"og_second"}))
TOKENS: Final = {"ann-token": ANN, "bob-token": BOB, "two-token": TWO}
ACTION: Final = {"name": "ros_ingest", "uri": "img:1"}
TRIGGER: Final = {
    "name": "on_bag",
    "action_name": "ros_ingest",
    "required_inputs": ["*.bag"],
    "for_each": "dataset",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served platform with one published action of another organization."""
    platform = EmbeddedPlatform.open(tmp_path_factory.mktemp("served") / "platform.db", caller=ANN)
    with serving(build_app(platform, tokens=TOKENS)) as url:
        yield url
    platform.close()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """Ann, with no definitions of before."""
    with httpx.Client(base_url=url, headers={"Authorization": "Bearer ann-token"}, trust_env=False) as client:
        for kind in ("triggers", "actions"):
            for record in client.post(f"/v1/{kind}/query", json={}).json()["data"]["items"]:
                client.delete(f"/v1/{kind}/{record['name']}")
        yield client


def envelope(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error, having checked its shape."""
    body = response.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"error_code", "message"}
    assert body["error"]["message"]
    assert response.headers["content-type"] == "application/json"
    return response.status_code, body["error"]["error_code"]


def test_answers_come_in_data_with_every_field(client: httpx.Client) -> None:
    """A record is whole: null fields are there."""
    response = client.post("/v1/actions", json=ACTION)

    data = response.json()["data"]
    assert response.status_code == 200
    assert data["name"] == "ros_ingest"
    assert data["timeout"] is None
    assert data["published"] is None
    assert data["accessibility"] == "organization"
    assert client.get("/v1/actions/ros_ingest", params={"digest": data["digest"]}).json()["data"] == data


def test_not_given_is_written_none_in_queries(client: httpx.Client) -> None:
    """The official client sends the text None for what it does not have."""
    created = client.post("/v1/actions", json=ACTION).json()

    response = client.get("/v1/actions/ros_ingest", params={"digest": "None", "robotoResourceOwnerId": "None"})

    assert response.json() == created


def test_pages_always_have_a_token_field(client: httpx.Client) -> None:
    """The official client looks next_token up whether or not there is a next page."""
    for path in ("/v1/actions/query", "/v1/actions/query/actionhub", "/v1/triggers/query"):
        assert client.post(path, json={}).json()["data"]["next_token"] is None


def test_delete_answers_without_a_body(client: httpx.Client) -> None:
    """There is nothing to say after a delete."""
    client.post("/v1/actions", json=ACTION)

    response = client.delete("/v1/actions/ros_ingest")

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/v1/actions/ghost", None, (404, "RobotoNotFoundException")),
        ("GET", "/v1/actions/%FF%00", None, (404, "RobotoNotFoundException")),
        ("GET", "/v1/triggers/ghost", None, (404, "RobotoNotFoundException")),
        ("PUT", "/v1/actions/ghost", {}, (404, "RobotoNotFoundException")),
        ("DELETE", "/v1/triggers/ghost", None, (404, "RobotoNotFoundException")),
        ("POST", "/v1/triggers", TRIGGER, (404, "RobotoNotFoundException")),
        ("POST", "/v1/actions", {**ACTION, "timeout": 0}, (400, "RobotoInvalidRequestException")),
        ("GET", "/v1", None, (404, "RobotoUnknownOperationException")),
        ("GET", "/v1/actions/a/b/c", None, (404, "RobotoUnknownOperationException")),
        ("GET", "/v1/actions/", None, (404, "RobotoUnknownOperationException")),
        ("PATCH", "/v1/actions/ros_ingest", {}, (405, "RobotoUnknownOperationException")),
        ("DELETE", "/v1/actions", None, (405, "RobotoUnknownOperationException")),
    ],
)
def test_refusals_travel_in_an_envelope(
    client: httpx.Client, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    """Every refusal has a code and a message and nothing else."""
    assert envelope(client.request(method, path, json=body)) == expected


def test_a_conflict_has_its_code(client: httpx.Client) -> None:
    """The official command line recognises a duplicate by the envelope."""
    client.post("/v1/actions", json=ACTION)

    assert envelope(client.post("/v1/actions", json=ACTION)) == (409, "RobotoConflictException")


def test_a_foreign_hub_action_is_forbidden_to_change(client: httpx.Client, url: str) -> None:
    """403 carries the code the platform documents for "may not do that"."""
    client.post("/v1/actions", json=ACTION)
    client.put("/v1/actions/ros_ingest/accessibility", json={"accessibility": "action_hub"})
    headers = {"Authorization": "Bearer bob-token", "X-Roboto-Resource-Owner-Id": "og_ours"}

    assert httpx.get(f"{url}/v1/actions/ros_ingest", headers=headers, trust_env=False).status_code == 200
    refused = httpx.put(f"{url}/v1/actions/ros_ingest", headers=headers, json={}, trust_env=False)
    assert envelope(refused) == (403, "RobotoUnauthorizedException")


BAD_BODIES: Final = {
    "nothing": b"",
    "broken": b'{"name": ',
    "not an object": b"[]",
    "null": b"null",
    "not UTF-8": b'{"name": "\xff"}',
    "half a surrogate pair": b'{"name": "a", "metadata": {"a": "\\ud800"}}',
    "deep": b'{"name": "a", "metadata": ' + b"[" * 100_000,
    "deep and whole": b'{"name": "a", "metadata": {"a": ' + b"[" * 150 + b"]" * 150 + b"}}",
    "NaN": b'{"name": "a", "metadata": {"a": NaN}}',
    "infinity": b'{"name": "a", "metadata": {"a": 1e999}}',
    "long number": b'{"name": "a", "timeout": ' + b"9" * 4000 + b"}",
    "longer number": b'{"name": "a", "metadata": {"a": ' + b"9" * 5000 + b"}}",
    "no name": b"{}",
    "number for a name": b'{"name": 5}',
    "text for a number": b'{"name": "a", "timeout": "5"}',
    "boolean for a number": b'{"name": "a", "timeout": true}',
    "text for a boolean": b'{"name": "a", "requires_downloaded_inputs": "yes"}',
    "unknown compute": b'{"name": "a", "compute_requirements": {"vCPU": 512, "memory": 512}}',
    "gpu": b'{"name": "a", "compute_requirements": {"gpu": true}}',
    "little storage": b'{"name": "a", "compute_requirements": {"storage": 20}}',
    "long short description": b'{"name": "a", "short_description": "' + b"x" * 141 + b'"}',
    "null tags": b'{"name": "a", "tags": null}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_the_callers_mistake(client: httpx.Client, body: bytes) -> None:
    """Nothing a client sends makes the platform fail: a 500 would be repeated for minutes."""
    assert envelope(client.post("/v1/actions", content=body)) == (400, "RobotoInvalidRequestException")
    assert client.post("/v1/actions/query", json={}).json()["data"]["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"limit": "5"},
        {"limit": 0},
        {"limit": 10**30},
        {"after": 5},
        {"sort_direction": "desc"},
        {"sort_by": 1},
        {"condition": {}},
        {"condition": {"field": "a", "comparator": "equals", "value": 1}},
        {"condition": {"field": "a", "comparator": "EQUALS", "value": [1]}},
        {"condition": {"operator": "AND", "conditions": []}},
    ],
)
def test_a_bad_query_is_the_callers_mistake(client: httpx.Client, body: dict[str, Any]) -> None:
    """Queries are as strict as definitions."""
    assert envelope(client.post("/v1/triggers/query", json=body)) == (400, "RobotoInvalidRequestException")


def test_every_wrong_field_is_named_without_its_value(client: httpx.Client) -> None:
    """All problems at once, with their places, and no value: it may be a secret."""
    body = {"name": "a", "timeout": "hunter2", "inherits": {"digest": 5}, "parameters": [{"name": ["hunter2"]}]}

    message = client.post("/v1/actions", json=body).json()["error"]["message"]

    assert "hunter2" not in message
    places = [problem.partition(":")[0] for problem in message.split("; ")]
    assert places == ["inherits.name", "inherits.digest", "parameters.0.name", "timeout"]


def test_of_very_many_problems_the_first_are_named(client: httpx.Client) -> None:
    """The answer is no longer than anybody reads."""
    body: dict[str, Any] = {"requests": [{}] * 1000}

    message = client.post("/v1/files/import/batch", json=body).json()["error"]["message"]

    assert message.startswith("requests.0.dataset_id: Field required; ")
    assert message.endswith("; and 2,980 more")


def test_what_a_message_quotes_does_not_make_it_endless(client: httpx.Client) -> None:
    """Names come from clients, and may be of any length."""
    response = client.get("/v1/actions/ros_ingest", headers={"X-Roboto-Resource-Owner-Id": "og_" * 3_000})

    message = response.json()["error"]["message"]
    assert len(message) == MESSAGE_LIMIT
    assert message.endswith("…")


def test_a_wrong_update_names_its_field(client: httpx.Client) -> None:
    """The branches of "not set, null or a value" do not show in messages."""
    client.post("/v1/actions", json=ACTION)

    message = client.put("/v1/actions/ros_ingest", json={"timeout": "x", "uri": " "}).json()["error"]["message"]

    assert message == "timeout: Input should be a valid integer; uri: uri must not be blank"


def test_null_clears_and_absence_leaves(client: httpx.Client) -> None:
    """On the wire null and absence are different things too."""
    client.post("/v1/actions", json={**ACTION, "timeout": 5, "description": "x"})

    data = client.put("/v1/actions/ros_ingest", json={"timeout": None}).json()["data"]

    assert (data["timeout"], data["description"]) == (None, "x")


def test_unknown_members_are_ignored(client: httpx.Client) -> None:
    """Newer clients say more than this platform knows."""
    assert client.post("/v1/actions", json={**ACTION, "novelty": 1}).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic ann-token", "ann-token"])
@pytest.mark.parametrize("path", ["/v1/actions/ghost", "/v1/orgs/caller"])
def test_strangers_are_turned_away(url: str, path: str, authorization: str | None) -> None:
    """Without a known token there is nothing to see."""
    headers = {} if authorization is None else {"Authorization": authorization}

    response = httpx.get(url + path, headers=headers, trust_env=False)

    assert envelope(response) == (401, "RobotoUnauthorizedException")
    assert response.headers["www-authenticate"] == "Bearer"


def test_health_is_for_everybody(url: str) -> None:
    """A probe needs no token."""
    assert httpx.get(f"{url}/health", trust_env=False).json() == {"status": "ok"}


def test_without_tokens_everybody_is_the_platforms_own_caller(platform: EmbeddedPlatform) -> None:
    """A platform for one person asks no questions."""
    with serving(build_app(platform, tokens=None)) as url:
        response = httpx.post(f"{url}/v1/actions", json=ACTION, trust_env=False)

    assert response.json()["data"]["created_by"] == "local@localhost"


def test_a_member_of_two_organizations_says_which(url: str) -> None:
    """A create without an organization is refused, and lands where the header says."""
    headers = {"Authorization": "Bearer two-token"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        assert envelope(client.post("/v1/actions", json=ACTION)) == (400, "RobotoNoOrgProvidedException")
        created = client.post("/v1/actions", json=ACTION, headers={"X-Roboto-Org-Id": "og_second"})
        owner = {"X-Roboto-Resource-Owner-Id": "og_second"}
        read = client.get("/v1/actions/ros_ingest", headers=owner)
        listed = client.get("/v1/orgs/caller").json()["data"]
        assert client.delete("/v1/actions/ros_ingest", headers=owner).status_code == 204

    assert created.json()["data"]["org_id"] == "og_second"
    assert read.json() == created.json()
    assert [organization["org_id"] for organization in listed] == ["og_ours", "og_second"]


def test_nobody_acts_for_an_organization_of_others(client: httpx.Client) -> None:
    """The header asks, membership decides."""
    response = client.post("/v1/actions", json=ACTION, headers={"X-Roboto-Org-Id": "og_theirs"})

    assert envelope(response) == (403, "RobotoUnauthorizedException")


def test_newer_clients_are_told_that_triggers_have_the_older_shape(client: httpx.Client) -> None:
    """A request in a shape this platform does not speak is refused before it is misread; actions are unchanged."""
    newer = {"X-Roboto-Api-Version": "2026-10-06"}

    assert envelope(client.post("/v1/triggers", json={}, headers=newer)) == (400, "RobotoInvalidRequestException")
    assert client.post("/v1/actions/query", json={}, headers=newer).status_code == 200


def test_a_body_beyond_measure_is_refused(client: httpx.Client) -> None:
    """Memory is not for whoever sends most."""
    response = client.post("/v1/actions", content=b" " * (BODY_LIMIT + 1))

    assert envelope(response) == (413, "RobotoInvalidRequestException")


def test_an_unforeseen_failure_is_an_envelope_too(platform: EmbeddedPlatform) -> None:
    """A failing database is a 503 that says so."""
    platform.create_action(new_action())
    with serving(build_app(platform, tokens=None)) as url:
        platform.close()
        response = httpx.get(f"{url}/v1/actions/ros_ingest", trust_env=False)

    assert envelope(response) == (503, "RobotoServiceException")


def test_only_the_log_says_where_the_database_is(platform: EmbeddedPlatform, path: Path) -> None:
    """Whoever calls hears that it failed; whoever runs the platform finds what, on one line."""
    dataset = platform.create_dataset(CreateDatasetRequest(name="run-42"))
    lines: list[str] = []
    seals = Seals()
    token = seals.objects(dataset.dataset_id, upload_id="", caller=platform.caller, good_for=60)
    app = application(platform, accounts=Accounts.open_to_all(platform.caller), seals=seals, log=lines.append)
    with closing(sqlite3.connect(path)) as damaged:
        damaged.executescript("DROP TABLE actions; DROP TABLE files")

    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        answers = [
            client.get("/v1/actions/ros_ingest"),
            client.get("/health"),
            client.get(f"/s3/reconciler_files/{dataset.dataset_id}/up/a", headers={"X-Amz-Security-Token": token}),
        ]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert all("its log says why" in answer.text and str(path) not in answer.text for answer in answers)
    told = [line for line in lines if line.startswith("unavailable: ")]
    assert len(told) == 3
    assert all(str(path) in line and "no such table" in line and "\n" not in line for line in told)
