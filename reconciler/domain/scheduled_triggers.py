"""Scheduled triggers in the shape of older clients: one action, invoked at the times of a schedule.

In the newer shape they are triggers that fire on a schedule, with one target that invokes an action.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import Field, field_validator

from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocations import InvocationUploadDestination
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.schedules import schedule_problem
from reconciler.domain.trigger_projection import DEFAULT_TARGET_ID
from reconciler.domain.trigger_shapes import InvokeActionTarget, Schedule, TargetedTriggerRecord
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters, WireModel


def _checked_schedule(text: str) -> str:
    problem = schedule_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text


class ScheduledTriggerRecord(WireModel):
    """A wire-transmissible representation of a scheduled trigger; ``timeout`` is in minutes."""

    trigger_id: str
    org_id: str
    name: str
    action: ActionReference
    schedule: str
    enabled: bool
    next_occurrence: datetime | None = None
    invocation_input: InvocationInput | None = None
    invocation_upload_destination: InvocationUploadDestination | None = None
    parameter_values: dict[str, Any] | None = None
    compute_requirement_overrides: ComputeRequirements | None = None
    container_parameter_overrides: ContainerParameters | None = None
    timeout: int | None = None
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str


class CreateScheduledTriggerRequest(WireModel):
    """Request payload to create a scheduled trigger; ``timeout`` in minutes."""

    name: str = Field(pattern=r"[\w\-]+", max_length=256)
    schedule: str
    action_name: str
    action_owner_id: str | None = None
    enabled: bool = True
    invocation_input: InvocationInput | None = None
    invocation_upload_destination: InvocationUploadDestination | None = None
    parameter_values: dict[str, Any] | None = None
    compute_requirement_overrides: ComputeRequirements | None = None
    container_parameter_overrides: ContainerParameters | None = None
    timeout: int | None = None

    @field_validator("schedule")
    @classmethod
    def validate_schedule(cls, value: str) -> str:
        """Refuse what is no schedule."""
        return _checked_schedule(value)


class UpdateScheduledTriggerRequest(WireModel):
    """Request payload to update a scheduled trigger: only what is set changes, null clears. ``timeout`` in minutes."""

    schedule: str | NotSetType = NotSet
    action_name: str | NotSetType = NotSet
    action_owner_id: str | NotSetType = NotSet
    enabled: bool | NotSetType = NotSet
    invocation_input: InvocationInput | NotSetType | None = NotSet
    invocation_upload_destination: InvocationUploadDestination | NotSetType | None = NotSet
    parameter_values: dict[str, Any] | NotSetType | None = NotSet
    compute_requirement_overrides: ComputeRequirements | NotSetType | None = NotSet
    container_parameter_overrides: ContainerParameters | NotSetType | None = NotSet
    timeout: int | NotSetType | None = NotSet

    @field_validator("schedule")
    @classmethod
    def validate_schedule(cls, value: str | NotSetType) -> str | NotSetType:
        """Refuse what is no schedule."""
        return _checked_schedule(value) if isinstance(value, str) else value


#: Fields of the older shape, by the target's field of the same meaning.
_TARGET_FIELDS: Final = {
    "invocation_input": "invocation_input",
    "invocation_upload_destination": "upload_destination",
    "parameter_values": "parameter_values",
    "compute_requirement_overrides": "compute_requirement_overrides",
    "container_parameter_overrides": "container_parameter_overrides",
    "timeout": "timeout",
}


def scheduled(record: TargetedTriggerRecord, *, next_occurrence: datetime | None) -> ScheduledTriggerRecord | None:
    """Return the older shape of a trigger that fires on a schedule; None where it has none.

    None have triggers on events, with a condition, or with other targets than one that invokes an action.
    """
    source, target = record.fires_on, record.targets[0] if len(record.targets) == 1 else None
    if not isinstance(source, Schedule) or not isinstance(target, InvokeActionTarget) or record.condition is not None:
        return None
    return ScheduledTriggerRecord(
        **{field: getattr(target, name) for field, name in _TARGET_FIELDS.items()},
        trigger_id=record.trigger_id,
        org_id=record.org_id,
        name=record.name,
        action=target.action,
        schedule=source.cron,
        enabled=record.enabled,
        next_occurrence=next_occurrence,
        created=record.created,
        created_by=record.created_by,
        modified=record.modified,
        modified_by=record.modified_by,
    )


def target_of(request: CreateScheduledTriggerRequest) -> InvokeActionTarget:
    """Return the target of a trigger as it is requested."""
    members = {name: getattr(request, field) for field, name in _TARGET_FIELDS.items()}
    return InvokeActionTarget(
        **(members | {"parameter_values": request.parameter_values or {}}),
        target_id=DEFAULT_TARGET_ID,
        action=ActionReference(name=request.action_name, owner=request.action_owner_id),
    )


def changed_target(target: InvokeActionTarget, request: UpdateScheduledTriggerRequest) -> InvokeActionTarget:
    """Return the target with what the request sets; the target itself where that is nothing."""
    given = {name: getattr(request, field) for field, name in _TARGET_FIELDS.items()}
    changes = {name: value for name, value in given.items() if not isinstance(value, NotSetType)}
    if "parameter_values" in changes:
        changes["parameter_values"] = changes["parameter_values"] or {}
    action = {"name": request.action_name, "owner": request.action_owner_id}
    reference = {name: value for name, value in action.items() if not isinstance(value, NotSetType)}
    if reference:
        changes["action"] = target.action.model_copy(update=reference)
    return target.model_copy(update=changes) if changes else target
