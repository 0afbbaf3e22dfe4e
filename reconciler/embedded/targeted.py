"""The platform's rules for triggers in the newer shape: what is made of a request, and what is refused.

Members of the trigger's organization read and write it, nobody else knows of it. Beyond what makes a trigger legal
anywhere, this platform refuses what it would never do: targets that do not invoke actions, and events that nothing
here raises.

An update is refused for problems it makes, not for those the trigger had: older triggers may listen to files and to
metadata at once, which newer ones may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from reconciler.domain.notset import NotSetType
from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.queries import Page
from reconciler.domain.trigger_rules import trigger_problems
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    EventSubscription,
    InvokeActionTarget,
    TargetedTriggerRecord,
    TriggerTarget,
    UpdateTargetedTriggerRequest,
)
from reconciler.embedded import shapes
from reconciler.embedded.access import Caller
from reconciler.embedded.actions import after, is_printable
from reconciler.embedded.checks import check_targeted_trigger
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows
from reconciler.embedded.triggers import check_action_seen, check_name_is_free, new_trigger_id
from reconciler.errors import InvalidRequest, NotAllowed, NotFound

#: The events that something here raises.
RAISED: Final = (
    PlatformEventType.FileUploaded,
    PlatformEventType.FileIngested,
    PlatformEventType.FileMetadataUpdated,
    PlatformEventType.UploadCompleted,
    PlatformEventType.DatasetMetadataUpdated,
    PlatformEventType.DatasetCreated,
    PlatformEventType.DatasetTagAdded,
    PlatformEventType.InvocationCompleted,
    PlatformEventType.InvocationFailed,
)


def read_trigger(rows: Rows, trigger_id: str, *, caller: Caller, owner: str | None = None) -> Kept:
    """Return the trigger of this id, of an organization the caller is a member of."""
    for org_id in _organizations(caller, owner):
        kept = shapes.of_id(rows, org_id, trigger_id) if is_printable(trigger_id) else None
        if kept is not None:
            return kept
    raise NotFound(f'there is no trigger "{trigger_id}", or none you may see')


def read_trigger_named(rows: Rows, name: str, *, caller: Caller, owner: str | None = None) -> Kept:
    """Return the trigger of this name, of an organization the caller is a member of."""
    org_id = owner or caller.org_id
    legal = is_printable(name) and org_id in caller.organizations
    kept = shapes.named(rows, org_id, name) if legal else None
    if kept is None:
        raise NotFound(f'there is no trigger "{name}" in {org_id}, or none you may see')
    return kept


def list_triggers(rows: Rows, *, caller: Caller, owner: str | None = None) -> Page[TargetedTriggerRecord]:
    """Return every trigger of an organization, the newest first; clients ask for no second page.

    Raises:
        NotAllowed: The caller is no member; an empty page would look like "there are none".
    """
    org_id = owner or caller.org_id
    if org_id not in caller.organizations:
        raise NotAllowed(f"triggers of {org_id} can only be read by its members")
    return Page(tuple(kept.record for kept in shapes.of_org(rows, org_id)), None)


def create_trigger(rows: Rows, request: CreateTargetedTriggerRequest, *, caller: Caller, now: datetime) -> Kept:
    """Add a trigger."""
    org_id = caller.org_id
    record = TargetedTriggerRecord(
        trigger_id=new_trigger_id(org_id, request.name, now),
        org_id=org_id,
        name=request.name,
        enabled=request.enabled,
        fires_on=request.fires_on,
        condition=request.condition,
        targets=_owned(request.targets, org_id),
        created=now,
        created_by=caller.user_id,
        modified=now,
        modified_by=caller.user_id,
    )
    check_targeted_trigger(record, _problems(record))
    check_name_is_free(rows, org_id, record.name)
    _check_actions(rows, record)
    return shapes.keep(rows, _as_read(record), service_user_id=f"triggers@{org_id}", before=None, now=now)


def update_trigger(
    rows: Rows,
    trigger_id: str,
    request: UpdateTargetedTriggerRequest,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> Kept:
    """Change what the request sets, and keep the rest."""
    before = read_trigger(rows, trigger_id, caller=caller, owner=owner)
    current = before.record
    changes = _changes(current, request)
    record = current.model_copy(
        update={**changes, "modified": after(current.modified, now), "modified_by": caller.user_id}
    )
    had = set(_problems(current))
    check_targeted_trigger(record, [problem for problem in _problems(record) if problem not in had])
    if record.name != current.name:
        check_name_is_free(rows, record.org_id, record.name)
    if "targets" in changes:
        _check_actions(rows, record)
    return shapes.keep(rows, _as_read(record), service_user_id=before.service_user_id, before=before, now=now)


def delete_trigger(rows: Rows, trigger_id: str, *, caller: Caller, owner: str | None) -> None:
    """Delete a trigger, with the memory of what it did."""
    shapes.discard(rows, read_trigger(rows, trigger_id, caller=caller, owner=owner))


def _organizations(caller: Caller, owner: str | None) -> Iterator[str]:
    """Return where to look, the organization the caller works for first."""
    if owner is not None:
        yield from {owner} & caller.organizations
        return
    yield caller.org_id
    yield from sorted(caller.other_orgs)


def _changes(current: TargetedTriggerRecord, request: UpdateTargetedTriggerRequest) -> dict[str, Any]:
    given = {name: getattr(request, name) for name in UpdateTargetedTriggerRequest.model_fields}
    changes = {name: value for name, value in given.items() if not isinstance(value, NotSetType)}
    if "targets" in changes:
        changes["targets"] = _owned(changes["targets"], current.org_id)
    return changes


def _owned(targets: list[TriggerTarget], org_id: str) -> list[TriggerTarget]:
    """Return the targets as they are kept: actions with their owner, and no list that says nothing."""
    return [_owned_target(target, org_id) if isinstance(target, InvokeActionTarget) else target for target in targets]


def _owned_target(target: InvokeActionTarget, org_id: str) -> InvokeActionTarget:
    action = target.action.model_copy(update={"owner": target.action.owner or org_id})
    return target.model_copy(update={"action": action, "additional_inputs": target.additional_inputs or None})


def _problems(record: TargetedTriggerRecord) -> list[str]:
    return [*trigger_problems(record.fires_on, record.condition, record.targets), *_unsupported(record)]


def _unsupported(record: TargetedTriggerRecord) -> Iterator[str]:
    """Say what this platform would never do: a trigger that waits for it in vain helps nobody."""
    events = record.fires_on.events if isinstance(record.fires_on, EventSubscription) else []
    for event in dict.fromkeys(events):
        if event not in RAISED and event is not PlatformEventType.ScheduleFired:
            yield f'fires_on.events: nothing on this platform raises "{event.value}"; choose {", ".join(RAISED)}'
    for target in record.targets:
        if not isinstance(target, InvokeActionTarget):
            yield f'targets: "{target.target_id}" is of type {target.type}, but this platform only invokes actions'


def _check_actions(rows: Rows, record: TargetedTriggerRecord) -> None:
    for target in record.targets:
        if isinstance(target, InvokeActionTarget):
            check_action_seen(rows, target.action, org_id=record.org_id)


def _as_read(record: TargetedTriggerRecord) -> TargetedTriggerRecord:
    """Return the record as every later read gives it: times and decimals in conditions have become texts."""
    try:
        return TargetedTriggerRecord.model_validate_json(record.model_dump_json())
    except ValueError as error:
        raise InvalidRequest("the trigger cannot be kept as it is") from error
