"""Who may do what over HTTP: every operation held against every kind of caller, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import pytest

from reconciler.domain.requests import SetActionAccessibilityRequest
from reconciler.domain.values import Accessibility
from reconciler.embedded.access import Caller
from reconciler.embedded.http.accounts import Access, Account, Accounts, token_hash
from reconciler.embedded.http.application import application
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.http.table import OPERATIONS
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action
from tests.contract.run_builders import new_invocation
from tests.contract.server import serving
from tests.embedded.furnished import Furnished, furnish

ANN: Final = Caller("ann@ours.example", "og_ours")
BOB: Final = Caller("bob@theirs.example", "og_theirs")
ACCOUNTS: Final = {
    "writer": Account(ANN),
    "invoker": Account(Caller("ian@ours.example", "og_ours"), Access.INVOKE, "Ian"),
    "reader": Account(Caller("ron@ours.example", "og_ours"), Access.READ),
    "stranger": Account(BOB),
    "both": Account(Caller("two@both.example", "og_theirs", frozenset({"og_ours"}))),
}


@dataclass(frozen=True)
class Served:
    """A served platform that our organization furnished, one of its actions in the Action Hub."""

    client: httpx.Client
    furnished: Furnished
    seals: Seals

    def ask(self, who: str | None, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request as somebody; None is nobody."""
        return self.send(None if who is None else f"token-of-{who}", method, path, body, **headers)

    def send(self, bearer: str | None, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request with a token."""
        token = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path.format_map(self.furnished.ids), json=body, headers={**token, **sent})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One platform for the module: nothing here is meant to change it."""
    platform = EmbeddedPlatform.open(tmp_path_factory.mktemp("access") / "platform.db", caller=ANN)
    furnished = furnish(platform)
    platform.create_action(new_action("in_hub"))
    request = SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)
    platform.set_action_accessibility("in_hub", request)
    accounts = Accounts(
        {token_hash(f"token-of-{name}"): account for name, account in ACCOUNTS.items()}, {"og_ours": "Ours"}
    )
    seals = Seals()
    with (
        serving(application(platform, accounts=accounts, seals=seals)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        yield Served(client, with_query(client, furnished), seals)
    platform.close()


def with_query(client: httpx.Client, furnished: Furnished) -> Furnished:
    """Return the same with the id of a query of ours, which only the server can give."""
    body = {"target": "files", "query": {}}
    answer = client.post("/v1/query/submit/structured", json=body, headers={"Authorization": "Bearer token-of-writer"})
    return replace(furnished, ids={**furnished.ids, "query_id": answer.json()["data"]["query_id"]})


def path_of(operation: Operation) -> str:
    """Return an operation's path as a template."""
    return operation.path.replace(":path}", "}")


def headers_of(operation: Operation) -> dict[str, str]:
    """Return the header with an API version that has the operation."""
    return {"X_Roboto_Api_Version": operation.since or "2025-07-14"}


EACH: Final = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path} {each.since}"
)


@EACH
def test_nobody_may_do_nothing(served: Served, operation: Operation) -> None:
    """Without a token every operation answers 401, whatever else is wrong with the request."""
    response = served.ask(None, operation.method, path_of(operation), **headers_of(operation))

    assert response.status_code == 401


@EACH
@pytest.mark.parametrize("who", ["reader", "invoker"])
def test_an_account_does_what_it_may(served: Served, operation: Operation, who: str) -> None:
    """What is beyond an account's access answers 403 before anything else is looked at; what is not never does."""
    if operation.access <= ACCOUNTS[who].access and operation.method == "POST" and "invocations" in operation.path:
        pytest.skip("it would end the invocation that the others are about")

    response = served.ask(who, operation.method, path_of(operation), **headers_of(operation))

    assert (response.status_code == 403) == (operation.access > ACCOUNTS[who].access), response.text


def test_what_changes_something_needs_more_than_reading() -> None:
    """Only queries are read by POST, and every other method that is not GET needs access."""
    by_post = {"query", "actionhub", "dry-run", "structured", "roboql"}
    readers = {each.path for each in OPERATIONS if each.access is Access.READ and each.method != "GET"}

    assert {path for path in readers if path.rpartition("/")[2] not in by_post} == set()
    assert {each.path for each in OPERATIONS if each.access is Access.INVOKE} == {
        "/v1/actions/{name}/invoke",
        "/v1/actions/invocations/{invocation_id}/cancel",
        "/v1/actions/invocations/cancel/all",
    }


INVOCATION: Final = new_invocation().model_dump(mode="json")
OURS: Final = {"X_Roboto_Resource_Owner_Id": "og_ours"}
UPDATE: Final = {"description": "x"}

