"""``lifecycle.ignore``: fields left to the platform take the live value before anything is compared."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from reconciler.diagnostics import Diagnostic
from reconciler.errors import InvalidManifests
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.model import ABSENT
from reconciler.plan.pointers import segments
from reconciler.plan.shapes import Shape

#: Objects without a required member: they may come into being because a part of them is left to the platform.
#: A parameter the manifest does not declare is not brought back by ignoring its default.
_OPEN: Final = frozenset(
    {
        "compute_requirements",
        "compute_requirement_overrides",
        "container_parameters",
        "container_parameter_overrides",
        "metadata",
        "parameter_values",
    }
)


def overlaid(wanted: Shape, live: Shape, pointers: Iterable[str]) -> Shape:
    """Return ``wanted`` with the live value, or its absence, at every ignored pointer."""
    result: Shape = copy.deepcopy(wanted)
    for text in pointers:
        head, *path = segments(text) or ("",)
        if head == "spec" and path:
            _take(result, live, path, may_make=path[0] in _OPEN)
    return result


def _take(target: Any, source: Any, path: list[str], *, may_make: bool) -> None:
    segment, *rest = path
    for key in _keys(segment, target, source):
        theirs = _member(source, key)
        if not rest:
            _put(target, key, theirs)
            continue
        ours = _member(target, key)
        if isinstance(ours, dict | list):
            _take(ours, theirs, rest, may_make=may_make)
        elif ours is ABSENT and may_make and isinstance(theirs, dict):
            made: Shape = {}
            _take(made, theirs, rest, may_make=may_make)
            if made:
                _put(target, key, made)


def _keys(segment: str, target: Any, source: Any) -> list[Any]:
    """Return the keys or indexes a segment stands for; ``*`` is all that either side has."""
    if isinstance(target, list):
        indexes = range(len(target))
        return list(indexes) if segment == "*" else [index for index in indexes if str(index) == segment]
    if segment != "*":
        return [segment]
    return sorted(target.keys() | (source.keys() if isinstance(source, dict) else ()))


def _member(container: Any, key: Any) -> Any:
    if isinstance(container, dict):
        return container.get(key, ABSENT)
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        return container[key]
    return ABSENT


def _put(target: Any, key: Any, value: Any) -> None:
    if value is not ABSENT:
        target[key] = copy.deepcopy(value)
    elif isinstance(target, dict):
        target.pop(key, None)


def misfit(resource: Resource, desired: Desired, error: ValidationError) -> InvalidManifests:
    """Return what to raise when a spec with live values in it is not legal, such as half of a compute pair."""
    reasons = "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
    return InvalidManifests(
        [
            Diagnostic(
                rule="ignore-conflict",
                summary=f"with what is live at the ignored fields, {resource.address} would not be legal: {reasons}",
                span=desired.locate(resource, "/lifecycle/ignore"),
                hint="ignore the whole object, or declare it whole",
            )
        ]
    )
