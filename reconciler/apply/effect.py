"""What a request makes of a spec: the state it leaves behind, computed without sending it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.domain.actions import ActionSpec
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import field_value
from reconciler.domain.notset import NotSetType
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionReference, WireModel
from reconciler.plan.model import (
    CreateAction,
    CreateTrigger,
    Request,
    SetAccessibility,
    UpdateAction,
    UpdateTrigger,
)

#: Members of an action reference by the name they have in a trigger's requests.
_REFERENCE = {"action_name": "name", "action_digest": "digest", "action_owner_id": "owner"}


def action_after(request: Request, spec: ActionSpec) -> ActionSpec:
    """Return what a create, update or accessibility request makes of an action.

    Raises:
        ValueError: The request does not fit the spec: a changeset leads where it has no place.
    """
    match request:
        case CreateAction(body=body):
            return _created_action(body, spec)
        case UpdateAction(body=body):
            return _updated_action(body, spec)
        case SetAccessibility(body=body):
            return replace(spec, accessibility=body.accessibility)
        case _:
            raise ValueError(f"not a request that leaves an action: {type(request).__name__}")


def trigger_after(request: Request, spec: TriggerSpec) -> TriggerSpec:
    """Return what a create or update request makes of a trigger.

    Raises:
        ValueError: The request is not about a trigger.
    """
    match request:
        case CreateTrigger(body=body):
            return _created_trigger(body, spec)
        case UpdateTrigger(body=body):
            return _updated_trigger(body, spec)
        case _:
            raise ValueError(f"not a request that leaves a trigger: {type(request).__name__}")


def _created_action(body: CreateActionRequest, spec: ActionSpec) -> ActionSpec:
    """Return the spec a create leaves; accessibility has a request of its own and stays as it is."""
    return ActionSpec(
        uri=body.uri,
        description=body.description,
        short_description=body.short_description,
        inherits=body.inherits,
        compute_requirements=body.compute_requirements,
        container_parameters=body.container_parameters,
        parameters=tuple(body.parameters),
        metadata=body.metadata,
        tags=tuple(body.tags),
        requires_downloaded_inputs=body.requires_downloaded_inputs,
        timeout=body.timeout,
        accessibility=spec.accessibility,
    )


def _updated_action(body: UpdateActionRequest, spec: ActionSpec) -> ActionSpec:
    updates = _assigned(body)
    metadata = updates.pop("metadata_changeset", None)
    if metadata is not None:
        updates |= _with_metadata(metadata, spec)
    parameters = updates.pop("parameter_changeset", None)
    if parameters is not None:
        updates["parameters"] = tuple(parameters.apply_to(spec.parameters))
    return replace(spec, **updates)


def _with_metadata(changeset: MetadataChangeset, spec: ActionSpec) -> dict[str, Any]:
    fields, tags = changeset.apply_to(spec.metadata, spec.tags)
    puts = {} if changeset.replace_all else changeset.put_fields or {}
    # A put below a scalar is silently left out; whoever asks for the effect must not take that for success.
    if any(field_value(fields, path) != value for path, value in puts.items()):
        raise ValueError("the metadata has no place for what the changeset puts")
    return {"metadata": fields, "tags": tuple(tags)}


def _created_trigger(body: CreateTriggerRequest, spec: TriggerSpec) -> TriggerSpec:
    """Return the spec a create leaves; causes and service user that it leaves open are the platform's choice."""
    return TriggerSpec(
        action=ActionReference(name=body.action_name, digest=body.action_digest, owner=body.action_owner_id),
        required_inputs=tuple(body.required_inputs),
        for_each=body.for_each,
        enabled=body.enabled,
        parameter_values=body.parameter_values or {},
        additional_inputs=tuple(body.additional_inputs or ()),
        causes=spec.causes if body.causes is None else tuple(body.causes),
        compute_requirement_overrides=body.compute_requirement_overrides,
        condition=body.condition,
        container_parameter_overrides=body.container_parameter_overrides,
        service_user_id=body.service_user_id or spec.service_user_id,
        timeout=body.timeout,
    )


def _updated_trigger(body: UpdateTriggerRequest, spec: TriggerSpec) -> TriggerSpec:
    updates = _assigned(body)
    reference = {member: updates.pop(name) for name, member in _REFERENCE.items() if name in updates}
    if reference:
        updates["action"] = spec.action.model_copy(update=reference)
    for member in ("required_inputs", "additional_inputs", "causes"):
        if member in updates:
            updates[member] = tuple(updates[member] or ())
    if "parameter_values" in updates:
        updates["parameter_values"] = updates["parameter_values"] or {}
    return replace(spec, **updates)


def _assigned(body: WireModel) -> dict[str, Any]:
    """Return the fields a request sets, as values."""
    values = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in values.items() if not isinstance(value, NotSetType)}
