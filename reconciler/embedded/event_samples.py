"""Samples of events: what conditions and placeholders can look into, for whoever writes a trigger. Pure.

Their records are of nobody. A dry run takes their ids all the same, so that a sample can be tried as it was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import to_jsonable_python

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationProvenance,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    SourceProvenance,
)
from reconciler.domain.platform_events import TRAITS, OncePer, PlatformEventType
from reconciler.domain.trigger_shapes import EventSubscription, InvokeActionTarget, Schedule, TargetedTriggerRecord
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters
from reconciler.embedded import occasions
from reconciler.embedded.dispatch_rows import NotedEvent
from reconciler.embedded.occasions import DatasetPaths, Occasion

_TIME: Final = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
_AUDIT: Final[dict[str, Any]] = {
    "created": _TIME,
    "created_by": "ada@example.com",
    "modified": _TIME,
    "modified_by": "ada@example.com",
}
DATASET: Final = DatasetRecord(
    dataset_id="ds_sample",
    org_id="og_sample",
    name="harbour run 42",
    metadata={"vehicle": "boat-3", "weather": "fog"},
    tags=["night"],
    **_AUDIT,
)
FILE: Final = FileRecord(
    file_id="fl_sample",
    association_id="ds_sample",
    org_id="og_sample",
    relative_path="logs/drive.mcap",
    name="drive.mcap",
    uri="file:///data/harbour/logs/drive.mcap",
    size=1_048_576,
    version=1,
    metadata={"leg": 2},
    **_AUDIT,
)

_CHANGESET: Final = MetadataChangeset(
    put_fields={"weather": "fog"}, remove_fields=["draft"], put_tags=["night"], remove_tags=["day"]
)
INVOCATION: Final = InvocationRecord(
    invocation_id="iv_sample",
    org_id="og_sample",
    created=_TIME,
    data_source=InvocationDataSource(
        data_source_type=InvocationDataSourceType.Dataset, data_source_id=DATASET.dataset_id
    ),
    input_data=["logs/*.mcap"],
    provenance=InvocationProvenance(
        action=ActionProvenance(name="ingest", org_id="og_sample"),
        executable=ExecutableProvenance(),
        source=SourceProvenance(source_type=InvocationSource.Manual, source_id="ada@example.com"),
    ),
    compute_requirements=ComputeRequirements(),
    container_parameters=ContainerParameters(),
    timeout=30,
    last_status=InvocationStatus.Completed,
    status=[InvocationStatusRecord(status=InvocationStatus.Queued, timestamp=_TIME)],
)
_ENDS: Final[Mapping[PlatformEventType | None, InvocationStatus]] = {
    PlatformEventType.InvocationCompleted: InvocationStatus.Completed,
    PlatformEventType.InvocationFailed: InvocationStatus.Failed,
}

#: Records of what nothing here keeps.
_ELSEWHERE: Final[dict[str, dict[str, Any]]] = {
    "session": {"session_id": "se_sample", "org_id": "og_sample", "name": "morning shift", **_AUDIT},
    "event": {"event_id": "ev_sample", "org_id": "og_sample", "name": "hard braking", **_AUDIT},
}


def samples() -> dict[str, dict[str, Any]]:
    """Return a sample of every event, by its name: clients look up any of them, also those that nothing here raises."""
    return {kind.value: _sample(kind) for kind in PlatformEventType}


def sample_invocation(kind: PlatformEventType | None) -> InvocationRecord:
    """Return the sample of an invocation, ended as such an event has it."""
    return INVOCATION.model_copy(update={"last_status": _ENDS.get(kind, INVOCATION.last_status)})


def _sample(kind: PlatformEventType) -> dict[str, Any]:
    known = _occasion(kind).namespace
    roots = [root for root in (*TRAITS[kind].roots, "envelope", "trigger") if root in known or root in _ELSEWHERE]
    namespace = {root: to_jsonable_python(known.get(root) or _ELSEWHERE[root]) for root in roots}
    entity = TRAITS[kind].entity
    if entity in _ELSEWHERE:
        entity_id = _ELSEWHERE[entity][f"{entity}_id"]
        namespace["envelope"] |= {"subject": f"roboto://{entity}/{entity_id}", "data": {f"{entity}_id": entity_id}}
    return {
        "event_type": kind.value,
        "event": namespace["envelope"],
        "namespace": namespace,
        "paths": list(_paths(namespace)),
    }


def _occasion(kind: PlatformEventType) -> Occasion:
    if kind is PlatformEventType.ScheduleFired:
        return occasions.of_schedule(_trigger(Schedule(cron="26 9 * * *")), _TIME.replace(second=0))
    trigger = _trigger(EventSubscription(events=[kind], once_per=OncePer.Occurrence))
    event = NotedEvent(
        event_id="sample",
        type=kind,
        time=_TIME,
        transaction_id="tx_sample" if "upload" in kind.value else None,
        changeset=_CHANGESET if "tag" in TRAITS[kind].roots else None,
        status=_ENDS.get(kind),
    )
    if TRAITS[kind].entity == "invocation":
        return occasions.of_invocation(trigger, sample_invocation(kind), None, event)
    return occasions.of_dataset(
        trigger,
        DATASET,
        event,
        paths=DatasetPaths([FILE.relative_path]),
        file=FILE if TRAITS[kind].entity == "file" else None,
    )


def _trigger(fires_on: EventSubscription | Schedule) -> TargetedTriggerRecord:
    return TargetedTriggerRecord(
        trigger_id="tr_sample",
        org_id="og_sample",
        name="on_drive",
        fires_on=fires_on,
        targets=[InvokeActionTarget(target_id="ingest", action=ActionReference(name="ingest"))],
        **_AUDIT,
    )


def _paths(members: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in members.items():
        if prefix:
            yield f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{prefix}{name}.")
