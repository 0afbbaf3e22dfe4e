"""The bodies of create, update and accessibility requests; what is not set is not sent, null clears."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from reconciler.domain.actions import SHORT_DESCRIPTION_LIMIT, ActionSpec
from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.conditions import ConditionType
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.triggers import (
    TriggerEvaluationCause,
    TriggerForEachPrimitive,
    TriggerSpec,
    checked_patterns,
)
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
    WireModel,
)


def _checked_short_description(text: str) -> str:
    if len(text) > SHORT_DESCRIPTION_LIMIT:
        raise ValueError(f"short_description has {len(text)} characters, at most {SHORT_DESCRIPTION_LIMIT} fit")
    return text


class CreateActionRequest(WireModel):
    """Request payload to create an action; every field is sent, null where not given. ``timeout`` in minutes."""

    name: str
    compute_requirements: ComputeRequirements | None = None
    container_parameters: ContainerParameters | None = None
    description: str | None = None
    inherits: ActionReference | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    parameters: list[ActionParameter] = Field(default_factory=list)
    requires_downloaded_inputs: bool | None = None
    short_description: str | None = None
    tags: list[str] = Field(default_factory=list)
    timeout: int | None = None
    uri: str | None = None

    @classmethod
    def of(cls, name: str, spec: ActionSpec) -> CreateActionRequest:
        """Return the request that creates an action of this spec; accessibility has a request of its own."""
        return cls(
            name=name,
            compute_requirements=spec.compute_requirements,
            container_parameters=spec.container_parameters,
            description=spec.description,
            inherits=spec.inherits,
            metadata=dict(spec.metadata),
            parameters=list(spec.parameters),
            requires_downloaded_inputs=spec.requires_downloaded_inputs,
            short_description=spec.short_description,
            tags=list(spec.tags),
            timeout=spec.timeout,
            uri=spec.uri,
        )

    @field_validator("short_description")
    @classmethod
    def validate_short_description(cls, v: str | None) -> str | None:
        """Refuse what the platform would not display."""
        return None if v is None else _checked_short_description(v)


class UpdateActionRequest(WireModel):
    """Request payload to update an action: only what is set changes, null clears. ``timeout`` in minutes."""

    compute_requirements: ComputeRequirements | NotSetType | None = NotSet
    container_parameters: ContainerParameters | NotSetType | None = NotSet
    description: str | NotSetType | None = NotSet
    inherits: ActionReference | NotSetType | None = NotSet
    metadata_changeset: MetadataChangeset | NotSetType = NotSet
    parameter_changeset: ActionParameterChangeset | NotSetType = NotSet
    requires_downloaded_inputs: bool | NotSetType = NotSet
    short_description: str | NotSetType | None = NotSet
    timeout: int | NotSetType | None = NotSet
    uri: str | NotSetType | None = NotSet

    @field_validator("uri")
    @classmethod
    def validate_uri(cls, v: str | NotSetType | None) -> str | NotSetType | None:
        """Strip white space and refuse a blank image."""
        if not isinstance(v, str):
            return v
        if not v.strip():
            raise ValueError("uri must not be blank")
        return v.strip()

    @field_validator("short_description")
    @classmethod
    def validate_short_description(cls, v: str | NotSetType | None) -> str | NotSetType | None:
        """Refuse what the platform would not display."""
        return _checked_short_description(v) if isinstance(v, str) else v


class SetActionAccessibilityRequest(WireModel):
    """Request payload to publish an action or take it back; ``digest`` None means its latest version."""

    accessibility: Accessibility
    digest: str | None = None


class CreateTriggerRequest(WireModel):
    """Request payload to create a trigger; every field is sent, null where not given. ``timeout`` in minutes."""

    name: str = Field(pattern=r"[\w\-]+", max_length=256)
    action_name: str
    required_inputs: list[str]
    for_each: TriggerForEachPrimitive
    action_digest: str | None = None
    action_owner_id: str | None = None
    additional_inputs: list[str] | None = None
    causes: list[TriggerEvaluationCause] | None = None
    compute_requirement_overrides: ComputeRequirements | None = None
    condition: ConditionType | None = None
    container_parameter_overrides: ContainerParameters | None = None
    enabled: bool = True
    parameter_values: dict[str, Any] | None = None
    service_user_id: str | None = None
    timeout: int | None = None

    @classmethod
    def of(cls, name: str, spec: TriggerSpec) -> CreateTriggerRequest:
        """Return the request that creates a trigger of this spec."""
        return cls(
            name=name,
            action_name=spec.action.name,
            action_digest=spec.action.digest,
            action_owner_id=spec.action.owner,
            required_inputs=list(spec.required_inputs),
            for_each=spec.for_each,
            additional_inputs=list(spec.additional_inputs) or None,
            causes=None if spec.causes is None else list(spec.causes),
            compute_requirement_overrides=spec.compute_requirement_overrides,
            condition=spec.condition,
            container_parameter_overrides=spec.container_parameter_overrides,
            enabled=spec.enabled,
            parameter_values=dict(spec.parameter_values) or None,
            service_user_id=spec.service_user_id,
            timeout=spec.timeout,
        )

    @field_validator("required_inputs")
    @classmethod
    def validate_required_inputs(cls, value: list[str]) -> list[str]:
        """Refuse a list without a pattern."""
        return checked_patterns(value)

    @field_validator("additional_inputs")
    @classmethod
    def validate_additional_inputs(cls, value: list[str] | None) -> list[str] | None:
        """Refuse a list without a pattern; null means none."""
        return None if value is None else checked_patterns(value)


class UpdateTriggerRequest(WireModel):
    """Request payload to update a trigger: only what is set changes, null clears. ``timeout`` in minutes."""

    action_digest: str | NotSetType | None = NotSet
    action_name: str | NotSetType = NotSet
    action_owner_id: str | NotSetType = NotSet
    additional_inputs: list[str] | NotSetType | None = NotSet
    causes: list[TriggerEvaluationCause] | NotSetType = NotSet
    compute_requirement_overrides: ComputeRequirements | NotSetType | None = NotSet
    condition: ConditionType | NotSetType | None = NotSet
    container_parameter_overrides: ContainerParameters | NotSetType | None = NotSet
    enabled: bool | NotSetType = NotSet
    for_each: TriggerForEachPrimitive | NotSetType = NotSet
    parameter_values: dict[str, Any] | NotSetType | None = NotSet
    required_inputs: list[str] | NotSetType = NotSet
    timeout: int | NotSetType | None = NotSet
