"""From the models of the manifests to the values a plan is made from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reconciler.domain.actions import ActionSpec
from reconciler.domain.conditions import Condition, ConditionGroup, ConditionType
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import (
    MINIMUM_STORAGE,
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.manifests.desired import Lifecycle
from reconciler.manifests.models import ActionFields, LifecycleSettings, TriggerFields
from reconciler.manifests.parts import (
    DEFAULT_MEMORY,
    DEFAULT_VCPU,
    Comparison,
    Compute,
    Container,
    Group,
    NamedParameter,
    Parameter,
    Reference,
)


def action_spec(fields: ActionFields) -> ActionSpec:
    """Return the spec of an action; what was left out is the platform's default."""
    return ActionSpec(
        uri=fields.uri,
        description=fields.description,
        short_description=fields.short_description,
        inherits=_reference(fields.inherits),
        compute_requirements=_compute_of(fields.compute_requirements),
        container_parameters=_container(fields.container_parameters),
        parameters=parameters_of(fields.parameters or {}),
        metadata=fields.metadata or {},
        tags=fields.tags or (),
        requires_downloaded_inputs=fields.requires_downloaded_inputs,
        timeout=fields.timeout,
        accessibility=fields.accessibility or Accessibility.Organization,
    )


def trigger_spec(fields: TriggerFields) -> TriggerSpec:
    """Return the spec of a trigger; what was left out is the platform's default."""
    return TriggerSpec(
        action=ActionReference(name=fields.action_name, digest=fields.action_digest, owner=fields.action_owner_id),
        required_inputs=fields.required_inputs,
        for_each=fields.for_each or TriggerForEachPrimitive.Dataset,
        enabled=fields.enabled is not False,
        parameter_values=fields.parameter_values or {},
        additional_inputs=fields.additional_inputs or (),
        causes=fields.causes,
        compute_requirement_overrides=_compute_of(fields.compute_requirement_overrides),
        condition=None if fields.condition is None else _condition(fields.condition),
        container_parameter_overrides=_container(fields.container_parameter_overrides),
        service_user_id=fields.service_user_id,
        timeout=fields.timeout,
    )


def lifecycle_of(settings: LifecycleSettings | None) -> Lifecycle:
    """Return how the tool treats a resource."""
    if settings is None:
        return _UNSAID
    return Lifecycle(settings.protect, settings.ignore, frozenset(settings.sensitive))


def parameters_of(parameters: tuple[NamedParameter, ...] | dict[str, Parameter]) -> tuple[ActionParameter, ...]:
    """Return parameters in the order they were written in, whichever form that was."""
    if isinstance(parameters, dict):
        return tuple(_parameter(name, parameter) for name, parameter in parameters.items())
    return tuple(_parameter(parameter.name, parameter) for parameter in parameters)


_UNSAID = Lifecycle()


def _parameter(name: str, parameter: Parameter) -> ActionParameter:
    return ActionParameter(
        name=name, required=parameter.required, description=parameter.description, default=parameter.default
    )


def _reference(reference: Reference | None) -> ActionReference | None:
    if reference is None:
        return None
    return ActionReference(name=reference.name, digest=reference.digest, owner=reference.owner)


def _compute_of(compute: Compute | None) -> ComputeRequirements | None:
    if compute is None:
        return None
    return _compute(
        DEFAULT_VCPU if compute.vCPU is None else compute.vCPU,
        DEFAULT_MEMORY if compute.memory is None else compute.memory,
        MINIMUM_STORAGE if compute.storage is None else compute.storage,
    )


@lru_cache(maxsize=1024)
def _compute(vcpu: int, memory: int, storage: int) -> ComputeRequirements:
    # The value is frozen, so resources with the same requirements may share it.
    return ComputeRequirements(vCPU=vcpu, memory=memory, storage=storage, gpu=False)


def _container(container: Container | None) -> ContainerParameters | None:
    if container is None:
        return None
    return ContainerParameters(
        command=None if container.command is None else list(container.command),
        entry_point=None if container.entry_point is None else list(container.entry_point),
        env_vars=container.env_vars,
        workdir=container.workdir,
    )


def _condition(condition: Comparison | Group) -> ConditionType:
    if isinstance(condition, Group):
        return ConditionGroup(
            operator=condition.operator, conditions=[_condition(member) for member in condition.conditions]
        )
    members: dict[str, Any] = {"field": condition.field, "comparator": condition.comparator}
    if "value" in condition.model_fields_set:
        members["value"] = condition.value
    return Condition(**members)
