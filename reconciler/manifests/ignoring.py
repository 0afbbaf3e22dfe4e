"""``lifecycle.ignore``: which pointers name a field, and which of them the manifest itself declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.domain.address import Kind
from reconciler.manifests.models import ActionFields, TriggerFields
from reconciler.manifests.overlays import DIRECTIVES
from reconciler.manifests.parts import Compute, Container, Parameter
from reconciler.manifests.problems import Problem, pointer_of, segments
from reconciler.manifests.suggestions import did_you_mean

ANY: Final = "*"

#: What may follow a segment: a mapping of legal names, ``ANY`` for every name, or None for nothing.
_Shape = Mapping[str, Any] | None

_COMPUTE: Final[_Shape] = dict.fromkeys(Compute.model_fields)
_CONTAINER: Final[_Shape] = {**dict.fromkeys(Container.model_fields), "env_vars": {ANY: None}}
_BELOW: Final[dict[str, _Shape]] = {
    "compute_requirements": _COMPUTE,
    "compute_requirement_overrides": _COMPUTE,
    "container_parameters": _CONTAINER,
    "container_parameter_overrides": _CONTAINER,
    "parameters": {ANY: dict.fromkeys(Parameter.model_fields)},
    "parameter_values": {ANY: None},
    "metadata": {ANY: None},
}


def _shape(fields: Mapping[str, Any]) -> _Shape:
    names = [name for name in fields if name not in (*DIRECTIVES, "from_")]
    return {name: _BELOW.get(name) for name in names}


_SHAPES: Final[dict[Kind, _Shape]] = {
    Kind.ACTION: _shape(ActionFields.model_fields),
    Kind.TRIGGER: _shape(TriggerFields.model_fields),
}


def ignore_problems(kind: Kind, ignore: tuple[str, ...], *, declared: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the pointers; ``declared`` is the spec as the manifest itself writes it."""
    return [
        problem
        for index, pointer in enumerate(ignore)
        if (problem := _problem(kind, pointer, declared, place=pointer_of(("lifecycle", "ignore", index))))
    ]


def _problem(kind: Kind, pointer: str, declared: Mapping[str, Any], *, place: str) -> Problem | None:
    steps = segments(pointer)
    if not pointer.startswith("/spec/") or not steps[1]:
        hint = 'pointers begin with "/spec/", such as /spec/description'
        return Problem("unknown-pointer", f'"{pointer}" points to nothing that can be ignored', place, hint)
    shape = _SHAPES[kind]
    for depth, step in enumerate(steps[1:], start=1):
        if shape is None:
            return Problem(
                "unknown-pointer", f'"{pointer}" points below "{steps[depth - 1]}", which is compared whole', place
            )
        if step != ANY and ANY not in shape and step not in shape:
            return Problem(
                "unknown-pointer",
                f'"{pointer}" points to nothing: there is no "{step}"',
                place,
                did_you_mean(step, shape),
            )
        shape = _next(shape, step)
    written = _written(declared, steps[1:])
    if written is None:
        return None
    return Problem(
        "ignored-but-declared",
        f'"{pointer}" is ignored and declared at the same time',
        place,
        f"remove {pointer_of(('spec', *written))} from the manifest, or the pointer from lifecycle.ignore",
    )


def _next(shape: Mapping[str, Any], step: str) -> _Shape:
    below: _Shape = shape.get(step, shape.get(ANY))
    return below


def _written(place: Any, steps: list[str]) -> list[str] | None:
    """Return the path of something written that the steps match; None when nothing is."""
    if not steps:
        return []
    if isinstance(place, list):
        place = {entry["name"]: entry for entry in place if isinstance(entry, dict) and "name" in entry}
    if not isinstance(place, dict):
        return None
    for key in place if steps[0] == ANY else [key for key in (steps[0],) if key in place]:
        below = _written(place[key], steps[1:])
        if below is not None:
            return [key, *below]
    return None
