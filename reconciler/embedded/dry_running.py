"""Dry runs of triggers of either shape: through the same gates that firing goes through, and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.dry_runs import (
    ConditionLeafTrace,
    DispatchSlotTrace,
    SampleEvent,
    TargetAcceptanceTrace,
    TriggerDryRunGate,
    TriggerDryRunGateName,
    TriggerDryRunGateStatus,
    TriggerDryRunRequest,
    TriggerDryRunResponse,
)
from reconciler.domain.invocations import InvocationRecord
from reconciler.domain.placeholders import filled
from reconciler.domain.platform_events import TRAITS, PlatformEventType
from reconciler.domain.schedules import next_occurrence
from reconciler.domain.trigger_shapes import EventSubscription, InvokeActionTarget, Schedule, TargetedTriggerRecord
from reconciler.embedded import occasions
from reconciler.embedded.access import Caller
from reconciler.embedded.datasets import read_dataset
from reconciler.embedded.dispatch_rows import NotedEvent
from reconciler.embedded.dispatching import is_taken
from reconciler.embedded.event_samples import DATASET, FILE, INVOCATION, sample_invocation
from reconciler.embedded.files import read_file
from reconciler.embedded.gates import holds, leaves, rejection
from reconciler.embedded.invocations import action_of, read_invocation
from reconciler.embedded.occasions import DatasetPaths, Occasion, is_per_file
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows
from reconciler.embedded.targeted import read_trigger
from reconciler.errors import InvalidRequest, NotFound


def dry_run(
    rows: Rows,
    trigger_id: str,
    request: TriggerDryRunRequest,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> TriggerDryRunResponse:
    """Say whether a trigger would fire, and which gate would stop it."""
    kept = read_trigger(rows, trigger_id, caller=caller, owner=owner)
    changeset = None if request.event is None else _changeset(request.event)
    request = _spelt_out(request, kept, now=now)
    subject = _subject(rows, request, caller=caller)
    kind = request.event_type or _likely(kept.record, request, subject)
    gates = [_subscribed(kept.record, kind)]
    if gates[0].status is TriggerDryRunGateStatus.Passed:
        occasion = _occasion(rows, kept.record, request, subject, _imagined(kind, subject, changeset, now=now))
        gates += _behind(rows, kept, occasion, subject.file)
    gates += [_gate(name, TriggerDryRunGateStatus.NotEvaluated) for name in list(TriggerDryRunGateName)[len(gates) :]]
    stopped = next((gate for gate in gates if gate.status is TriggerDryRunGateStatus.Failed), None)
    return TriggerDryRunResponse(
        trigger_id=kept.record.trigger_id,
        event_type=kind,
        would_fire=stopped is None,
        verdict="would fire" if stopped is None else f"would not fire: {stopped.detail}",
        gates=gates,
    )


def _spelt_out(request: TriggerDryRunRequest, kept: Kept, *, now: datetime) -> TriggerDryRunRequest:
    """Return the request with one of the members that say what happens, to whichever of them others come down.

    A whole event says the same as one of them; without any, a schedule's next time is meant.
    """
    if not request.model_dump(exclude={"event_type"}, exclude_none=True):
        if not isinstance(kept.record.fires_on, Schedule):
            raise InvalidRequest("say what would happen: give a dataset_id or a file_id")
        upcoming = kept.next_occurrence or next_occurrence(kept.record.fires_on.cron, after=now)
        return TriggerDryRunRequest(scheduled_for=upcoming)
    event = request.event
    if event is None:
        return request
    names = ("file_id", "dataset_id", "invocation_id", "event_id", "scheduled_for")
    said = next((name for name in names if isinstance(event.data.get(name), str)), None)
    if said is None:
        raise InvalidRequest(f"event.data: name what the event happened to, as one of {', '.join(names)}")
    try:
        return TriggerDryRunRequest.model_validate({said: event.data[said], "event_type": event.type})
    except ValueError as error:
        raise InvalidRequest(f"event.data.{said}: this is no time") from error


def _changeset(event: SampleEvent) -> MetadataChangeset | None:
    """Return what a whole event says that it changed."""
    added = event.data.get("tags_added")
    said = event.data.get("changeset") if added is None else {"put_tags": added}
    try:
        return None if said is None else MetadataChangeset.model_validate(said)
    except ValueError as error:
        member = "changeset" if added is None else "tags_added"
        raise InvalidRequest(f"event.data.{member}: this is no change of metadata and tags") from error


@dataclass(frozen=True, slots=True)
class _Subject:
    """What the event would happen to; nothing of it for a schedule. Samples are as good as what is there."""

    dataset: DatasetRecord | None
    file: FileRecord | None
    invocation: InvocationRecord | None


def _subject(rows: Rows, request: TriggerDryRunRequest, *, caller: Caller) -> _Subject:
    if request.event_id is not None:
        raise NotFound(f'there is no event "{request.event_id}": this platform keeps none')
    invocation: InvocationRecord | None = None
    if request.invocation_id == INVOCATION.invocation_id:
        invocation = sample_invocation(request.event_type)
    elif request.invocation_id is not None:
        invocation = read_invocation(rows, request.invocation_id, caller=caller)
    file = FILE if request.file_id == FILE.file_id else None
    if file is None and request.file_id is not None:
        file = read_file(rows, request.file_id, caller=caller)
    dataset_id = request.dataset_id if file is None else file.association_id
    dataset = DATASET if dataset_id == DATASET.dataset_id else None
    if dataset is None and dataset_id is not None:
        dataset = read_dataset(rows, dataset_id, caller=caller)
    return _Subject(dataset, file, invocation)


def _paths(rows: Rows, dataset: DatasetRecord) -> DatasetPaths:
    return DatasetPaths([FILE.relative_path] if dataset is DATASET else rows.evaluations.paths(dataset.dataset_id))


def _likely(trigger: TargetedTriggerRecord, request: TriggerDryRunRequest, subject: _Subject) -> PlatformEventType:
    """Return the first event of the trigger that can happen to this, else any that can."""
    if request.scheduled_for is not None:
        return PlatformEventType.ScheduleFired
    subscribed = trigger.fires_on.events if isinstance(trigger.fires_on, EventSubscription) else []
    if subject.invocation is not None:
        ends = (event for event in subscribed if TRAITS[event].entity == "invocation")
        return next(ends, PlatformEventType.InvocationCompleted)
    naming = [event for event in subscribed if "dataset" in TRAITS[event].roots]
    fallback = PlatformEventType.DatasetMetadataUpdated if request.file_id is None else PlatformEventType.FileUploaded
    return naming[0] if naming else fallback


def _subscribed(trigger: TargetedTriggerRecord, kind: PlatformEventType) -> TriggerDryRunGate:
    name = TriggerDryRunGateName.Subscribed
    if isinstance(trigger.fires_on, Schedule):
        listens = kind is PlatformEventType.ScheduleFired
    else:
        listens = kind in trigger.fires_on.events
    return _passed(name) if listens else _failed(name, f'the trigger does not fire on "{kind.value}"')


def _imagined(
    kind: PlatformEventType, subject: _Subject, changeset: MetadataChangeset | None, *, now: datetime
) -> NotedEvent:
    """Return the event as it would be noted."""
    ended = subject.invocation
    return NotedEvent(
        event_id=_DRY_RUN,
        type=kind,
        time=now,
        changeset=changeset,
        invocation_id=None if ended is None else ended.invocation_id,
        status=None if ended is None else ended.last_status,
    )


def _occasion(
    rows: Rows, trigger: TargetedTriggerRecord, request: TriggerDryRunRequest, subject: _Subject, event: NotedEvent
) -> Occasion:
    if request.scheduled_for is not None:
        moment = request.scheduled_for
        return occasions.of_schedule(trigger, moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    entity = TRAITS[event.type].entity
    if entity == "invocation":
        if subject.invocation is None:
            raise InvalidRequest(f'"{event.type.value}" happens to an invocation: give an invocation_id')
        return occasions.of_invocation(trigger, subject.invocation, action_of(rows, subject.invocation), event)
    if subject.dataset is None:
        raise InvalidRequest(f'"{event.type.value}" happens to something else: give a dataset_id or a file_id')
    if is_per_file(trigger, event.type) and subject.file is None:
        raise InvalidRequest("the trigger fires for each file: give a file_id")
    return occasions.of_dataset(
        trigger,
        subject.dataset,
        event,
        paths=_paths(rows, subject.dataset),
        file=subject.file if entity == "file" else None,
    )


#: The id of an event that never happened: no slot was ever taken for it.
_DRY_RUN: Final = "dry-run"


def _behind(rows: Rows, kept: Kept, occasion: Occasion, file: FileRecord | None) -> list[TriggerDryRunGate]:
    """Return the gates behind the first, up to the one that fails."""
    gates = [_enabled(kept.record)]
    if gates[-1].status is TriggerDryRunGateStatus.Passed:
        gates.append(_condition(kept.record, occasion))
    accepted: list[InvokeActionTarget] = []
    if gates[-1].status is TriggerDryRunGateStatus.Passed:
        gate, accepted = _prefilter(kept.record, occasion)
        gates.append(gate)
    if gates[-1].status is TriggerDryRunGateStatus.Passed:
        gates.append(_already_fired(rows, kept, accepted, occasion, file))
    return gates


def _enabled(trigger: TargetedTriggerRecord) -> TriggerDryRunGate:
    name = TriggerDryRunGateName.Enabled
    return _passed(name) if trigger.enabled else _failed(name, "the trigger is disabled")


def _condition(trigger: TargetedTriggerRecord, occasion: Occasion) -> TriggerDryRunGate:
    held = holds(trigger.condition, occasion)
    return TriggerDryRunGate(
        gate=TriggerDryRunGateName.Condition,
        status=TriggerDryRunGateStatus.Passed if held else TriggerDryRunGateStatus.Failed,
        detail=None if held else "the condition does not hold",
        condition_leaves=[
            ConditionLeafTrace(
                field=leaf.condition.field,
                comparator=leaf.condition.comparator,
                expected=leaf.condition.value,
                actual=leaf.seen,
                passed=leaf.held,
            )
            for leaf in leaves(trigger.condition, occasion)
        ],
    )


def _prefilter(
    trigger: TargetedTriggerRecord, occasion: Occasion
) -> tuple[TriggerDryRunGate, list[InvokeActionTarget]]:
    targets = [target for target in trigger.targets if isinstance(target, InvokeActionTarget)]
    reasons = [_reason(target, occasion) for target in targets]
    accepted = [target for target, reason in zip(targets, reasons, strict=True) if reason is None]
    gate = TriggerDryRunGate(
        gate=TriggerDryRunGateName.TargetPrefilter,
        status=TriggerDryRunGateStatus.Passed if accepted else TriggerDryRunGateStatus.Failed,
        detail=None if accepted else "; ".join(reason for reason in reasons if reason),
        targets=[
            TargetAcceptanceTrace(
                target_id=target.target_id, target_type=target.type, accepted=reason is None, reason=reason
            )
            for target, reason in zip(targets, reasons, strict=True)
        ],
    )
    return gate, accepted


def _reason(target: InvokeActionTarget, occasion: Occasion) -> str | None:
    try:
        return rejection(filled(target, occasion.namespace), occasion)
    except ValueError:
        return "its placeholders would be filled in with what is no input"


def _already_fired(
    rows: Rows, kept: Kept, accepted: Sequence[InvokeActionTarget], occasion: Occasion, file: FileRecord | None
) -> TriggerDryRunGate:
    slots = [_slot(rows, kept, target, occasion, file) for target in accepted]
    free = not all(slot.occupied for slot in slots)
    return TriggerDryRunGate(
        gate=TriggerDryRunGateName.AlreadyFired,
        status=TriggerDryRunGateStatus.Passed if free else TriggerDryRunGateStatus.Failed,
        detail=None if free else "it has fired for this already",
        idempotency_token=occasion.token,
        dispatches=slots,
    )


def _slot(
    rows: Rows, kept: Kept, target: InvokeActionTarget, occasion: Occasion, file: FileRecord | None
) -> DispatchSlotTrace:
    trigger_id, target_id = kept.record.trigger_id, target.target_id
    if kept.older is not None:
        of_file = occasion.file_path is not None and file is not None
        where = (file.file_id, file.version) if of_file and file is not None else ("", 0)
        ran = rows.memory.ran_for(trigger_id, occasion.dataset_id or "", *where)
        return DispatchSlotTrace(target_id=target_id, occupied=ran)
    slot = rows.dispatches.find(trigger_id, occasion.token, target_id)
    if slot is None:
        return DispatchSlotTrace(target_id=target_id, occupied=False)
    return DispatchSlotTrace(
        target_id=target_id, occupied=is_taken(slot), status=slot.status, result_ref=slot.result_ref
    )


def _gate(name: TriggerDryRunGateName, status: TriggerDryRunGateStatus) -> TriggerDryRunGate:
    return TriggerDryRunGate(gate=name, status=status)


def _passed(name: TriggerDryRunGateName) -> TriggerDryRunGate:
    return _gate(name, TriggerDryRunGateStatus.Passed)


def _failed(name: TriggerDryRunGateName, detail: str) -> TriggerDryRunGate:
    return TriggerDryRunGate(gate=name, status=TriggerDryRunGateStatus.Failed, detail=detail)
