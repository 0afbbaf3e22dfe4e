"""Triggers that have no older form: known by name and by what they do that manifests cannot say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ConfigDict, ValidationError

from reconciler.domain.trigger_projection import obstacle
from reconciler.domain.trigger_shapes import TargetedTriggerRecord
from reconciler.domain.values import WireModel


@dataclass(frozen=True, slots=True, order=True)
class NewerTrigger:
    """A trigger that only the newer shape can say, and ``reason``: what keeps it from the older one."""

    name: str
    reason: str


def newer_triggers(records: Iterable[TargetedTriggerRecord]) -> tuple[NewerTrigger, ...]:
    """Return those without an older form, by name in order."""
    judged = ((record.name, obstacle(record)) for record in records)
    return tuple(sorted(NewerTrigger(name, reason) for name, reason in judged if reason is not None))


class TriggerAsItCame(WireModel):
    """A trigger of which only the name is read: a platform may know more shapes than we do."""

    model_config = ConfigDict(extra="allow")

    name: str


def newer_triggers_in(documents: Iterable[TriggerAsItCame]) -> tuple[NewerTrigger, ...]:
    """Return those without an older form among triggers as they came."""
    readable: list[TargetedTriggerRecord] = []
    unknown: list[NewerTrigger] = []
    for document in documents:
        # Who else looks after a trigger changes nothing in what it does.
        members = {**(document.model_extra or {}), "name": document.name, "managed_by": None}
        try:
            readable.append(TargetedTriggerRecord.model_validate(members))
        except ValidationError:
            unknown.append(NewerTrigger(document.name, "it has a shape that this version does not know"))
    return tuple(sorted([*newer_triggers(readable), *unknown]))
