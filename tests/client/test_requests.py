"""Every method of the port sends the request that the platform's contract describes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.datasets import QueryFilesRequest
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.values import ComputeRequirements
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import InvalidRequest
from tests.client.builders import (
    ORGANIZATION,
    TOKEN,
    action_data,
    connected,
    create_action,
    create_invocation,
    page_data,
)
from tests.client.case import CALLER, OWNER, Case
from tests.client.dataset_cases import DATASET_CASES
from tests.client.invocation_cases import INVOCATION_CASES
from tests.client.resource_cases import RESOURCE_CASES
from tests.client.scripted_server import Answer, ScriptedServer

CASES: Final = [*RESOURCE_CASES, *INVOCATION_CASES, *DATASET_CASES]

#: What sends nothing, or what other tests are about.
NO_CASES: Final = {"acting_for", "identity", "close", "upload_files"}


def as_port(platform: HttpPlatform) -> WholePlatform:
    """Have the type checker hold the client to the whole port."""
    return platform


class Named:
    """Notes the names of the methods that a case calls."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> object:
        self.names.add(name)
        return lambda *args, **kwargs: None


def test_no_method_of_the_port_is_without_a_case() -> None:
    """The tables are complete."""
    called = Named()
    for case in CASES:
        case.use(called)  # type: ignore[arg-type]  # notes names, answers nothing

    port = {name for name in dir(WholePlatform) if not name.startswith("_")}
    assert port - NO_CASES == called.names


