"""Triggers over HTTP, in the shape that clients from API version 2026-08-27 on speak."""

from __future__ import annotations

from typing import Any, Final

from reconciler.domain.dispatches import TriggerDispatchRecord
from reconciler.domain.dry_runs import TriggerDryRunRequest, TriggerDryRunResponse
from reconciler.domain.queries import Page
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    TargetedTriggerRecord,
    UpdateTargetedTriggerRequest,
)
from reconciler.domain.wire import NEWER_TRIGGERS
from reconciler.embedded.event_samples import samples
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation


def create_targeted_trigger(call: Call, body: CreateTargetedTriggerRequest) -> TargetedTriggerRecord:
    """Create a trigger for the caller's organization."""
    return call.platform.targeted_triggers.create(body)


def list_targeted_triggers(call: Call) -> Page[TargetedTriggerRecord]:
    """List every trigger of an organization, newest first, on one page."""
    return call.platform.targeted_triggers.list_all(owner=call.owner)


def get_targeted_trigger_named(call: Call, name: str) -> TargetedTriggerRecord:
    """Read a trigger by its name."""
    return call.platform.targeted_triggers.get_named(name, owner=call.owner)


def get_targeted_trigger(call: Call, trigger_id: str) -> TargetedTriggerRecord:
    """Read a trigger by its id."""
    return call.platform.targeted_triggers.get(trigger_id, owner=call.owner)


def update_targeted_trigger(call: Call, trigger_id: str, body: UpdateTargetedTriggerRequest) -> TargetedTriggerRecord:
    """Change a trigger."""
    return call.platform.targeted_triggers.update(trigger_id, body, owner=call.owner)


def delete_targeted_trigger(call: Call, trigger_id: str) -> None:
    """Delete a trigger."""
    call.platform.targeted_triggers.delete(trigger_id, owner=call.owner)


def trigger_dispatches(
    call: Call, trigger_id: str, *, limit: int | None = None, page_token: str | None = None
) -> Page[TriggerDispatchRecord]:
    """List what a trigger did, newest first."""
    return call.platform.targeted_triggers.dispatches(trigger_id, limit=limit, page_token=page_token, owner=call.owner)


def dry_run_trigger(call: Call, trigger_id: str, body: TriggerDryRunRequest) -> TriggerDryRunResponse:
    """Say whether a trigger would fire, and what stops it."""
    return call.platform.targeted_triggers.dry_run(trigger_id, body, owner=call.owner)


def event_samples(call: Call) -> dict[str, Any]:
    """Show what conditions and placeholders can look into, event by event."""
    return {"samples": samples()}


_BY_ID: Final = "/v1/triggers/id/{trigger_id}"

OPERATIONS: Final = (
    Operation("POST", "/v1/triggers", create_targeted_trigger, Access.WRITE, creates=True, since=NEWER_TRIGGERS),
    Operation("GET", "/v1/triggers", list_targeted_triggers, since=NEWER_TRIGGERS),
    Operation("GET", "/v1/triggers/{name}", get_targeted_trigger_named, since=NEWER_TRIGGERS),
    Operation("GET", _BY_ID, get_targeted_trigger, since=NEWER_TRIGGERS),
    Operation("PUT", _BY_ID, update_targeted_trigger, Access.WRITE, since=NEWER_TRIGGERS),
    Operation("DELETE", _BY_ID, delete_targeted_trigger, Access.WRITE, since=NEWER_TRIGGERS),
    Operation("GET", f"{_BY_ID}/dispatches", trigger_dispatches, since=NEWER_TRIGGERS),
    Operation("POST", f"{_BY_ID}/dry-run", dry_run_trigger, since=NEWER_TRIGGERS),
    Operation("GET", "/v1/triggers/events/samples", event_samples, since=NEWER_TRIGGERS),
)
