"""Every method of the port sends the request that the platform's contract describes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.queries import Page, QuerySpecification, SortDirection
from reconciler.domain.requests import (
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.values import Accessibility, ComputeRequirements
from reconciler.errors import InvalidRequest
from tests.client.builders import (
    ORGANIZATION,
    TOKEN,
    action_data,
    connected,
    create_action,
    create_trigger,
    page_data,
    trigger_data,
)
from tests.client.scripted_server import Answer, ScriptedServer

OWNER = "x-roboto-resource-owner-id"
CALLER = "x-roboto-org-id"

Use = Callable[[HttpPlatform], object]


class Case(NamedTuple):
    """One use of the port, the request it must send, and the data it is answered with."""

    title: str
    use: Use
    method: str
    path: str
    organization: dict[str, str]
    body: Any
    data: Any


CALLS: list[Case] = [
    Case("create action", lambda p: p.create_action(create_action()), "POST", "/v1/actions", {CALLER: ORGANIZATION},
     {"name": "ros_ingest", "compute_requirements": None, "container_parameters": None, "description": None,
      "inherits": None, "metadata": {}, "parameters": [], "requires_downloaded_inputs": None,
      "short_description": None, "tags": [], "timeout": None, "uri": None}, action_data()),
    Case("get action", lambda p: p.get_action("ros_ingest"), "GET", "/v1/actions/ros_ingest", {OWNER: ORGANIZATION},
     None, action_data()),
    Case("get version", lambda p: p.get_action("a", digest="d/1"), "GET", "/v1/actions/a?digest=d%2F1",
     {OWNER: ORGANIZATION}, None, action_data()),
    Case("get foreign action", lambda p: p.get_action("a", owner="og_other"), "GET", "/v1/actions/a",
     {OWNER: "og_other"}, None, action_data()),
    Case("update action", lambda p: p.update_action("a", UpdateActionRequest(timeout=None, description="new")), "PUT",
     "/v1/actions/a", {OWNER: ORGANIZATION}, {"timeout": None, "description": "new"}, action_data()),
    Case("update action of nothing", lambda p: p.update_action("a", UpdateActionRequest()), "PUT", "/v1/actions/a",
     {OWNER: ORGANIZATION}, {}, action_data()),
    Case("changesets", lambda p: p.update_action(
        "a", UpdateActionRequest(metadata_changeset=MetadataChangeset(put_tags=["x"]))), "PUT", "/v1/actions/a",
     {OWNER: ORGANIZATION}, {"metadata_changeset": {"put_tags": ["x"]}}, action_data()),
    Case("publish", lambda p: p.set_action_accessibility(
        "a", SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)), "PUT",
     "/v1/actions/a/accessibility", {OWNER: ORGANIZATION}, {"accessibility": "action_hub"}, action_data()),
    Case("delete action", lambda p: p.delete_action("a"), "DELETE", "/v1/actions/a", {OWNER: ORGANIZATION}, None, None),
    Case("list actions", lambda p: p.query_actions(QuerySpecification()), "POST", "/v1/actions/query",
     {OWNER: ORGANIZATION}, {}, page_data()),
    Case("list the hub", lambda p: p.query_actions(
        QuerySpecification(limit=5), accessibility=Accessibility.ActionHub), "POST", "/v1/actions/query/actionhub",
     {}, {"limit": 5}, page_data()),
    Case("next page", lambda p: p.query_actions(QuerySpecification(limit=1000, after="t1")), "POST",
     "/v1/actions/query", {OWNER: ORGANIZATION}, {"limit": 1000, "after": "t1"}, page_data()),
    Case("first page, written out", lambda p: p.query_actions(QuerySpecification(limit=1000, after=None)), "POST",
     "/v1/actions/query", {OWNER: ORGANIZATION}, {"limit": 1000}, page_data()),
    Case("condition", lambda p: p.query_triggers(QuerySpecification(
        condition=Condition(field="name", comparator=Comparator.Equals, value="t"), sort_by="name",
        sort_direction=SortDirection.Ascending)), "POST", "/v1/triggers/query", {OWNER: ORGANIZATION},
     {"condition": {"field": "name", "comparator": "EQUALS", "value": "t"}, "sort_by": "name",
      "sort_direction": "ASC"}, page_data()),
    Case("create trigger", lambda p: p.create_trigger(create_trigger()), "POST", "/v1/triggers", {CALLER: ORGANIZATION},
     {"name": "on_upload", "action_name": "ros_ingest", "action_digest": None, "action_owner_id": None,
      "required_inputs": ["**/*.bag"], "additional_inputs": None, "for_each": "dataset", "enabled": True,
      "causes": None, "condition": None, "parameter_values": None, "timeout": None,
      "compute_requirement_overrides": None, "container_parameter_overrides": None, "service_user_id": None},
     trigger_data()),
    Case("get trigger", lambda p: p.get_trigger("t"), "GET", "/v1/triggers/t", {OWNER: ORGANIZATION}, None,
     trigger_data()),
    Case("update trigger", lambda p: p.update_trigger("t", UpdateTriggerRequest(enabled=False)), "PUT",
     "/v1/triggers/t", {OWNER: ORGANIZATION}, {"enabled": False}, trigger_data()),
    Case("delete trigger", lambda p: p.delete_trigger("t"), "DELETE", "/v1/triggers/t", {OWNER: ORGANIZATION}, None,
     {}),
]  # fmt: skip


@pytest.mark.parametrize("case", CALLS, ids=[case.title for case in CALLS])
def test_each_call_sends_what_the_contract_says(server: ScriptedServer, platform: HttpPlatform, case: Case) -> None:
    """Method, path, organization headers and body follow the tables of the contract."""
    server.answer_with(Answer(data=case.data))

    case.use(platform)

    (asked,) = server.asked
    assert (case.method, case.path) == (asked.method, asked.path)
    assert case.organization == {name: asked.headers[name] for name in (OWNER, CALLER) if name in asked.headers}
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
