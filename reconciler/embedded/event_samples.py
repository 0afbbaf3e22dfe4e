"""Samples of events: what conditions and placeholders can look into, for whoever writes a trigger. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import to_jsonable_python

from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.platform_events import TRAITS, OncePer, PlatformEventType
from reconciler.domain.trigger_shapes import EventSubscription, InvokeActionTarget, Schedule, TargetedTriggerRecord
from reconciler.domain.values import ActionReference
from reconciler.embedded import occasions
from reconciler.embedded.occasions import DatasetPaths, Occasion

_TIME: Final = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
_AUDIT: Final[dict[str, Any]] = {
    "created": _TIME,
    "created_by": "ada@example.com",
    "modified": _TIME,
    "modified_by": "ada@example.com",
}
_DATASET: Final = DatasetRecord(
    dataset_id="ds_sample",
    org_id="og_sample",
    name="harbour run 42",
    metadata={"vehicle": "boat-3", "weather": "fog"},
    tags=["night"],
    **_AUDIT,
)
_FILE: Final = FileRecord(
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

#: Records of what no dataset is about.
_ELSEWHERE: Final[dict[str, dict[str, Any]]] = {
    "invocation": {"invocation_id": "iv_sample", "org_id": "og_sample", "created": _TIME, "last_status": 5},
    "action": {"name": "ingest", "org_id": "og_sample", "digest": None},
    "session": {"session_id": "se_sample", "org_id": "og_sample", "name": "morning shift", **_AUDIT},
    "event": {"event_id": "ev_sample", "org_id": "og_sample", "name": "hard braking", **_AUDIT},
}


def samples() -> dict[str, dict[str, Any]]:
    """Return a sample of every event, by its name: clients look up any of them, also those that nothing here raises."""
    return {kind.value: _sample(kind) for kind in PlatformEventType}


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
    return occasions.of_dataset(
        _trigger(EventSubscription(events=[kind], once_per=OncePer.Dataset)),
        _DATASET,
        kind=kind,
        event_id="evt:sample",
        time=_TIME,
        paths=DatasetPaths([_FILE.relative_path]),
        file=_FILE if TRAITS[kind].entity == "file" else None,
        transaction_id="tx_sample" if "upload" in kind.value else None,
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
