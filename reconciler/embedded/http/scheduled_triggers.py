"""Scheduled triggers over HTTP, in the shape of clients before triggers had one shape for all."""

from __future__ import annotations

from typing import Final

from reconciler.domain.scheduled_triggers import (
    CreateScheduledTriggerRequest,
    ScheduledTriggerRecord,
    UpdateScheduledTriggerRequest,
)
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation


def create_scheduled_trigger(call: Call, body: CreateScheduledTriggerRequest) -> ScheduledTriggerRecord:
    """Create a scheduled trigger for the caller's organization."""
    return call.platform.targeted_triggers.create_scheduled(body)


def get_scheduled_trigger_named(call: Call, name: str) -> ScheduledTriggerRecord:
    """Read a scheduled trigger by its name."""
    return call.platform.targeted_triggers.get_scheduled_named(name, owner=call.owner)


def get_scheduled_trigger(call: Call, trigger_id: str) -> ScheduledTriggerRecord:
    """Read a scheduled trigger by its id."""
    return call.platform.targeted_triggers.get_scheduled(trigger_id, owner=call.owner)


def update_scheduled_trigger(
    call: Call, trigger_id: str, body: UpdateScheduledTriggerRequest
) -> ScheduledTriggerRecord:
    """Change a scheduled trigger."""
    return call.platform.targeted_triggers.update_scheduled(trigger_id, body, owner=call.owner)


def delete_scheduled_trigger(call: Call, trigger_id: str) -> None:
    """Delete a scheduled trigger."""
    call.platform.targeted_triggers.delete_scheduled(trigger_id, owner=call.owner)


_BY_ID: Final = "/v1/triggers/scheduled/id/{trigger_id}"

OPERATIONS: Final = (
    Operation("POST", "/v1/triggers/scheduled", create_scheduled_trigger, Access.WRITE, creates=True),
    Operation("GET", "/v1/triggers/scheduled/{name}", get_scheduled_trigger_named),
    Operation("GET", _BY_ID, get_scheduled_trigger),
    Operation("PUT", _BY_ID, update_scheduled_trigger, Access.WRITE),
    Operation("DELETE", _BY_ID, delete_scheduled_trigger, Access.WRITE),
)
