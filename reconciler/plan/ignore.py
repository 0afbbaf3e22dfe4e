"""``lifecycle.ignore``: fields left to the platform take the live value before anything is compared."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError

from reconciler.diagnostics import Diagnostic
from reconciler.errors import InvalidManifests
from reconciler.manifests.desired import Desired, Resource
from reconciler.manifests.problems import segments
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


def _take(target: Shape, source: Shape, path: list[str], *, may_make: bool) -> None:
    segment, *rest = path
    for name in sorted(target.keys() | source.keys()) if segment == "*" else [segment]:
        if rest:
            _take_below(target, source, name, rest, may_make=may_make)
        elif name in source:
            target[name] = copy.deepcopy(source[name])
        else:
            target.pop(name, None)


def _take_below(target: Shape, source: Shape, name: str, path: list[str], *, may_make: bool) -> None:
    theirs = source.get(name, {})
    if name not in target and not may_make:
        return
    ours = target.get(name, {})
    if isinstance(ours, dict) and isinstance(theirs, dict):
        _take(ours, theirs, path, may_make=may_make)
        if ours:
            target[name] = ours


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
