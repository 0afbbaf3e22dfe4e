"""Dry runs: whether a trigger would fire for something, gate by gate, without effect."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from reconciler.domain.conditions import Comparator
from reconciler.domain.dispatches import TriggerDispatchStatus
from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.values import WireModel


class TriggerDryRunGateName(StrEnum):
    """The gates in their order."""

    Subscribed = "subscribed"
    Enabled = "enabled"
    Condition = "condition"
    TargetPrefilter = "target_prefilter"
    AlreadyFired = "already_fired"


class TriggerDryRunGateStatus(StrEnum):
    """Whether a gate let the event pass; those behind one that did not are not evaluated."""

    Passed = "passed"
    Failed = "failed"
    NotEvaluated = "not_evaluated"


class ConditionLeafTrace(WireModel):
    """One comparison: what it asked for, and what it saw."""

    field: str
    comparator: Comparator
    expected: Any | None = None
    actual: Any | None = None
    passed: bool


class TargetAcceptanceTrace(WireModel):
    """Whether a target takes the event's files, and why not."""

    target_id: str
    target_type: str
    accepted: bool
    reason: str | None = None


class DispatchSlotTrace(WireModel):
    """Whether a target has had its turn."""

    target_id: str
    occupied: bool
    status: TriggerDispatchStatus | None = None
    result_ref: str | None = None


class TriggerDryRunGate(WireModel):
    """One gate; of the last four members those that belong to it are there."""

    gate: TriggerDryRunGateName
    status: TriggerDryRunGateStatus
    detail: str | None = None
    condition_leaves: list[ConditionLeafTrace] | None = None
    targets: list[TargetAcceptanceTrace] | None = None
    idempotency_token: str | None = None
    dispatches: list[DispatchSlotTrace] | None = None


class SampleEvent(WireModel):
    """An event as a request may spell it out; of its data, what it happened to."""

    id: str = ""
    type: PlatformEventType
    time: datetime | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class TriggerDryRunRequest(WireModel):
    """Request payload of a dry run: one of what it could happen to, or a whole event; of a schedule also nothing.

    ``event_type`` says which of the events that could happen to it is meant.
    """

    event: SampleEvent | None = None
    dataset_id: str | None = None
    file_id: str | None = None
    invocation_id: str | None = None
    event_id: str | None = None
    scheduled_for: datetime | None = None
    event_type: PlatformEventType | None = None

    @model_validator(mode="after")
    def ensure_one(self) -> Self:
        """Refuse a request that says two things."""
        members = ("event", "dataset_id", "file_id", "invocation_id", "event_id", "scheduled_for")
        if sum(getattr(self, name) is not None for name in members) > 1:
            raise ValueError(f"give only one of {', '.join(members)}")
        return self


class TriggerDryRunResponse(WireModel):
    """What would come of it, in a word and gate by gate."""

    trigger_id: str
    event_type: PlatformEventType
    would_fire: bool
    verdict: str
    gates: list[TriggerDryRunGate]