def test_titles_name_one_case_each() -> None:
    """Another client's requests are looked up by them."""
    assert len({case.title for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_each_call_sends_what_the_contract_says(server: ScriptedServer, platform: HttpPlatform, case: Case) -> None:
    """Method, path, organization, version and body follow the tables of the contract."""
    server.answer_with(Answer(data=case.data))

    case.use(platform)

    (asked,) = server.asked
    assert (case.method, case.path) == (asked.method, asked.path)
    assert case.organization == {name: asked.headers[name] for name in (OWNER, CALLER) if name in asked.headers}
    assert case.version == asked.headers["x-roboto-api-version"]
    assert case.body == (json.loads(asked.body) if asked.body else None)
    assert ("application/json" if asked.body else None) == asked.headers.get("content-type")


def test_every_request_says_who_asks_and_in_which_version(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Token, API version and requester travel with every request."""
    server.answer_with(Answer(data=action_data()))

    platform.get_action("a")

    headers = server.asked[0].headers
    assert f"Bearer {TOKEN}" == headers["authorization"]
    assert headers["x-roboto-api-version"] == "2025-07-14"
    assert headers["user-agent"].startswith("roboto-reconciler/")
    requester = json.loads(headers["x-roboto-requester"])
    assert requester["schema_version"] == "v1"
    assert requester["roboto_tool"] == "roboto-reconciler"
    assert requester["roboto_tool_version"]


def test_without_an_organization_no_header_names_one(server: ScriptedServer) -> None:
    """A caller that named none lets the platform take its only one."""
    server.answer_with(Answer(data=action_data()))
    platform = connected(server.endpoint)

    platform.create_action(create_action())
    platform.get_action("a")
    platform.close()

    assert all(OWNER not in asked.headers and CALLER not in asked.headers for asked in server.asked)


def test_another_organization_can_be_acted_for(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The same client, with another organization in its headers; the client itself stays where it was."""
    server.answer_with(Answer(data=action_data()))

    platform.acting_for("og_second").create_action(create_action())
    platform.acting_for("og_second").get_action("a")
    platform.create_action(create_action())

    created, read, own = (asked.headers for asked in server.asked)
    assert (created[CALLER], read[OWNER], own[CALLER]) == ("og_second", "og_second", ORGANIZATION)


def test_create_keeps_what_is_not_set_inside_of_its_fields_absent(
    server: ScriptedServer, platform: HttpPlatform
) -> None:
    """Only the request's own fields are filled in with null; nested values go out as they were written."""
    server.answer_with(Answer(data=action_data()))

    platform.create_action(create_action(compute_requirements=ComputeRequirements(vCPU=1024, memory=2048)))

    assert server.asked[0].json["compute_requirements"] == {"vCPU": 1024, "memory": 2048}


@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_a_slash_at_the_end_of_the_endpoint_makes_no_difference(server: ScriptedServer, slash: str) -> None:
    """The path is joined with one slash, below the endpoint's own path."""
    server.answer_with(Answer(data=action_data()))
    platform = connected(f"{server.endpoint}/gateway{slash}")

    platform.get_action("a")
    platform.close()

    assert server.asked[0].path == "/gateway/v1/actions/a"


def test_a_name_cannot_leave_its_place_in_the_path(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Separators in a name are escaped."""
    server.answer_with(Answer(data=action_data()))

    platform.get_action("a/../b?c#d")

    assert server.asked[0].path == "/v1/actions/a%2F..%2Fb%3Fc%23d"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_be_resolved_away_is_refused(
    server: ScriptedServer, platform: HttpPlatform, name: str
) -> None:
    """Deleting ".." never reaches the server."""
    with pytest.raises(InvalidRequest):
        platform.delete_action(name)
    assert server.asked == []


@pytest.mark.parametrize("text", ["", ".", ".."])
@pytest.mark.parametrize(
    "use",
    [
        lambda p, text: p.get_invocation(text),
        lambda p, text: p.cancel_invocation(text),
        lambda p, text: p.stream_invocation_logs(text),
        lambda p, text: p.dataset_evaluations(text),
        lambda p, text: p.delete_dataset(text),
        lambda p, text: p.query_files(text, QueryFilesRequest()),
        lambda p, text: p.get_file(text),
        lambda p, text: p.delete_file(text),
        lambda p, text: p.invoke_action(text, create_invocation()),
    ],
)
def test_an_id_that_would_be_resolved_away_is_refused(
    server: ScriptedServer, platform: HttpPlatform, use: Callable[[HttpPlatform, str], object], text: str
) -> None:
    """Deleting the dataset "" never deletes another thing."""
    with pytest.raises(InvalidRequest):
        use(platform, text)
    assert server.asked == []


def test_an_id_cannot_leave_its_place_in_the_path(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Separators in an id are escaped."""
    server.answer_with(Answer(data=None))

    platform.delete_file("../datasets/ds_1?x#y")

    assert server.asked[0].path == "/v1/files/..%2Fdatasets%2Fds_1%3Fx%23y"


def test_a_name_longer_than_any_url_is_refused(server: ScriptedServer, platform: HttpPlatform) -> None:
    """In our own words, of which the name is only the beginning: nothing was sent."""
    with pytest.raises(InvalidRequest, match="longer than any URL") as caught:
        platform.get_action("a" * 70_000)

    assert caught.value.operation == f'read action "{"a" * 100}... (70,000 characters)"'
    assert server.asked == []


def test_importing_nothing_asks_nothing(server: ScriptedServer, platform: HttpPlatform) -> None:
    """There is no event to raise either."""
    assert platform.import_files([]) == []
    assert server.asked == []


@pytest.mark.parametrize("owner", ["og é", "og_1\r\nX-Other: 1", " "])
def test_an_owner_that_cannot_travel_in_a_header_is_refused(
    server: ScriptedServer, platform: HttpPlatform, owner: str
) -> None:
    """A manifest cannot smuggle headers in, nor make the HTTP library fail."""
    with pytest.raises(InvalidRequest, match="organization"):
        platform.get_action("a", owner=owner)
    assert server.asked == []


def test_a_page_holds_its_records_and_where_to_go_on(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Records come in the platform's order, with the token of the next page."""
    server.answer_with(Answer(data=page_data(action_data("b"), action_data("a"), next_token="t1")))

    page = platform.query_actions(QuerySpecification())

    assert [record.name for record in page.items] == ["b", "a"]
    assert page.next_token == "t1"


def test_an_empty_token_ends_the_listing(server: ScriptedServer, platform: HttpPlatform) -> None:
    """An empty token means the same as none."""
    server.answer_with(Answer(data=page_data(next_token="")))

    assert platform.query_triggers(QuerySpecification()) == Page((), None)


def test_connections_are_kept(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Requests one after the other share one connection."""
    server.answer_with(Answer(data=action_data()))

    for _ in range(5):
        platform.get_action("a")

    assert server.connections == 1
