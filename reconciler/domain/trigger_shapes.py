"""Triggers in the newer shape: what they fire on, and their targets. Here they are called targeted triggers.

The platform speaks of triggers in this shape from API version 2026-08-27 on; :mod:`.trigger_projection` has the older
shape of the same triggers, :mod:`.trigger_rules` what makes one legal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from reconciler.domain.conditions import ConditionType
from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocations import InvocationUploadDestination
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.platform_events import OncePer, PlatformEventType
from reconciler.domain.schedules import schedule_problem
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters, WireModel


class EventSubscription(WireModel):
    """Fires on events, at most once per occurrence or entity."""

    type: Literal["events"] = "events"
    events: list[PlatformEventType]
    once_per: OncePer


class Schedule(WireModel):
    """Fires at the times of a cron expression of five fields, in UTC."""

    type: Literal["schedule"] = "schedule"
    cron: str

    @field_validator("cron")
    @classmethod
    def validate_cron(cls, value: str) -> str:
        """Refuse what is no schedule."""
        problem = schedule_problem(value)
        if problem is not None:
            raise ValueError(problem)
        return value


TriggerSource = Annotated[EventSubscription | Schedule, Field(discriminator="type")]


class InvokeActionTarget(WireModel):
    """Invokes an action; ``timeout`` is in minutes.

    Patterns choose files of the event's dataset, ``invocation_input`` any others. Texts in parameter values, patterns
    and selectors may hold placeholders such as ``{{dataset.name}}``, which the event fills in.
    """

    type: Literal["invoke_action"] = "invoke_action"
    target_id: str
    action: ActionReference
    required_inputs: list[str] = Field(default_factory=list)
    additional_inputs: list[str] | None = None
    invocation_input: InvocationInput | None = None
    parameter_values: dict[str, Any] = Field(default_factory=dict)
    compute_requirement_overrides: ComputeRequirements | None = None
    container_parameter_overrides: ContainerParameters | None = None
    timeout: int | None = None
    upload_destination: InvocationUploadDestination | None = None


class StartAgentTarget(WireModel):
    """Starts an agent."""

    type: Literal["start_agent"] = "start_agent"
    target_id: str
    agent_id: str
    values: dict[str, str] = Field(default_factory=dict)
    visibility: str = "org"
    analysis_scope: dict[str, Any] | None = None


class SendSlackMessageTarget(WireModel):
    """Sends a message to a channel."""

    type: Literal["send_slack_message"] = "send_slack_message"
    target_id: str
    channel_id: str
    text: str


TriggerTarget = Annotated[
    InvokeActionTarget | StartAgentTarget | SendSlackMessageTarget,
    Field(discriminator="type"),
]


class TargetedTriggerRecord(WireModel):
    """A wire-transmissible representation of a trigger in the newer shape.

    ``managed_by`` names what else of the platform looks after the trigger: nothing does here.
    """

    trigger_id: str
    org_id: str
    name: str
    enabled: bool = True
    fires_on: TriggerSource
    condition: ConditionType | None = None
    targets: list[TriggerTarget]
    engine: str = "v1"
    managed_by: None = None
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str


class CreateTargetedTriggerRequest(WireModel):
    """Request payload to create a trigger in the newer shape."""

    name: str = Field(pattern=r"[\w\-]+", max_length=256)
    fires_on: TriggerSource
    condition: ConditionType | None = None
    targets: list[TriggerTarget]
    enabled: bool = True
    service_user_id: str | None = None

    @field_validator("service_user_id")
    @classmethod
    def validate_service_user_id(cls, value: str | None) -> str | None:
        """Refuse a service user: older requests may name one, in this shape it is the platform's to choose."""
        if value is not None:
            raise ValueError("the platform chooses the service user; leave it out")
        return value


class UpdateTargetedTriggerRequest(WireModel):
    """Request payload to update a trigger in the newer shape: only what is set changes, a null condition clears."""

    name: str | NotSetType = NotSet
    fires_on: TriggerSource | NotSetType = NotSet
    condition: ConditionType | NotSetType | None = NotSet
    targets: list[TriggerTarget] | NotSetType = NotSet
    enabled: bool | NotSetType = NotSet
