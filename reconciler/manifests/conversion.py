"""From documents that their schema and their model accept to the values a plan is made from.

The documents are read, not the models made of them: one that is known to be valid then needs no model, which takes
three times as long as all that happens here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, assert_never

from reconciler.domain.actions import DEFAULT_COMPUTE, ActionSpec
from reconciler.domain.address import Kind
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator, ConditionType
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.manifests.desired import Lifecycle, Spec

Fields = Mapping[str, Any]


def spec_of(kind: Kind, fields: Fields) -> Spec:
    """Return the spec of a resource of this kind."""
    match kind:
        case Kind.ACTION:
            return action_spec(fields)
        case Kind.TRIGGER:
            return trigger_spec(fields)
        case _:
            assert_never(kind)


def action_spec(fields: Fields) -> ActionSpec:
    """Return the spec of an action; what was left out is the platform's default."""
    written = fields.get
    return ActionSpec(
        uri=written("uri"),
        description=written("description"),
        short_description=written("short_description"),
        inherits=_reference(written("inherits")),
        compute_requirements=_compute_of(written("compute_requirements")),
        container_parameters=_container(written("container_parameters")),
        parameters=parameters_of(written("parameters", {})),
        metadata=written("metadata", {}),
        tags=tuple(written("tags", ())),
        requires_downloaded_inputs=written("requires_downloaded_inputs"),
        timeout=_whole(written("timeout")),
        accessibility=Accessibility(written("accessibility", Accessibility.Organization)),
    )


def trigger_spec(fields: Fields) -> TriggerSpec:
    """Return the spec of a trigger; what was left out is the platform's default."""
    written = fields.get
    causes, condition = written("causes"), written("condition")
    return TriggerSpec(
        action=ActionReference(
            name=fields["action_name"], digest=written("action_digest"), owner=written("action_owner_id")
        ),
        required_inputs=tuple(fields["required_inputs"]),
        for_each=TriggerForEachPrimitive(written("for_each", TriggerForEachPrimitive.Dataset)),
        enabled=written("enabled", True),
        parameter_values=written("parameter_values", {}),
        additional_inputs=tuple(written("additional_inputs", ())),
        causes=None if causes is None else tuple(map(TriggerEvaluationCause, causes)),
        compute_requirement_overrides=_compute_of(written("compute_requirement_overrides")),
        condition=None if condition is None else _condition(condition),
        container_parameter_overrides=_container(written("container_parameter_overrides")),
        service_user_id=written("service_user_id"),
        timeout=_whole(written("timeout")),
    )


def lifecycle_of(settings: Fields | None) -> Lifecycle:
    """Return how the tool treats a resource."""
    if settings is None:
        return _UNSAID
    return Lifecycle(
        protect=settings.get("protect", False),
        ignore=tuple(settings.get("ignore", ())),
        sensitive=frozenset(settings.get("sensitive", ())),
        adopt=settings.get("adopt", False),
        renamed_from=settings.get("renamed_from"),
        on_remove=settings.get("on_remove", "delete"),
    )


def parameters_of(parameters: Mapping[str, Fields] | Iterable[Fields]) -> tuple[ActionParameter, ...]:
    """Return parameters in the order they were written in, whichever form that was."""
    if isinstance(parameters, Mapping):
        return tuple(_parameter_of(name, parameter) for name, parameter in parameters.items())
    return tuple(_parameter_of(parameter["name"], parameter) for parameter in parameters)


_UNSAID = Lifecycle()


def _parameter_of(name: str, written: Fields) -> ActionParameter:
    return _parameter(name, written.get("required", False), written.get("description"), written.get("default"))


# Values are frozen, so resources may share them. The actions of a fleet have many parameters and compute requirements
# in common, and making one takes far longer than finding it.
@lru_cache(maxsize=4096)
def _parameter(name: str, required: bool, description: str | None, default: str | None) -> ActionParameter:
    return ActionParameter(name=name, required=required, description=description, default=default)


@lru_cache(maxsize=1024)
def _compute(vcpu: int, memory: int, storage: int) -> ComputeRequirements:
    return ComputeRequirements(vCPU=vcpu, memory=memory, storage=storage, gpu=False)


def _compute_of(compute: Fields | None) -> ComputeRequirements | None:
    if compute is None:
        return None
    return _compute(
        int(compute.get("vCPU", DEFAULT_COMPUTE.vCPU)),
        int(compute.get("memory", DEFAULT_COMPUTE.memory)),
        int(compute.get("storage", DEFAULT_COMPUTE.storage)),
    )


def _whole(number: float | None) -> int | None:
    # 30.0 is a whole number in YAML's core schema as in JSON Schema.
    return None if number is None else int(number)


def _reference(reference: Fields | None) -> ActionReference | None:
    if reference is None:
        return None
    return ActionReference(name=reference["name"], digest=reference.get("digest"), owner=reference.get("owner"))


def _container(container: Fields | None) -> ContainerParameters | None:
    if container is None:
        return None
    return ContainerParameters(
        command=container.get("command"),
        entry_point=container.get("entry_point"),
        env_vars=container.get("env_vars"),
        workdir=container.get("workdir"),
    )


def _condition(condition: Fields) -> ConditionType:
    if "operator" in condition:
        return ConditionGroup(
            operator=ConditionOperator(condition["operator"]),
            conditions=[_condition(member) for member in condition["conditions"]],
        )
    members: dict[str, Any] = {"field": condition["field"], "comparator": Comparator(condition["comparator"])}
    if "value" in condition:
        members["value"] = condition["value"]
    return Condition(**members)