#: What is asked of our organization's resources, and what a stranger is told; 404 gives away nothing.
STRANGERS: Final = [
    ("GET", "/v1/actions/one", None, 404),
    ("GET", "/v1/actions/in_hub", None, 200),
    ("POST", "/v1/actions/in_hub/invoke", INVOCATION, 200),
    ("POST", "/v1/actions/one/invoke", INVOCATION, 404),
    ("PUT", "/v1/actions/one", UPDATE, 404),
    ("PUT", "/v1/actions/in_hub", UPDATE, 403),
    ("PUT", "/v1/actions/in_hub/accessibility", {"accessibility": "organization"}, 403),
    ("DELETE", "/v1/actions/in_hub", None, 403),
    ("DELETE", "/v1/actions/one", None, 404),
    ("POST", "/v1/actions/query", {}, 200),
    ("POST", "/v1/actions/query/actionhub", {}, 200),
    ("GET", "/v1/actions/invocations/{invocation_id}", None, 404),
    ("POST", "/v1/actions/invocations/query", {}, 403),
    ("POST", "/v1/actions/invocations/{invocation_id}/cancel", None, 404),
    ("POST", "/v1/actions/invocations/{invocation_id}/status", {"status": 1, "detail": ""}, 404),
    ("POST", "/v1/actions/invocations/cancel/all", {}, 403),
    ("PUT", "/v1/actions/invocations/{invocation_id}/container-info", {"image_digest": "x"}, 404),
    ("PUT", "/v1/actions/invocations/{invocation_id}/logs", {"bucket": "b", "prefix": "p"}, 404),
    ("GET", "/v1/actions/invocations/{invocation_id}/logs", None, 404),
    ("GET", "/v1/actions/invocations/{invocation_id}/logs/stream", None, 404),
    ("GET", "/v1/triggers/one", None, 404),
    ("POST", "/v1/triggers/query", {}, 403),
    ("PUT", "/v1/triggers/one", {"enabled": False}, 404),
    ("DELETE", "/v1/triggers/one", None, 404),
    ("GET", "/v1/triggers/one/evaluations", None, 404),
    ("GET", "/v1/triggers/dataset/id/{dataset_id}/evaluations", None, 404),
    ("GET", "/v1/datasets/{dataset_id}", None, 404),
    ("POST", "/v1/datasets/query", {}, 403),
    ("PUT", "/v1/datasets/{dataset_id}", UPDATE, 404),
    ("DELETE", "/v1/datasets/{dataset_id}", None, 404),
    ("POST", "/v1/datasets/{dataset_id}/files/query", {}, 404),
    ("POST", "/v1/datasets/{dataset_id}/uploads", None, 404),
    ("POST", "/v1/datasets/{dataset_id}/uploads/{upload_id}/complete", None, 404),
    ("DELETE", "/v1/datasets/{dataset_id}/uploads/{upload_id}", None, 404),
    ("GET", "/v1/files/association/id/{dataset_id}/directories", None, 404),
    ("GET", "/v1/files/record/{file_id}", None, 404),
    ("GET", "/v1/files/record/path/{path}/association/{dataset_id}", None, 404),
    ("PUT", "/v1/files/record/{file_id}", UPDATE, 404),
    ("GET", "/v1/files/{file_id}/signed-url", None, 404),
    ("GET", "/v1/files/{file_id}/content", None, 404),
    ("DELETE", "/v1/files/{file_id}", None, 404),
    ("POST", "/v1/files/query", {}, 403),
    ("GET", "/v1/query/id/{query_id}/results", None, 403),
    ("GET", "/v1/orgs/id/og_ours", None, 404),
    ("GET", "/v1/orgs/id/og_ours/users", None, 404),
    ("GET", "/v1/users/id/ann@ours.example", None, 404),
    ("GET", "/v1/users/id/ann@ours.example/orgs", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), STRANGERS)
def test_a_stranger_reads_and_invokes_what_is_published_and_nothing_else(
    served: Served, method: str, path: str, body: Any, status: int
) -> None:
    """Naming our organization opens no door."""
    response = served.ask("stranger", method, path, body, **OURS)

    assert response.status_code == status, response.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [case[:3] for case in STRANGERS if case[3] != 403 and ("{" in case[1] or case[3] == 404)],
)
def test_a_stranger_finds_nothing_of_ours_without_naming_us(served: Served, method: str, path: str, body: Any) -> None:
    """An id or a name of ours leads nowhere."""
    assert served.ask("stranger", method, path, body).status_code == 404


