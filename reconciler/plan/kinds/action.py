"""Actions: what differs between a manifest and the live action, and the requests that change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from reconciler.domain.actions import (
    DEFAULT_COMPUTE,
    ActionRecord,
    ActionSpec,
    normalised_action,
    normalised_container,
)
from reconciler.domain.address import Address, Kind
from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset, same_json
from reconciler.domain.requests import CreateActionRequest, SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import Accessibility
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.ignore import misfit, overlaid
from reconciler.plan.kinds.assembly import comparison, creation, deletion
from reconciler.plan.model import Change, CreateAction, DeleteAction, Request, SetAccessibility, UpdateAction
from reconciler.plan.shapes import (
    Shape,
    compute_shape,
    container_shape,
    in_order,
    parameters_shape,
    reference_shape,
    without_defaults,
)

#: Fields an update sends as they are declared, null where they are not.
_AS_DECLARED: Final = ("compute_requirements", "description", "inherits", "short_description", "timeout", "uri")


def create(resource: Resource, spec: ActionSpec, *, desired: Desired, org_id: str) -> Change:
    """Return the change that creates an action: publishing it takes a request of its own."""
    name = resource.address.name
    requests: tuple[Request, ...] = (CreateAction(CreateActionRequest.of(name, spec)),)
    if spec.accessibility is not Accessibility.Organization:
        requests += (_publication(name, spec),)
    after = shape(normalised_action(spec, org_id=org_id), org_id=org_id)
    return creation(resource, after, requests, desired=desired, org_id=org_id)


def update(
    resource: Resource, spec: ActionSpec, record: ActionRecord, *, desired: Desired, org_id: str
) -> Change | None:
    """Return the change that makes the live action what the manifest says; None when it already is.

    Raises:
        InvalidManifests: Ignored fields and declared ones do not go together.
    """
    live = ActionSpec.of(record)
    if _same(spec, live):
        return None
    old, new = normalised_action(live, org_id=org_id), normalised_action(spec, org_id=org_id)
    if _same(old, new):
        return None
    # Where compute differs, the platform's default is said aloud on the side that has it.
    explicit = old.compute_requirements != new.compute_requirements
    if old.inherits is not None or new.inherits is not None:
        # A parent's compute comes into play on one side at least: then null and the default said aloud differ.
        explicit = True
        old = replace(old, compute_requirements=live.compute_requirements)
        new = replace(new, compute_requirements=spec.compute_requirements)
    before = shape(old, org_id=org_id, explicit_compute=explicit)
    after = shape(new, org_id=org_id, explicit_compute=explicit)
    if resource.lifecycle.ignore:
        spec = _spec_of(overlaid(after, before, resource.lifecycle.ignore), resource, desired)
        after = shape(normalised_action(spec, org_id=org_id), org_id=org_id, explicit_compute=explicit)
    requests = partial(_requests, record.name, live, spec)
    return comparison(resource, record, before, after, requests=requests, desired=desired, org_id=org_id)


def delete_change(record: ActionRecord, *, reason: str, sensitive: frozenset[str] = frozenset()) -> Change:
    """Return the change that deletes a live action with every version of it."""
    before = shape(normalised_action(ActionSpec.of(record), org_id=record.org_id), org_id=record.org_id)
    address = Address(Kind.ACTION, record.name)
    return deletion(address, record, before, DeleteAction(record.name), reason=reason, sensitive=sensitive)


def shape(spec: ActionSpec, *, org_id: str, explicit_compute: bool = False) -> Shape:
    """Return a normalised spec as its manifest would say it; with ``explicit_compute`` the default is said too."""
    return without_defaults(
        {
            "accessibility": None if spec.accessibility is Accessibility.Organization else spec.accessibility.value,
            "compute_requirements": _compute_shape(spec, explicit=explicit_compute),
            "container_parameters": container_shape(spec.container_parameters),
            "description": spec.description,
            "inherits": reference_shape(spec.inherits, org_id=org_id),
            "metadata": in_order(dict(spec.metadata)),
            "parameters": parameters_shape(spec.parameters),
            "requires_downloaded_inputs": None if spec.requires_downloaded_inputs else False,
            "short_description": spec.short_description,
            "tags": list(spec.tags),
            "timeout": spec.timeout,
            "uri": spec.uri,
        }
    )


def _compute_shape(spec: ActionSpec, *, explicit: bool) -> Shape | None:
    """Return compute requirements; None for the platform's default, which only an inheriting action need declare."""
    if spec.inherits is None and not explicit and spec.compute_requirements == DEFAULT_COMPUTE:
        return None
    return compute_shape(spec.compute_requirements, explicit=explicit)


def _same(one: ActionSpec, other: ActionSpec) -> bool:
    # "==" finds True and 1 equal; only metadata can hold one where the other was.
    return one == other and same_json(one.metadata, other.metadata)


def _requests(name: str, live: ActionSpec, spec: ActionSpec, changed: frozenset[str]) -> tuple[Request, ...]:
    requests: tuple[Request, ...] = ()
    if changed - {"accessibility"}:
        requests += (UpdateAction(name, UpdateActionRequest(**_members(live, spec, changed))),)
    if "accessibility" in changed:
        requests += (_publication(name, spec),)
    return requests


def _members(live: ActionSpec, spec: ActionSpec, changed: frozenset[str]) -> dict[str, Any]:
    members: dict[str, Any] = {field: getattr(spec, field) for field in _AS_DECLARED if field in changed}
    # Empty ones are as good as none, but the platform lets no action with either inherit.
    is_in_the_way = spec.inherits is not None and live.container_parameters is not None
    if "container_parameters" in changed or is_in_the_way:
        members["container_parameters"] = normalised_container(spec.container_parameters)
    if "requires_downloaded_inputs" in changed:
        members["requires_downloaded_inputs"] = spec.requires_downloaded_inputs is not False
    if "parameters" in changed:
        members["parameter_changeset"] = ActionParameterChangeset.between(live.parameters, spec.parameters)
    if changed & {"metadata", "tags"}:
        members["metadata_changeset"] = MetadataChangeset.between(
            live.metadata, spec.metadata, old_tags=live.tags, new_tags=spec.tags
        )
    return members


def _publication(name: str, spec: ActionSpec) -> SetAccessibility:
    return SetAccessibility(name, SetActionAccessibilityRequest(accessibility=spec.accessibility))


def _spec_of(wanted: Shape, resource: Resource, desired: Desired) -> ActionSpec:
    """Read a shape back: the declared spec with live values at ignored fields."""
    try:
        return spec_of_shape(wanted)
    except ValidationError as error:
        raise misfit(resource, desired, error) from None


def spec_of_shape(shape: Mapping[str, Any]) -> ActionSpec:
    """Return the spec that a shape says.

    Raises:
        ValueError: It is no shape of an action.
    """
    parameters = [{"name": name, **parameter} for name, parameter in shape.get("parameters", {}).items()]
    return _adapter().validate_python({**shape, "parameters": parameters})


@cache
def _adapter() -> TypeAdapter[ActionSpec]:
    return TypeAdapter(ActionSpec)
