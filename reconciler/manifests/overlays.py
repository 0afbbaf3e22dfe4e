"""Layers of a spec: what ``from`` gives, then parameter sets below own parameters, then what the manifest writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

#: Keys that say how to make the spec and are no part of it.
DIRECTIVES: Final = ("from", "parameter_sets")

#: A reference names one thing: half of one and half of another would name a third.
_WHOLE: Final = frozenset({"inherits"})


def overlaid(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``own`` laid over it: mappings merge key by key, everything else is replaced.

    Parameters merge by name, field by field, in whichever form they were written.
    """
    layers = [_with_map(layer) for layer in (base, own)]
    return _merged(*layers)


def with_sets(spec: Mapping[str, Any], sets: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the spec with sets of parameters below its own; a later set wins over an earlier one."""
    parameters: dict[str, Any] = {}
    for shared in sets:
        parameters = _merged(parameters, shared)
    merged = overlaid({"parameters": parameters}, spec)
    return {key: value for key, value in merged.items() if key not in DIRECTIVES}


def by_name(parameters: Any) -> dict[str, Any]:
    """Return parameters as a mapping by name; of several with one name the last counts."""
    if not isinstance(parameters, list):
        return dict(parameters)
    return {entry["name"]: {key: value for key, value in entry.items() if key != "name"} for entry in parameters}


def _with_map(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(spec.get("parameters"), list):
        return {**spec, "parameters": by_name(spec["parameters"])}
    return spec


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict) and key not in _WHOLE:
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
