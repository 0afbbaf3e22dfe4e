"""One trigger, two shapes: what the older and the newer shape of a trigger make of each other. Pure.

=====================================  =====================================================================
older shape                            newer shape
=====================================  =====================================================================
causes                                 events: file_upload, file_ingest and dataset_metadata_update are
                                       file.uploaded, file.ingested and dataset.metadata_updated;
                                       causes null are all three
for_each dataset, dataset_file         once_per dataset, file
the action, patterns, values, ...      the one invoke_action target; its ``target_id`` has no older field
service_user_id                        none: it is the platform's to choose
=====================================  =====================================================================

No older form have: several targets or targets of another type, other events (``file.metadata_updated`` too: a cause
that old clients do not know breaks their listings), other ``once_per``, schedules, targets without required inputs,
with an ``invocation_input`` or an ``upload_destination``, conditions on roots other than dataset and file, and
placeholders. What has an older form comes back from it unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.domain.conditions import fields_of
from reconciler.domain.placeholders import paths_in
from reconciler.domain.platform_events import ROOTS, OncePer, PlatformEventType
from reconciler.domain.trigger_shapes import EventSubscription, InvokeActionTarget, TargetedTriggerRecord
from reconciler.domain.triggers import (
    TriggerEvaluationCause,
    TriggerForEachPrimitive,
    TriggerRecord,
    patterns_problem,
)

#: The target's id where the older shape gave none.
DEFAULT_TARGET_ID: Final = "invoke_action"

EVENTS: Final = {
    TriggerEvaluationCause.FileUpload: PlatformEventType.FileUploaded,
    TriggerEvaluationCause.FileIngest: PlatformEventType.FileIngested,
    TriggerEvaluationCause.DatasetMetadataUpdate: PlatformEventType.DatasetMetadataUpdated,
}
_CAUSES: Final = {event: cause for cause, event in EVENTS.items()}

_ONCE_PER: Final = {
    TriggerForEachPrimitive.Dataset: OncePer.Dataset,
    TriggerForEachPrimitive.DatasetFile: OncePer.File,
}
_FOR_EACH: Final = {once_per: for_each for for_each, once_per in _ONCE_PER.items()}

_OLDER_ROOTS: Final = frozenset({"dataset", "file"})


def targeted(record: TriggerRecord, *, target_id: str = DEFAULT_TARGET_ID) -> TargetedTriggerRecord:
    """Return the newer shape of a trigger; every trigger has one."""
    return TargetedTriggerRecord(
        trigger_id=record.trigger_id,
        org_id=record.org_id,
        name=record.name,
        enabled=record.enabled,
        fires_on=_subscription(record),
        condition=record.condition,
        targets=[_target(record, target_id)],
        created=record.created,
        created_by=record.created_by,
        modified=record.modified,
        modified_by=record.modified_by,
    )


def older(record: TargetedTriggerRecord, *, service_user_id: str) -> TriggerRecord | None:
    """Return the older shape of a trigger; None where it has none."""
    source = record.fires_on
    if not isinstance(source, EventSubscription) or not _is_older_source(source) or _looks_further(record):
        return None
    target = record.targets[0] if len(record.targets) == 1 else None
    if not isinstance(target, InvokeActionTarget) or not _is_older_target(target):
        return None
    return TriggerRecord(
        trigger_id=record.trigger_id,
        org_id=record.org_id,
        name=record.name,
        enabled=record.enabled,
        causes=[_CAUSES[event] for event in source.events],
        for_each=_FOR_EACH[source.once_per],
        condition=record.condition,
        action=target.action,
        required_inputs=target.required_inputs,
        additional_inputs=target.additional_inputs,
        parameter_values=target.parameter_values,
        compute_requirement_overrides=target.compute_requirement_overrides,
        container_parameter_overrides=target.container_parameter_overrides,
        timeout=target.timeout,
        service_user_id=service_user_id,
        created=record.created,
        created_by=record.created_by,
        modified=record.modified,
        modified_by=record.modified_by,
    )


def _subscription(record: TriggerRecord) -> EventSubscription:
    causes: Iterable[TriggerEvaluationCause] = EVENTS if record.causes is None else record.causes
    return EventSubscription(events=[EVENTS[cause] for cause in causes], once_per=_ONCE_PER[record.for_each])


def _target(record: TriggerRecord, target_id: str) -> InvokeActionTarget:
    return InvokeActionTarget(
        target_id=target_id,
        action=record.action,
        required_inputs=record.required_inputs,
        additional_inputs=record.additional_inputs,
        parameter_values=record.parameter_values,
        compute_requirement_overrides=record.compute_requirement_overrides,
        container_parameter_overrides=record.container_parameter_overrides,
        timeout=record.timeout,
    )


def _is_older_source(source: EventSubscription) -> bool:
    return source.once_per in _FOR_EACH and all(event in _CAUSES for event in source.events)


def _is_older_target(target: InvokeActionTarget) -> bool:
    elsewhere = target.invocation_input is not None or target.upload_destination is not None
    patterns = [target.required_inputs, *([target.additional_inputs] if target.additional_inputs else [])]
    legal = all(patterns_problem(listed) is None for listed in patterns)
    return legal and not elsewhere and not paths_in(target)


def _looks_further(record: TargetedTriggerRecord) -> bool:
    """Return True when the condition asks for what older triggers do not see."""
    if record.condition is None:
        return False
    roots = {path.partition(".")[0] for path in fields_of(record.condition)}
    return bool(roots & (ROOTS - _OLDER_ROOTS))
