"""Platform events: what newer triggers subscribe to, and what each event is about.

========================  ==============  ============================  ===============================
event                     entity          once per                      roots, the default first
========================  ==============  ============================  ===============================
file.uploaded, .ingested  file            occurrence, file, dataset     dataset, file
file.metadata_updated     file            occurrence, file, dataset     dataset, file, changed, tag
dataset.upload_completed  dataset         occurrence, dataset           dataset, upload
dataset.metadata_updated  dataset         occurrence, dataset           dataset, changed, tag
dataset.created           dataset         occurrence, dataset           dataset
dataset.tag_added         dataset         occurrence                    dataset, tag
invocation.completed      invocation      occurrence, invocation        invocation, action
invocation.failed         invocation      occurrence, invocation        invocation, action
session.ingested          session         occurrence                    session
event.created             event           occurrence, event             event
schedule.fired            trigger         occurrence                    schedule; nobody can subscribe
========================  ==============  ============================  ===============================

A root is the first segment of a field path; a path that begins with none is about the default root.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PlatformEventType(StrEnum):
    """Something that happens on the platform."""

    FileUploaded = "file.uploaded"
    FileIngested = "file.ingested"
    FileMetadataUpdated = "file.metadata_updated"
    UploadCompleted = "dataset.upload_completed"
    DatasetMetadataUpdated = "dataset.metadata_updated"
    DatasetCreated = "dataset.created"
    DatasetTagAdded = "dataset.tag_added"
    InvocationCompleted = "invocation.completed"
    InvocationFailed = "invocation.failed"
    SessionIngested = "session.ingested"
    EventCreated = "event.created"
    ScheduleFired = "schedule.fired"


class OncePer(StrEnum):
    """For what a trigger fires at most once: each occurrence of the event, or each entity it is about."""

    Occurrence = "occurrence"
    File = "file"
    Dataset = "dataset"
    Invocation = "invocation"
    Event = "event"


@dataclass(frozen=True, slots=True)
class EventTraits:
    """What one type of event is about.

    Attributes:
        entity: The kind of thing it happens to; the events of one trigger share it.
        once_per: What a trigger may fire at most once for.
        roots: Which records its conditions and placeholders can look into, the default first.
    """

    entity: str
    once_per: frozenset[OncePer]
    roots: tuple[str, ...]


#: Where every event can be looked into: the event itself, and the trigger.
EVERYWHERE: Final = frozenset({"envelope", "trigger"})

_DATASET: Final = frozenset({OncePer.Occurrence, OncePer.Dataset})
_FILE: Final = _DATASET | {OncePer.File}
_INVOCATION: Final = frozenset({OncePer.Occurrence, OncePer.Invocation})
_OCCURRENCE: Final = frozenset({OncePer.Occurrence})

TRAITS: Final[Mapping[PlatformEventType, EventTraits]] = {
    PlatformEventType.FileUploaded: EventTraits("file", _FILE, ("dataset", "file")),
    PlatformEventType.FileIngested: EventTraits("file", _FILE, ("dataset", "file")),
    PlatformEventType.FileMetadataUpdated: EventTraits("file", _FILE, ("dataset", "file", "changed", "tag")),
    PlatformEventType.UploadCompleted: EventTraits("dataset", _DATASET, ("dataset", "upload")),
    PlatformEventType.DatasetMetadataUpdated: EventTraits("dataset", _DATASET, ("dataset", "changed", "tag")),
    PlatformEventType.DatasetCreated: EventTraits("dataset", _DATASET, ("dataset",)),
    PlatformEventType.DatasetTagAdded: EventTraits("dataset", _OCCURRENCE, ("dataset", "tag")),
    PlatformEventType.InvocationCompleted: EventTraits("invocation", _INVOCATION, ("invocation", "action")),
    PlatformEventType.InvocationFailed: EventTraits("invocation", _INVOCATION, ("invocation", "action")),
    PlatformEventType.SessionIngested: EventTraits("session", _OCCURRENCE, ("session",)),
    PlatformEventType.EventCreated: EventTraits("event", _OCCURRENCE | {OncePer.Event}, ("event",)),
    PlatformEventType.ScheduleFired: EventTraits("trigger", _OCCURRENCE, ("schedule",)),
}

ROOTS: Final = frozenset(root for traits in TRAITS.values() for root in traits.roots) | EVERYWHERE


def shared_roots(events: Iterable[PlatformEventType]) -> frozenset[str]:
    """Return the roots that each of the events exposes; without events, none."""
    exposed = [frozenset(TRAITS[event].roots) for event in events]
    return frozenset.intersection(*exposed) if exposed else frozenset()


def slot_token(event: PlatformEventType, once_per: OncePer, entity_id: str) -> str:
    """Return what a trigger fires at most once for, as one text: ``file.uploaded|dataset:ds_1``."""
    return f"{event.value}|{once_per.value}:{entity_id}"
