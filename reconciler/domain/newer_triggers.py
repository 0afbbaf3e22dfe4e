"""Triggers that have no older form: known by name and by what they do that manifests cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict, ValidationError

from reconciler.domain.trigger_projection import obstacle
from reconciler.domain.trigger_shapes import InvokeActionTarget, TargetedTriggerRecord
from reconciler.domain.values import ActionReference, WireModel


@dataclass(frozen=True, slots=True, order=True)
class NewerTrigger:
    """A trigger that only the newer shape can say.

    Attributes:
        name: Its name.
        reason: What keeps it from the older shape.
        actions: What it invokes.
    """

    name: str
    reason: str
    actions: tuple[ActionReference, ...] = field(default=(), compare=False)


def newer_triggers(records: Iterable[TargetedTriggerRecord]) -> tuple[NewerTrigger, ...]:
    """Return those without an older form, by name in order."""
    judged = ((record, obstacle(record)) for record in records)
    return tuple(
        sorted(NewerTrigger(record.name, reason, _actions(record)) for record, reason in judged if reason is not None)
    )


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
            reason = "it has a shape that this version does not know"
            unknown.append(NewerTrigger(document.name, reason, tuple(_actions_in(document.model_extra))))
    return tuple(sorted([*newer_triggers(readable), *unknown]))


def _actions(record: TargetedTriggerRecord) -> tuple[ActionReference, ...]:
    return tuple(target.action for target in record.targets if isinstance(target, InvokeActionTarget))


def _actions_in(value: Any) -> Iterator[ActionReference]:
    """Yield what looks like the action of a target, wherever it stands."""
    if isinstance(value, Mapping):
        with suppress(ValidationError):
            yield ActionReference.model_validate(value.get("action"))
        value = value.values()
    elif not isinstance(value, list):
        return
    for member in value:
        yield from _actions_in(member)
