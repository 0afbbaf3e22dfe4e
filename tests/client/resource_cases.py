"""What the client sends for actions and triggers."""

from __future__ import annotations

from typing import Final

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.queries import QuerySpecification, SortDirection
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.values import Accessibility
from tests.client.builders import ORGANIZATION, action_data, create_action, create_trigger, page_data, trigger_data
from tests.client.case import CALLER, OWNER, Case

RESOURCE_CASES: Final[list[Case]] = [
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
    Case("list actions to be read later", lambda p: p.unread_actions(QuerySpecification()), "POST",
     "/v1/actions/query", {OWNER: ORGANIZATION}, {}, page_data()),
    Case("list triggers to be read later", lambda p: p.unread_triggers(QuerySpecification(limit=3)), "POST",
     "/v1/triggers/query", {OWNER: ORGANIZATION}, {"limit": 3}, page_data()),
    Case("list triggers of the newer shape", lambda p: p.newer_triggers(), "GET", "/v1/triggers", {OWNER: ORGANIZATION},
     None, page_data(), version="2026-08-27"),
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
