"""One trigger, two shapes: what the older and the newer shape of a trigger make of each other. Pure.

=====================================  =====================================================================
older shape                            newer shape
=====================================  =====================================================================
causes                                 events: file_upload, file_ingest, dataset_metadata_update and
                                       file_metadata_update are file.uploaded, file.ingested,
                                       dataset.metadata_updated and file.metadata_updated;
                                       causes null are the first three
for_each dataset, dataset_file         once_per dataset, file
the action, patterns, values, ...      the one invoke_action target; its ``target_id`` has no older field
service_user_id                        none: it is the platform's to choose
=====================================  =====================================================================

No older form have: several targets or targets of another type, other events, other ``once_per``, schedules, targets
without required inputs, with an ``invocation_input`` or an ``upload_destination``, conditions on roots other than
dataset and file, and placeholders. What has an older form comes back from it unchanged.

``file_metadata_update`` came later than the other causes, and one cause that a client does not know breaks its whole
listing: only clients of the last version of the older shape are shown it. To manifests, which are of the first, such a
trigger has no older form.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from reconciler.domain.conditions import ConditionType, fields_of
from reconciler.domain.placeholders import paths_in
from reconciler.domain.platform_events import ROOTS, OncePer, PlatformEventType
from reconciler.domain.trigger_shapes import (
    EventSubscription,
    InvokeActionTarget,
    TargetedTriggerRecord,
    TriggerSource,
    TriggerTarget,
)
from reconciler.domain.triggers import (
    FILE_METADATA_UPDATE,
    FIRST_CAUSES,
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
    FILE_METADATA_UPDATE: PlatformEventType.FileMetadataUpdated,
}
_CAUSES: Final = {event: cause for cause, event in EVENTS.items()}
_FIRST_EVENTS: Final = frozenset(EVENTS[cause] for cause in FIRST_CAUSES)

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
    """Return the older shape of a trigger, in its last version; None where it has none."""
    if _obstacle(record, _CAUSES.keys()) is not None:
        return None
    source, target = record.fires_on, record.targets[0]
    assert isinstance(source, EventSubscription)
    assert isinstance(target, InvokeActionTarget)
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
    causes: Iterable[TriggerEvaluationCause] = FIRST_CAUSES if record.causes is None else record.causes
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


def obstacle(record: TargetedTriggerRecord) -> str | None:
    """Say what a trigger does that no manifest can say; None when it has an older shape, in its first version."""
    return _obstacle(record, _FIRST_EVENTS)


def _obstacle(record: TargetedTriggerRecord, known: Set[PlatformEventType]) -> str | None:
    return (
        _source_obstacle(record.fires_on, known)
        or _condition_obstacle(record.condition)
        or (
            _target_obstacle(record.targets[0]) if len(record.targets) == 1 else f"it has {len(record.targets)} targets"
        )
    )


def _source_obstacle(source: TriggerSource, known: Set[PlatformEventType]) -> str | None:
    if not isinstance(source, EventSubscription):
        return f"it fires on a schedule ({source.cron})"
    other = [event.value for event in source.events if event not in known]
    if other:
        return f"it fires on {', '.join(other)}"
    return None if source.once_per in _FOR_EACH else f"it fires once per {source.once_per.value}"


def _condition_obstacle(condition: ConditionType | None) -> str | None:
    """Say what a condition asks for that older triggers do not see."""
    if condition is None:
        return None
    roots = {path.partition(".")[0] for path in fields_of(condition)}
    further = sorted(roots & (ROOTS - _OLDER_ROOTS))
    return f"its condition looks at {', '.join(further)}" if further else None


def _target_obstacle(target: TriggerTarget) -> str | None:
    if not isinstance(target, InvokeActionTarget):
        return f"its target is of type {target.type}"
    if target.invocation_input is not None or target.upload_destination is not None:
        return "it says where its inputs come from or its outputs go to"
    patterns = [target.required_inputs, *([target.additional_inputs] if target.additional_inputs else [])]
    if any(patterns_problem(listed) is not None for listed in patterns):
        return "it has no required inputs"
    return "it has placeholders that the event fills in" if paths_in(target) else None
