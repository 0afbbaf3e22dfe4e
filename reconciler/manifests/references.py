"""What resources say about each other: which parameters an action has in effect, and whether a trigger fits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.manifests.desired import Resource
from reconciler.manifests.problems import Problem, pointer_of
from reconciler.manifests.suggestions import did_you_mean

#: Finds an action that the manifests do not hold; None when it is not known.
LiveLookup = Callable[[ActionReference], ActionRecord | None]

_ALL_VALUES: Final = ("spec", "parameter_values", "*")


def nothing_live(reference: ActionReference) -> ActionRecord | None:
    """Know no live action: what the manifests alone can tell."""
    return None


def effective_parameters(
    reference: ActionReference,
    resources: Mapping[Address, Resource],
    *,
    live: LiveLookup = nothing_live,
    org_id: str | None = None,
) -> dict[str, ActionParameter] | None:
    """Return an action's parameters by name, inherited ones included; None when a part of them is not known.

    The manifests count before what is live. A pinned version or a foreign owner is only looked up live; ``org_id``
    is the own organization, where that is known.
    """
    layers: list[Sequence[ActionParameter]] = []
    seen: set[ActionReference] = set()
    step: ActionReference | None = reference
    while step is not None:
        found = _found(step, resources, live, org_id)
        if found is None or step in seen:
            return None
        seen.add(step)
        layers.append(found.parameters)
        step = found.inherits
    return {parameter.name: parameter for layer in reversed(layers) for parameter in layer}


def own_name(reference: ActionReference, *, org_id: str | None = None) -> str | None:
    """Return the name of the latest version of an own action; None for a pinned or a foreign one."""
    if reference.digest is not None or reference.owner not in (None, org_id):
        return None
    return reference.name


def trigger_problems(resource: Resource, parameters: Mapping[str, ActionParameter] | None) -> list[Problem]:
    """Return where a trigger does not fit its action's effective ``parameters``; nothing when they are not known."""
    spec = resource.spec
    if parameters is None or not isinstance(spec, TriggerSpec):
        return []
    undeclared = [
        Problem(
            "undeclared-parameter",
            f'action "{spec.action.name}" declares no parameter "{name}"',
            pointer_of(("spec", "parameter_values", name)),
            did_you_mean(name, parameters) or "the action has no parameters: remove it",
            at_key=True,
        )
        for name in spec.parameter_values
        if name not in parameters
    ]
    missing = [
        Problem(
            "missing-parameter",
            f'action "{spec.action.name}" requires parameter "{name}", which has no default',
            pointer_of(("spec", "parameter_values", name)),
            f'add "{name}" to parameter_values',
        )
        for name, parameter in parameters.items()
        if parameter.required
        and parameter.default is None
        and name not in spec.parameter_values
        and not _is_left_to_platform(name, resource.lifecycle.ignore)
    ]
    return undeclared + missing


def _is_left_to_platform(name: str, ignore: Sequence[str]) -> bool:
    """Return True for a value that the platform has and the manifest ignores, such as a secret."""
    pointers = {pointer_of(path) for path in (("spec", "parameter_values", name), _ALL_VALUES, _ALL_VALUES[:2])}
    return any(pointer in pointers for pointer in ignore)


def inheritance_cycles(resources: Mapping[Address, Resource]) -> list[list[str]]:
    """Return every cycle of actions that inherit from each other, each from its first name in order."""
    parent = {
        address.name: inherited
        for address, resource in resources.items()
        if isinstance(resource.spec, ActionSpec)
        and resource.spec.inherits is not None
        and (inherited := own_name(resource.spec.inherits)) is not None
    }
    cycles: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(parent):
        way: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in way and name not in done:
            way[name] = None
            name = parent.get(name)
        if name is not None and name in way:
            cycles.append(_from_first(list(way)[list(way).index(name) :]))
        done.update(way)
    return cycles


def _from_first(cycle: list[str]) -> list[str]:
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]


def _found(
    reference: ActionReference, resources: Mapping[Address, Resource], live: LiveLookup, org_id: str | None
) -> ActionSpec | ActionRecord | None:
    name = own_name(reference, org_id=org_id)
    if name is not None:
        resource = resources.get(Address(Kind.ACTION, name))
        if resource is not None and isinstance(resource.spec, ActionSpec):
            return resource.spec
    return live(reference)
