"""Triggers over HTTP, in the shape that clients before API version 2026-08-27 speak; and their evaluations."""

from __future__ import annotations

from typing import Final, Literal

from reconciler.domain.evaluations import TriggerEvaluationRecord
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.requests import CreateTriggerRequest, UpdateTriggerRequest
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.wire import NEWER_TRIGGERS
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.stored_page import StoredPage


def create_trigger(call: Call, body: CreateTriggerRequest) -> TriggerRecord:
    """Create a trigger for the caller's organization."""
    return call.platform.create_trigger(body)


def get_trigger(call: Call, name: str) -> TriggerRecord:
    """Read a trigger."""
    return call.platform.get_trigger(name, owner=call.owner)


def update_trigger(call: Call, name: str, body: UpdateTriggerRequest) -> TriggerRecord:
    """Change a trigger."""
    return call.platform.update_trigger(name, body, owner=call.owner)


def delete_trigger(call: Call, name: str) -> None:
    """Delete a trigger."""
    call.platform.delete_trigger(name, owner=call.owner)


def query_triggers(call: Call, body: QuerySpecification) -> StoredPage[TriggerRecord]:
    """List triggers of an organization."""
    return call.platform.stored_triggers(body, owner=call.owner)


def trigger_evaluations(
    call: Call,
    name: str,
    *,
    limit: int | None = None,
    page_token: str | None = None,
    trigger_type: Literal["event_driven", "scheduled"] = "event_driven",
) -> Page[TriggerEvaluationRecord]:
    """List the evaluations of a trigger, newest first; of a scheduled one, the times that it fired."""
    if trigger_type == "scheduled":
        scheduled = call.platform.targeted_triggers
        return scheduled.scheduled_evaluations(name, limit=limit, page_token=page_token, owner=call.owner)
    return call.platform.trigger_evaluations(name, limit=limit, page_token=page_token, owner=call.owner)


def dataset_evaluations(call: Call, dataset_id: str, *, page_token: str | None = None) -> Page[TriggerEvaluationRecord]:
    """List the evaluations of every trigger for a dataset, newest first."""
    return call.platform.dataset_evaluations(dataset_id, page_token=page_token, owner=call.owner)


OPERATIONS: Final = (
    Operation("POST", "/v1/triggers", create_trigger, Access.WRITE, creates=True, before=NEWER_TRIGGERS),
    Operation("POST", "/v1/triggers/query", query_triggers, before=NEWER_TRIGGERS),
    Operation("GET", "/v1/triggers/{name}", get_trigger, before=NEWER_TRIGGERS),
    Operation("PUT", "/v1/triggers/{name}", update_trigger, Access.WRITE, before=NEWER_TRIGGERS),
    Operation("DELETE", "/v1/triggers/{name}", delete_trigger, Access.WRITE, before=NEWER_TRIGGERS),
    Operation("GET", "/v1/triggers/{name}/evaluations", trigger_evaluations),
    Operation("GET", "/v1/triggers/dataset/id/{dataset_id}/evaluations", dataset_evaluations),
)
