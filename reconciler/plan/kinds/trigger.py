"""Triggers: what differs between a manifest and the live trigger, and the requests that change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from reconciler.domain.address import Address, Kind
from reconciler.domain.changesets import same_json
from reconciler.domain.conditions import Condition, ConditionType
from reconciler.domain.requests import CreateTriggerRequest, UpdateTriggerRequest
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerRecord, TriggerSpec, normalised_trigger
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.ignore import misfit, overlaid
from reconciler.plan.kinds.assembly import comparison, creation, deletion
from reconciler.plan.model import Change, CreateTrigger, DeleteTrigger, Request, UpdateTrigger
from reconciler.plan.shapes import (
    Shape,
    compute_shape,
    condition_shape,
    container_shape,
    in_order,
    reference_shape,
    without_defaults,
)

#: Fields an update sends as they are.
_AS_THEY_ARE: Final = (
    "compute_requirement_overrides",
    "condition",
    "container_parameter_overrides",
    "enabled",
    "for_each",
    "timeout",
)
#: Lists and maps an update sends as null when they are empty.
_NULL_WHEN_EMPTY: Final = {"additional_inputs": list, "parameter_values": dict}

#: The manifest's flat names of the action reference, as the platform's requests have them.
_REFERENCE: Final = {"action_name": "name", "action_digest": "digest", "action_owner_id": "owner"}

#: What the platform keeps just as it was declared.
_plain_fields: Final = attrgetter(
    *(each.name for each in fields(TriggerSpec) if each.name not in {"action", "causes", "service_user_id"})
)


def create(resource: Resource, spec: TriggerSpec, *, desired: Desired, org_id: str) -> Change:
    """Return the change that creates a trigger."""
    after = shape(normalised_trigger(spec, org_id=org_id), org_id=org_id)
    request = CreateTrigger(CreateTriggerRequest.of(resource.address.name, spec))
    return creation(resource, after, (request,), desired=desired, org_id=org_id)


def update(
    resource: Resource, spec: TriggerSpec, record: TriggerRecord, *, desired: Desired, org_id: str
) -> Change | None:
    """Return the change that makes the live trigger what the manifest says; None when it already is.

    What the manifest leaves to the platform (``causes``, ``service_user_id``) is taken from live. A service user that
    differs is refused before this is asked.

    Raises:
        InvalidManifests: Ignored fields and declared ones do not go together.
    """
    live = TriggerSpec.of(record)
    if _alike(spec, live, org_id=org_id):
        return None
    old = normalised_trigger(live, org_id=org_id)
    new = normalised_trigger(_settled(spec, live), org_id=org_id)
    if _same(old, new):
        return None
    before, after = shape(old, org_id=org_id), shape(new, org_id=org_id)
    if resource.lifecycle.ignore:
        settled = _spec_of(overlaid(after, before, resource.lifecycle.ignore), resource, desired)
        new = normalised_trigger(settled, org_id=org_id)
        after = shape(new, org_id=org_id)
    requests = partial(_requests, record.name, new)
    return comparison(resource, record, before, after, requests=requests, desired=desired, org_id=org_id)


def delete_change(record: TriggerRecord, *, reason: str, sensitive: frozenset[str] = frozenset()) -> Change:
    """Return the change that deletes a live trigger."""
    before = shape(normalised_trigger(TriggerSpec.of(record), org_id=record.org_id), org_id=record.org_id)
    address = Address(Kind.TRIGGER, record.name)
    return deletion(address, record, before, DeleteTrigger(record.name), reason=reason, sensitive=sensitive)


def shape(spec: TriggerSpec, *, org_id: str) -> Shape:
    """Return a normalised spec as its manifest would say it."""
    action = reference_shape(spec.action, org_id=org_id) or {}
    return without_defaults(
        {
            **{flat: action.get(member) for flat, member in _REFERENCE.items()},
            "additional_inputs": list(spec.additional_inputs),
            "causes": None if spec.causes is None else [cause.value for cause in spec.causes],
            "compute_requirement_overrides": compute_shape(spec.compute_requirement_overrides),
            "condition": condition_shape(spec.condition),
            "container_parameter_overrides": container_shape(spec.container_parameter_overrides),
            "enabled": None if spec.enabled else False,
            "for_each": None if spec.for_each is TriggerForEachPrimitive.Dataset else spec.for_each.value,
            "parameter_values": in_order(dict(spec.parameter_values)),
            "required_inputs": list(spec.required_inputs),
            "service_user_id": spec.service_user_id,
            "timeout": spec.timeout,
        }
    )


def _settled(spec: TriggerSpec, live: TriggerSpec) -> TriggerSpec:
    return replace(
        spec,
        causes=live.causes if spec.causes is None else spec.causes,
        service_user_id=spec.service_user_id or live.service_user_id,
    )


def _alike(spec: TriggerSpec, live: TriggerSpec, *, org_id: str) -> bool:
    """Return True when the two are surely the same; spares most triggers the cost of being normalised."""
    ours, theirs = spec.action, live.action
    return (
        ours.name == theirs.name
        and ours.digest == theirs.digest
        and (ours.owner or org_id) == (theirs.owner or org_id)
        and (spec.causes is None or spec.causes == live.causes)
        and _plain_fields(spec) == _plain_fields(live)
        and _same_values(spec, live)
    )


def _same(one: TriggerSpec, other: TriggerSpec) -> bool:
    return one == other and _same_values(one, other)


def _same_values(one: TriggerSpec, other: TriggerSpec) -> bool:
    # "==" finds True and 1 equal; only parameter values and conditions can hold one where the other was.
    return same_json(one.parameter_values, other.parameter_values) and (
        _value_types(one.condition) == _value_types(other.condition)
    )


def _value_types(condition: ConditionType | None) -> list[type]:
    if condition is None:
        return []
    if isinstance(condition, Condition):
        return [type(condition.value)]
    return [each for member in condition.conditions for each in _value_types(member)]


def _requests(name: str, spec: TriggerSpec, changed: frozenset[str]) -> tuple[Request, ...]:
    return (UpdateTrigger(name, UpdateTriggerRequest(**_members(spec, changed))),)


def _members(spec: TriggerSpec, changed: frozenset[str]) -> dict[str, Any]:
    members: dict[str, Any] = {field: getattr(spec, field) for field in _AS_THEY_ARE if field in changed}
    for flat, member in _REFERENCE.items():
        if flat in changed:
            members[flat] = getattr(spec.action, member)
    for field, collect in _NULL_WHEN_EMPTY.items():
        if field in changed:
            members[field] = collect(getattr(spec, field)) or None
    if "required_inputs" in changed:
        members["required_inputs"] = list(spec.required_inputs)
    if "causes" in changed:
        members["causes"] = list(spec.causes or ())
    return members


def _spec_of(wanted: Shape, resource: Resource, desired: Desired) -> TriggerSpec:
    """Read a shape back: the declared spec with live values at ignored fields."""
    try:
        return spec_of_shape(wanted)
    except ValidationError as error:
        raise misfit(resource, desired, error) from None


def spec_of_shape(shape: Mapping[str, Any]) -> TriggerSpec:
    """Return the spec that a shape says.

    Raises:
        ValueError: It is no shape of a trigger.
    """
    members = {name: value for name, value in shape.items() if name not in _REFERENCE}
    action = {member: shape[flat] for flat, member in _REFERENCE.items() if flat in shape}
    return _adapter().validate_python({**members, "action": action})


@cache
def _adapter() -> TypeAdapter[TriggerSpec]:
    return TypeAdapter(TriggerSpec)
