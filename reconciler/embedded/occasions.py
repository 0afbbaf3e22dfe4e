"""Occasions: what a targeted trigger may fire for, once, and everything its conditions and placeholders can see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from reconciler.domain.actions import ActionRecord
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.invocations import InvocationRecord
from reconciler.domain.platform_events import TRAITS, OncePer, PlatformEventType, slot_token
from reconciler.domain.trigger_shapes import EventSubscription, Schedule, TargetedTriggerRecord
from reconciler.embedded.dispatch_rows import NotedEvent
from reconciler.embedded.input_patterns import compiled, without_hidden

#: Where events of an organization come from; only their shape matters to those who read it.
_SOURCE: Final = "reconciler://orgs/"


class DatasetPaths:
    """The paths of a dataset's files, and which of them patterns take in: found out once for each list of patterns."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = without_hidden(paths)
        self._missing: dict[tuple[str, ...], list[str]] = {}

    def missing(self, patterns: Iterable[str]) -> list[str]:
        """Return the patterns that take in no file; all of them where none asks for one."""
        key = tuple(patterns)
        if key not in self._missing:
            asking = compiled(key).asking
            found = compiled(key).matched(self._paths)
            empty = [pattern.text for pattern, paths in zip(asking, found, strict=True) if not paths]
            self._missing[key] = empty if asking else list(key)
        return self._missing[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something a trigger may fire for.

    Attributes:
        type: The event.
        event_id: The event's own id.
        token: What the trigger fires at most once for.
        subject: What it happened to, as a URI.
        namespace: The records that conditions and placeholders look into, by root.
        dataset_id: Whose files patterns match; None where the event names no dataset.
        file_path: The file that is the input; None where all of the dataset's are.
        paths: The dataset's files, which patterns choose from.
        caused_by: The invocation whose run caused it; None where it was no run.
    """

    type: PlatformEventType
    event_id: str
    token: str
    subject: str
    namespace: Mapping[str, Any]
    dataset_id: str | None = None
    file_path: str | None = None
    paths: DatasetPaths = field(default_factory=lambda: DatasetPaths(()), repr=False)
    caused_by: str | None = None


def is_per_file(trigger: TargetedTriggerRecord, kind: PlatformEventType) -> bool:
    """Return True when each file of such an event is an occasion of its own."""
    source = trigger.fires_on
    is_once_per_dataset = isinstance(source, EventSubscription) and source.once_per is OncePer.Dataset
    return TRAITS[kind].entity == "file" and not is_once_per_dataset


def of_schedule(trigger: TargetedTriggerRecord, scheduled_for: datetime) -> Occasion:
    """Return the occasion of one time that a schedule names."""
    event_id = f"evt:{trigger.trigger_id}:{scheduled_for.isoformat()}"
    assert isinstance(trigger.fires_on, Schedule)
    facts = {"trigger_id": trigger.trigger_id, "scheduled_for": scheduled_for}
    schedule = {"scheduled_for": scheduled_for, "cron": trigger.fires_on.cron}
    subject = f"roboto://trigger/{trigger.trigger_id}"
    kind = PlatformEventType.ScheduleFired
    return Occasion(
        type=kind,
        event_id=event_id,
        token=slot_token(kind, OncePer.Occurrence, event_id),
        subject=subject,
        namespace={"schedule": schedule}
        | _everywhere(trigger, kind=kind, event_id=event_id, subject=subject, time=scheduled_for, facts=facts),
    )


def of_dataset(
    trigger: TargetedTriggerRecord,
    dataset: DatasetRecord,
    event: NotedEvent,
    *,
    paths: DatasetPaths,
    file: FileRecord | None = None,
) -> Occasion:
    """Return the occasion of an event that names a dataset, and a file of it where it is about files."""
    assert isinstance(trigger.fires_on, EventSubscription)
    once_per, kind = trigger.fires_on.once_per, event.type
    event_id = f"evt:{event.event_id}" if file is None else f"evt:{event.event_id}:{file.file_id}"
    entities = {
        OncePer.Dataset: dataset.dataset_id,
        OncePer.File: "" if file is None else file.file_id,
        OncePer.Occurrence: event_id,
    }
    is_about_file = file is not None and TRAITS[kind].entity == "file"
    subject = f"roboto://file/{file.file_id}" if file and is_about_file else f"roboto://dataset/{dataset.dataset_id}"
    records: dict[str, Any] = {"dataset": dataset.model_dump(), **_changes(event)}
    if file is not None:
        records["file"] = file.model_dump()
    facts = _facts(event, dataset, file)
    everywhere = _everywhere(trigger, kind=kind, event_id=event_id, subject=subject, time=event.time, facts=facts)
    return Occasion(
        type=kind,
        event_id=event_id,
        token=slot_token(kind, once_per, entities[once_per]),
        subject=subject,
        namespace=records | everywhere,
        dataset_id=dataset.dataset_id,
        file_path=file.relative_path if file is not None and once_per is not OncePer.Dataset else None,
        paths=paths,
        caused_by=event.caused_by,
    )


def of_invocation(
    trigger: TargetedTriggerRecord, invocation: InvocationRecord, action: ActionRecord | None, event: NotedEvent
) -> Occasion:
    """Return the occasion of an invocation's end; the action is None where it is gone, or hidden from the trigger."""
    assert isinstance(trigger.fires_on, EventSubscription)
    once_per, kind, event_id = trigger.fires_on.once_per, event.type, f"evt:{event.event_id}"
    subject = f"roboto://invocation/{invocation.invocation_id}"
    source = invocation.provenance.action
    facts = {
        "invocation_id": invocation.invocation_id,
        "action_name": source.name,
        "action_owner_id": source.org_id,
        "status": event.status,
    }
    records = {
        "invocation": invocation.model_dump(),
        "action": source.model_dump() if action is None else action.model_dump(),
    }
    entity_id = invocation.invocation_id if once_per is OncePer.Invocation else event_id
    return Occasion(
        type=kind,
        event_id=event_id,
        token=slot_token(kind, once_per, entity_id),
        subject=subject,
        namespace=records
        | _everywhere(trigger, kind=kind, event_id=event_id, subject=subject, time=event.time, facts=facts),
        caused_by=event.caused_by,
    )


def _facts(event: NotedEvent, dataset: DatasetRecord, file: FileRecord | None) -> dict[str, Any]:
    """Return what the event itself says, whatever becomes of the records afterwards."""
    facts: dict[str, Any] = {"dataset_id": dataset.dataset_id, "transaction_id": event.transaction_id}
    if file is not None:
        facts |= {"file_id": file.file_id, "file_version": file.version}
    if event.type is PlatformEventType.DatasetTagAdded:
        facts["tags_added"] = _tags(event)["added"]
    elif event.changeset is not None:
        facts["changeset"] = event.changeset.model_dump()
    return facts


def _changes(event: NotedEvent) -> dict[str, Any]:
    """Return the roots that tell what an event changed: fields as they are since, and tags that came and went."""
    put = MetadataChangeset(put_fields=event.changeset.put_fields) if event.changeset else MetadataChangeset()
    known = {
        "upload": {"transaction_id": event.transaction_id},
        "changed": put.apply_to({})[0],
        "tag": _tags(event),
    }
    return {root: record for root, record in known.items() if root in TRAITS[event.type].roots}


def _tags(event: NotedEvent) -> dict[str, list[str]]:
    changeset = event.changeset or MetadataChangeset()
    removed = [] if event.type is PlatformEventType.DatasetTagAdded else changeset.remove_tags or []
    return {"added": changeset.put_tags or [], "removed": removed}


def _everywhere(
    trigger: TargetedTriggerRecord,
    *,
    kind: PlatformEventType,
    event_id: str,
    subject: str,
    time: datetime,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the roots that every event has."""
    envelope = {
        "id": event_id,
        "source": _SOURCE + trigger.org_id,
        "subject": subject,
        "type": kind.value,
        "time": time,
        "org_id": trigger.org_id,
        "data": facts,
    }
    return {"envelope": envelope, "trigger": trigger.model_dump(exclude={"targets", "condition"})}
