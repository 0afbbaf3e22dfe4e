"""Shapes: the parts of a spec as JSON in the manifest's form, defaults left out and maps in order.

Made from normalised values, so two shapes are equal exactly when the platform makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from reconciler.domain.conditions import ConditionType
from reconciler.domain.values import (
    MINIMUM_STORAGE,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)

Shape = dict[str, Any]


def without_defaults(members: Mapping[str, Any]) -> Shape:
    """Return the members that say something: not null, not an empty list or map."""
    return {name: member for name, member in members.items() if member or _says_something(member)}


def _says_something(member: Any) -> bool:
    # Zero, false and the empty text are values; of dicts, lists and null the empty ones are not.
    return member is not None and not isinstance(member, dict | list)


def in_order(value: Any) -> Any:
    """Return JSON with the keys of every object sorted; lists keep their order."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [in_order(member) for member in value]
    return value


def reference_shape(reference: ActionReference | None, *, org_id: str) -> Shape | None:
    """Return a reference; its owner is left out where it is the own organization."""
    if reference is None:
        return None
    owner = None if reference.owner == org_id else reference.owner
    return without_defaults({"name": reference.name, "digest": reference.digest, "owner": owner})


def compute_shape(compute: ComputeRequirements | None, *, explicit: bool = False) -> Shape | None:
    """Return vCPU and memory, and storage where it is more than the minimum, or ``explicit``."""
    if compute is None:
        return None
    storage = compute.storage if explicit or compute.storage != MINIMUM_STORAGE else None
    return without_defaults({"vCPU": compute.vCPU, "memory": compute.memory, "storage": storage})


def container_shape(container: ContainerParameters | None) -> Shape | None:
    """Return the members that are set."""
    if container is None:
        return None
    return without_defaults(
        {
            "command": container.command,
            "entry_point": container.entry_point,
            "env_vars": in_order(container.env_vars or {}),
            "workdir": container.workdir,
        }
    )


def condition_shape(condition: ConditionType | None) -> Shape | None:
    """Return a condition; a value of null is as good as none."""
    return None if condition is None else condition.model_dump(mode="json", exclude_none=True)


_by_name = attrgetter("name")


def parameters_shape(parameters: Iterable[ActionParameter]) -> Shape:
    """Return parameters as a map by name."""
    return {
        parameter.name: without_defaults(
            {
                "description": parameter.description,
                "required": parameter.required or None,
                "default": parameter.default,
            }
        )
        for parameter in sorted(parameters, key=_by_name)
    }
