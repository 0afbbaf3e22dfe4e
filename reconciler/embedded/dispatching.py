"""What targeted triggers do: on an occasion, each target takes its slot and invokes its action, at most once.

==================  ===============================================================================================
slot                trigger, token and target; taken in the transaction that invokes, so neither a crash nor
                    another process makes a second invocation of it
what breaks         an action that is gone, a parameter it does not have: recorded with the slot. The next event
                    for the same slot tries again; a schedule's next time has a slot of its own
==================  ===============================================================================================
"""

from __future__ import annotations

from datetime import datetime

from reconciler.domain.dispatches import TriggerDispatchRecord, TriggerDispatchStatus
from reconciler.domain.inputs import FileSelector, InvocationInput
from reconciler.domain.invocation_requests import CreateInvocationRequest
from reconciler.domain.invocations import InvocationDataSource, InvocationDataSourceType, InvocationSource
from reconciler.domain.placeholders import filled
from reconciler.domain.trigger_shapes import InvokeActionTarget
from reconciler.embedded.access import Caller
from reconciler.embedded.gates import holds, rejection
from reconciler.embedded.input_patterns import literal
from reconciler.embedded.invocations import invoke_action
from reconciler.embedded.occasions import Occasion
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows
from reconciler.errors import Conflict, InvalidRequest, NotAllowed, NotFound


def dispatch(rows: Rows, kept: Kept, occasion: Occasion, *, now: datetime) -> list[TriggerDispatchRecord]:
    """Fire a trigger on an occasion, as far as its gates let it; return what was tried."""
    trigger = kept.record
    if not trigger.enabled or not holds(trigger.condition, occasion):
        return []
    targets = [target for target in trigger.targets if isinstance(target, InvokeActionTarget)]
    turns = [_turn(rows, kept, target, occasion, now=now) for target in targets]
    return [record for record in turns if record is not None]


def is_taken(slot: TriggerDispatchRecord | None) -> bool:
    """Return True when a target has had its turn; one that failed may have another."""
    return slot is not None and slot.status is not TriggerDispatchStatus.Failed


def _turn(
    rows: Rows, kept: Kept, target: InvokeActionTarget, occasion: Occasion, *, now: datetime
) -> TriggerDispatchRecord | None:
    if is_taken(rows.dispatches.find(kept.record.trigger_id, occasion.token, target.target_id)):
        return None
    failure, result_ref = None, None
    try:
        ready = filled(target, occasion.namespace)
        if rejection(ready, occasion) is not None:
            return None
        result_ref = _invoked(rows, kept, ready, occasion, now=now)
    except (Conflict, InvalidRequest, NotAllowed, NotFound) as error:
        # The invocation is the last thing that would have been written: the transaction holds nothing of it.
        failure = error.message
    except ValueError:
        failure = "its placeholders were filled in with what is no input"
    record = TriggerDispatchRecord(
        trigger_id=kept.record.trigger_id,
        idempotency_token=occasion.token,
        target_id=target.target_id,
        org_id=kept.record.org_id,
        target_type=target.type,
        event_type=occasion.type,
        event_id=occasion.event_id,
        subject=occasion.subject,
        dataset_id=occasion.dataset_id,
        status=TriggerDispatchStatus.Dispatched if failure is None else TriggerDispatchStatus.Failed,
        status_detail=failure,
        result_ref=result_ref,
        claimed_at=now,
        finalized_at=now,
    )
    rows.dispatches.put(record)
    return record


def _invoked(rows: Rows, kept: Kept, target: InvokeActionTarget, occasion: Occasion, *, now: datetime) -> str:
    """Queue a run of the target's action, and return its id."""
    trigger = kept.record
    patterns = _patterns(target, occasion)
    source = _data_source(target, occasion)
    request = CreateInvocationRequest(
        data_source_id=source.data_source_id,
        data_source_type=source.data_source_type,
        input_data=patterns or ([] if target.invocation_input is None else target.invocation_input.file_paths),
        rich_input_data=_input(target, occasion, patterns),
        invocation_source=InvocationSource.Trigger,
        # By name, as clients say it; a trigger might be called what another's id is.
        invocation_source_id=trigger.name,
        idempotency_id=f"{trigger.trigger_id}/{occasion.token}/{target.target_id}",
        parameter_values=target.parameter_values,
        compute_requirement_overrides=target.compute_requirement_overrides,
        container_parameter_overrides=target.container_parameter_overrides,
        timeout=target.timeout,
        upload_destination=target.upload_destination,
    )
    caller = Caller(kept.service_user_id, trigger.org_id, invocation_id=occasion.caused_by)
    action = target.action
    made = invoke_action(rows, action.name, request, caller=caller, digest=action.digest, owner=action.owner, now=now)
    return made.invocation_id


def _patterns(target: InvokeActionTarget, occasion: Occasion) -> list[str]:
    """Return what the run takes from the occasion's dataset."""
    required = target.required_inputs if occasion.file_path is None else [literal(occasion.file_path)]
    return [*required, *(target.additional_inputs or ())]


def _input(target: InvokeActionTarget, occasion: Occasion, patterns: list[str]) -> InvocationInput | None:
    """Return the files of the occasion's dataset together with what the target chooses itself."""
    if not patterns or occasion.dataset_id is None:
        return target.invocation_input
    matched = FileSelector(dataset_id=occasion.dataset_id, paths=patterns)
    if target.invocation_input is None:
        return InvocationInput(files=matched)
    chosen = target.invocation_input
    return InvocationInput(files=[matched, *chosen.safe_files], topics=chosen.topics)


def _data_source(target: InvokeActionTarget, occasion: Occasion) -> InvocationDataSource:
    """Return the dataset a run works on: the occasion's, else the only one that the target's input names, if any."""
    named = {occasion.dataset_id} - {None}
    if not named and target.invocation_input is not None:
        named = {selector.dataset_id for selector in target.invocation_input.safe_files}
    if len(named) != 1 or None in named:
        return InvocationDataSource.unspecified()
    return InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id=str(named.pop()))
