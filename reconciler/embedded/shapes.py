"""Where a trigger is kept: with the older ones where it has an older form, else with the targeted ones. No rules.

A change may move a trigger from one place to the other; its id and its service user stay with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.domain.schedules import next_occurrence
from reconciler.domain.trigger_projection import DEFAULT_TARGET_ID, older, targeted
from reconciler.domain.trigger_shapes import InvokeActionTarget, Schedule, TargetedTriggerRecord
from reconciler.domain.triggers import TriggerRecord
from reconciler.embedded.listing import Search
from reconciler.embedded.store import Rows
from reconciler.embedded.targeted_rows import TargetedRow


@dataclass(frozen=True, slots=True)
class Kept:
    """A trigger as it is kept.

    Attributes:
        record: It, in the newer shape.
        service_user_id: Who its invocations are made by.
        older: Its row among the older triggers; None where it has no older form.
        next_occurrence: When its schedule fires next; None where it does not.
    """

    record: TargetedTriggerRecord
    service_user_id: str
    older: TriggerRecord | None = None
    next_occurrence: datetime | None = None


def named(rows: Rows, org_id: str, name: str) -> Kept | None:
    """Return the trigger of this name."""
    return _kept(rows, rows.trigger(org_id, name), rows.targeted.named(org_id, name))


def of_id(rows: Rows, org_id: str, trigger_id: str) -> Kept | None:
    """Return the trigger of this id."""
    return _kept(rows, rows.trigger_by_id(org_id, trigger_id), rows.targeted.of_id(org_id, trigger_id))


def of_org(rows: Rows, org_id: str) -> list[Kept]:
    """Return every trigger of an organization, the newest first."""
    listed = rows.list_triggers(Search("created", descending=True), org_id=org_id, later_causes=True)
    kept = [_of_older(rows, TriggerRecord.model_validate_json(row.document)) for row in listed]
    kept += [of_row(row) for row in rows.targeted.of_org(org_id)]
    return sorted(kept, key=lambda each: (each.record.created, each.record.name), reverse=True)


def of_row(row: TargetedRow) -> Kept:
    """Return a trigger that has no older form."""
    return Kept(row.record, row.service_user_id, next_occurrence=row.next_occurrence)


def keep(
    rows: Rows, record: TargetedTriggerRecord, *, service_user_id: str, before: Kept | None, now: datetime
) -> Kept:
    """Keep a trigger, in the place of what it was before."""
    form = older(record, service_user_id=service_user_id)
    if before is not None and before.older is not None:
        if form is not None:
            form = _as_before(form, record, before)
        if form is None or form.name != before.older.name:
            rows.delete_trigger(before.older.org_id, before.older.name)
    if form is None:
        return _keep_targeted(rows, record, service_user_id=service_user_id, before=before, now=now)
    if before is not None and before.older is None:
        rows.targeted.delete(record.trigger_id)
        rows.memory.bring_back(record.trigger_id)
    return _keep_older(rows, form, record)


def discard(rows: Rows, kept: Kept) -> None:
    """Delete a trigger."""
    if kept.older is not None:
        rows.delete_trigger(kept.older.org_id, kept.older.name)
    rows.targeted.delete(kept.record.trigger_id)
    rows.dispatches.forget(kept.record.trigger_id)


def _kept(rows: Rows, record: TriggerRecord | None, row: TargetedRow | None) -> Kept | None:
    if record is not None:
        return _of_older(rows, record)
    return None if row is None else of_row(row)


def _of_older(rows: Rows, record: TriggerRecord) -> Kept:
    target_id = rows.targeted.target_id(record.org_id, record.name) or DEFAULT_TARGET_ID
    return Kept(targeted(record, target_id=target_id), record.service_user_id, older=record)


def _as_before(form: TriggerRecord, record: TargetedTriggerRecord, before: Kept) -> TriggerRecord:
    """Keep causes that were left to the platform, unless what the trigger fires on was changed."""
    assert before.older is not None
    if record.fires_on != before.record.fires_on:
        return form
    return form.model_copy(update={"causes": before.older.causes})


def _keep_older(rows: Rows, form: TriggerRecord, record: TargetedTriggerRecord) -> Kept:
    if rows.trigger(form.org_id, form.name) is None:
        rows.add_trigger(form)
    else:
        rows.replace_trigger(form)
    (target,) = record.targets
    rows.targeted.set_target_id(form.org_id, form.name, target.target_id)
    return _of_older(rows, form)


def _keep_targeted(
    rows: Rows, record: TargetedTriggerRecord, *, service_user_id: str, before: Kept | None, now: datetime
) -> Kept:
    row = TargetedRow(record, service_user_id, _next(record, before, now))
    rows.targeted.put(row)
    if before is not None and before.older is not None:
        (target,) = before.record.targets
        assert isinstance(target, InvokeActionTarget)
        rows.memory.carry_over(before.older, target_id=target.target_id, now=now)
    return of_row(row)


def _next(record: TargetedTriggerRecord, before: Kept | None, now: datetime) -> datetime | None:
    """Return when a schedule fires next; one that goes on unchanged keeps its place in time."""
    if not isinstance(record.fires_on, Schedule) or not record.enabled:
        return None
    if before is not None and before.next_occurrence is not None and before.record.fires_on == record.fires_on:
        return before.next_occurrence
    return next_occurrence(record.fires_on.cron, after=now)
