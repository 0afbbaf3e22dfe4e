"""Explanations: which fields differ between two shapes, each as a pointer and both values.

Members that the schema names are compared directly, and so are values of no fixed form (a condition, a nested parameter
value) as far as both sides have the same form. DeepDiff is asked only where they do not: which members of two lists
belong together is what it is good at, but it takes milliseconds and leaves 15 kB of cycles behind each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reconciler.domain.changesets import same_json
from reconciler.domain.secrets import Secret
from reconciler.manifests.problems import pointer_of
from reconciler.plan.model import ABSENT, FieldChange

Path = tuple[str | int, ...]

#: How many levels of named members a field has, where it is not a single value.
_LEVELS: Final = {
    "compute_requirements": 1,
    "compute_requirement_overrides": 1,
    "container_parameters": 2,
    "container_parameter_overrides": 2,
    "inherits": 1,
    "metadata": 1,
    "parameter_values": 1,
    "parameters": 2,
}

#: Maps by name: left out means empty, so what is in them is always shown member by member.
_MAPS: Final = frozenset({"metadata", "parameter_values", "parameters"})

#: What a field that is left out means, where that is a value: a difference says the value, not that it was left out.
_DEFAULTS: Final[Mapping[str, Any]] = {
    "accessibility": "organization",
    "enabled": True,
    "for_each": "dataset",
    "requires_downloaded_inputs": True,
}

#: Fields that hold values of no fixed form.
_FREE: Final = frozenset({"condition", "metadata", "parameter_values"})


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return what differs, ordered by pointer; nothing for equal shapes."""
    found: list[FieldChange] = []
    for name in before.keys() | after.keys():
        missing: Any = {} if name in _MAPS else _DEFAULTS.get(name, ABSENT)
        old, new = before.get(name, missing), after.get(name, missing)
        # "==" finds True and 1 equal, which only values of no fixed form can be in turn.
        if old is new or (old == new and name not in _FREE):
            continue
        found.extend(_differences(("spec", name), old, new, levels=_LEVELS.get(name, 0)))
    return _in_order(found)


def sharing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``after`` with the very members of ``before`` that it equals: a plan keeps both sides of each change."""
    return {
        name: before[name] if name not in _FREE and before.get(name) == member else member
        for name, member in after.items()
    }


def additions(after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return every field a new resource sets; parameters one by one."""
    return _in_order(FieldChange(at, ABSENT, value) for at, value in _fields(after))


def removals(before: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return every field a resource loses with its deletion; parameters one by one."""
    return _in_order(FieldChange(at, value, ABSENT) for at, value in _fields(before))


def changed_names(fields: tuple[FieldChange, ...]) -> frozenset[str]:
    """Return the names of the spec's fields that have a difference somewhere below them."""
    return frozenset(change.pointer.split("/")[2] for change in fields)


def _in_order(fields: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(sorted(fields, key=lambda change: change.pointer))


def _fields(shape: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in shape.items():
        if name == "parameters":
            yield from ((f"/spec/parameters{pointer_of((each,))}", parameter) for each, parameter in value.items())
        else:
            yield f"/spec/{name}", value


def _differences(path: Path, old: Any, new: Any, *, levels: int) -> Iterator[FieldChange]:
    if levels and isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            theirs, ours = old.get(key, ABSENT), new.get(key, ABSENT)
            yield from _differences((*path, key), theirs, ours, levels=levels - 1)
    elif same_json(_bare(old), _bare(new)):
        return
    elif path[1] in _FREE and type(old) is type(new) and isinstance(old, dict | list):
        yield from _nested(path, old, new)
    else:
        yield FieldChange(pointer_of(path), old, new)


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def _nested(path: Path, old: Any, new: Any) -> Iterator[FieldChange]:
    """Explain two lists or objects that differ, down to where their forms part."""
    pairs = _pairs(old, new)
    if pairs is None:
        yield from _matched(path, old, new)
        return
    for step, mine, yours in pairs:
        if same_json(mine, yours):
            continue
        if type(mine) is type(yours) and isinstance(mine, dict | list):
            yield from _nested((*path, step), mine, yours)
        else:
            yield FieldChange(pointer_of((*path, step)), mine, yours)


def _pairs(old: Any, new: Any) -> list[tuple[str | int, Any, Any]] | None:
    """Return the members of both sides that stand at the same place; None where it takes more to tell."""
    if isinstance(old, dict):
        return [(key, old[key], new[key]) for key in old] if old.keys() == new.keys() else None
    # Plain values may have moved within a list, objects and lists in it are known by their place.
    if len(old) == len(new) and any(isinstance(member, dict | list) for member in (*old, *new)):
        return [(index, mine, new[index]) for index, mine in enumerate(old)]
    return None


def _matched(path: Path, old: Any, new: Any) -> Iterator[FieldChange]:
    """Explain two lists or objects with DeepDiff; as a whole where it sees no smaller difference."""
    from deepdiff import DeepDiff

    sides: dict[str, list[Any]] = {}
    for levels in DeepDiff(old, new, view="tree").values():
        for level in levels:
            both = sides.setdefault(pointer_of((*path, *level.path(output_format="list"))), [ABSENT, ABSENT])
            # A member removed and another added at the same index are one difference.
            both[0] = both[0] if _is_missing(level.t1) else level.t1
            both[1] = both[1] if _is_missing(level.t2) else level.t2
    if not sides:
        yield FieldChange(pointer_of(path), old, new)
    for at, (before, after) in sides.items():
        yield FieldChange(at, before, after)


def _is_missing(value: Any) -> bool:
    from deepdiff.helper import NotPresent

    return isinstance(value, NotPresent)