def test_a_strangers_run_of_a_published_action_is_the_strangers(served: Served) -> None:
    """The invocation belongs to who invokes; the action's owner does not see it."""
    created = served.ask("stranger", "POST", "/v1/actions/in_hub/invoke", INVOCATION, **OURS).json()["data"]
    path = f"/v1/actions/invocations/{created['invocation_id']}"

    assert created["org_id"] == "og_theirs"
    assert served.ask("stranger", "GET", path).status_code == 200
    assert served.ask("writer", "GET", path).status_code == 404


@pytest.mark.parametrize("header", ["X_Roboto_Org_Id", "X_Roboto_Resource_Owner_Id"])
def test_a_stranger_cannot_speak_for_us(served: Served, header: str) -> None:
    """The header asks, membership decides."""
    for path, body in (("/v1/datasets", {}), ("/v1/actions", {"name": "x", "uri": "img:1"})):
        response = served.ask("stranger", "POST", path, body, **{header: "og_ours"})
        assert response.status_code == 403 if header == "X_Roboto_Org_Id" else "og_ours" not in response.text


def test_a_stranger_cannot_import_into_our_dataset(served: Served) -> None:
    """One import among others that may not be makes none of them."""
    body = {"dataset_id": served.furnished.ids["dataset_id"], "relative_path": "x", "uri": "s3://b/k"}

    assert served.ask("stranger", "POST", "/v1/files/import", body).status_code == 404
    assert served.ask("stranger", "POST", "/v1/files/import/batch", {"requests": [body]}).status_code == 404


def test_a_member_of_both_works_for_either(served: Served) -> None:
    """Reads go where the owner header says; what is made must say for whom, an invocation too."""
    assert served.ask("both", "GET", "/v1/actions/one", **OURS).status_code == 200
    assert served.ask("both", "GET", "/v1/actions/one").status_code == 404
    assert served.ask("both", "GET", "/v1/datasets/{dataset_id}").status_code == 200
    refused = served.ask("both", "POST", "/v1/actions/one/invoke", INVOCATION, **OURS)
    assert refused.json()["error"]["error_code"] == "RobotoNoOrgProvidedException"
    ours = served.ask("both", "POST", "/v1/actions/one/invoke", INVOCATION, X_Roboto_Org_Id="og_ours")
    assert ours.json()["data"]["org_id"] == "og_ours"


@pytest.mark.parametrize(
    ("user_id", "status"), [("ann@ours.example", 200), ("ian@ours.example", 403), ("triggers@og_ours", 200)]
)
def test_a_run_may_do_what_whoever_started_it_may(served: Served, user_id: str, status: int) -> None:
    """Who may only invoke gets no more out of the token of a run; a trigger was written by those who may write."""
    token = served.seals.run("og_ours", user_id=user_id, invocation_id="iv_1", good_for=60)

    assert served.send(token, "GET", "/v1/actions/one").status_code == 200
    assert served.send(token, "PUT", "/v1/datasets/{dataset_id}", {}).status_code == status


@pytest.mark.parametrize(
    "spoken_for",
    [
        {"invocation_source_id": "ann@ours.example"},
        {"invocation_source": "Trigger", "invocation_source_id": "one"},
    ],
)
def test_who_may_only_invoke_invokes_in_its_own_name(served: Served, spoken_for: dict[str, str]) -> None:
    """A run that another user or a trigger seems to have started would have their rights."""
    path = "/v1/actions/one/invoke"

    assert served.ask("invoker", "POST", path, {**INVOCATION, **spoken_for}).status_code == 403
    assert served.ask("invoker", "POST", path, INVOCATION).json()["data"]["provenance"]["source"]["source_id"] == (
        "ian@ours.example"
    )
    assert served.ask("writer", "POST", path, {**INVOCATION, **spoken_for}).status_code == 200


def test_users_see_whom_they_share_an_organization_with(served: Served) -> None:
    """Members of both organizations are seen from both sides, each from its own."""

    def listed(who: str, org_id: str) -> list[str]:
        data = served.ask(who, "GET", f"/v1/orgs/id/{org_id}/users").json()["data"]
        return [each["user"]["user_id"] for each in data]

    assert listed("stranger", "og_theirs") == ["bob@theirs.example", "two@both.example"]
    assert "bob@theirs.example" not in listed("reader", "og_ours")
    shared = served.ask("stranger", "GET", "/v1/users/id/two@both.example/orgs").json()["data"]
    assert [each["org_id"] for each in shared] == ["og_theirs"]
    assert served.ask("invoker", "GET", "/v1/users").json()["data"]["name"] == "Ian"
    assert served.ask("reader", "GET", "/v1/orgs/caller").json()["data"][0]["name"] == "Ours"
