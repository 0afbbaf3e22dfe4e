"""The platform's rules for scheduled triggers in the shape of older clients: the same triggers, seen otherwise.

What the shape cannot say (conditions, several targets) is not found by those who ask for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reconciler.domain.dispatches import TriggerDispatchRecord, TriggerDispatchStatus
from reconciler.domain.evaluations import (
    TriggerEvaluationOutcome,
    TriggerEvaluationRecord,
    TriggerEvaluationStatus,
)
from reconciler.domain.invocations import InvocationDataSource
from reconciler.domain.notset import NotSetType
from reconciler.domain.queries import Page
from reconciler.domain.scheduled_triggers import (
    CreateScheduledTriggerRequest,
    ScheduledTriggerRecord,
    UpdateScheduledTriggerRequest,
    changed_target,
    scheduled,
    target_of,
)
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    InvokeActionTarget,
    Schedule,
    UpdateTargetedTriggerRequest,
)
from reconciler.embedded import dispatches, targeted
from reconciler.embedded.access import Caller
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows
from reconciler.errors import NotFound


def read_scheduled(rows: Rows, trigger_id: str, *, caller: Caller, owner: str | None = None) -> ScheduledTriggerRecord:
    """Return the scheduled trigger of this id."""
    return _seen(targeted.read_trigger(rows, trigger_id, caller=caller, owner=owner))


def read_scheduled_named(rows: Rows, name: str, *, caller: Caller, owner: str | None = None) -> ScheduledTriggerRecord:
    """Return the scheduled trigger of this name."""
    return _seen(targeted.read_trigger_named(rows, name, caller=caller, owner=owner))


def create_scheduled(
    rows: Rows, request: CreateScheduledTriggerRequest, *, caller: Caller, now: datetime
) -> ScheduledTriggerRecord:
    """Add a scheduled trigger."""
    newer = CreateTargetedTriggerRequest(
        name=request.name,
        fires_on=Schedule(cron=request.schedule),
        targets=[target_of(request)],
        enabled=request.enabled,
    )
    return _seen(targeted.create_trigger(rows, newer, caller=caller, now=now))


def update_scheduled(
    rows: Rows,
    trigger_id: str,
    request: UpdateScheduledTriggerRequest,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> ScheduledTriggerRecord:
    """Change what the request sets, and keep the rest."""
    kept = targeted.read_trigger(rows, trigger_id, caller=caller, owner=owner)
    _seen(kept)
    newer = _newer(kept, request)
    return _seen(targeted.update_trigger(rows, trigger_id, newer, caller=caller, owner=owner, now=now))


def delete_scheduled(rows: Rows, trigger_id: str, *, caller: Caller, owner: str | None) -> None:
    """Delete a scheduled trigger."""
    read_scheduled(rows, trigger_id, caller=caller, owner=owner)
    targeted.delete_trigger(rows, trigger_id, caller=caller, owner=owner)


def scheduled_evaluations(
    rows: Rows, name: str, *, caller: Caller, owner: str | None, limit: int | None, page_token: str | None
) -> Page[TriggerEvaluationRecord]:
    """Return one page of a scheduled trigger's evaluations, newest first: one for each time that it fired."""
    trigger = read_scheduled_named(rows, name, caller=caller, owner=owner)
    found, token = dispatches.page_of(rows, trigger.trigger_id, limit=limit, page_token=page_token)
    return Page(tuple(_evaluation(each.sequence, each.record) for each in found), token)


def _seen(kept: Kept) -> ScheduledTriggerRecord:
    record = scheduled(kept.record, next_occurrence=kept.next_occurrence)
    if record is None:
        raise NotFound(f'there is no scheduled trigger "{kept.record.name}" in {kept.record.org_id}')
    return record


def _newer(kept: Kept, request: UpdateScheduledTriggerRequest) -> UpdateTargetedTriggerRequest:
    """Return the request in the newer shape."""
    (target,) = kept.record.targets
    assert isinstance(target, InvokeActionTarget)
    changes: dict[str, Any] = {}
    if not isinstance(request.schedule, NotSetType):
        changes["fires_on"] = Schedule(cron=request.schedule)
    if not isinstance(request.enabled, NotSetType):
        changes["enabled"] = request.enabled
    changed = changed_target(target, request)
    if changed is not target:
        changes["targets"] = [changed]
    return UpdateTargetedTriggerRequest(**changes)


def _evaluation(sequence: int, record: TriggerDispatchRecord) -> TriggerEvaluationRecord:
    failed = record.status is TriggerDispatchStatus.Failed
    return TriggerEvaluationRecord(
        trigger_evaluation_id=sequence,
        trigger_id=record.trigger_id,
        data_source=InvocationDataSource.unspecified(),
        evaluation_start=record.claimed_at,
        evaluation_end=record.finalized_at,
        status=TriggerEvaluationStatus.Failed if failed else TriggerEvaluationStatus.Evaluated,
        status_detail=record.status_detail,
        outcome=None if failed else TriggerEvaluationOutcome.InvokedAction,
    )
