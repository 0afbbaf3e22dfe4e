"""Changesets: what the platform is told to put and to remove, computed from two states and applied to one.

Decision table of :meth:`MetadataChangeset.apply_to` (the platform client's own local application):

==========================  =================================================================
``replace_all``             metadata becomes ``put_fields`` as written (dots stay), tags ``put_tags``
put ``a.b``                 puts come first; missing objects on the way are made
put through a list          the segment is an index that exists; at the end the value is inserted before it
put through a scalar        an error
put into a scalar's end     left alone
remove ``a.b``              a missing path is ignored; empty ancestors go too, an empty text counted as one
tags                        put appends what is new, in order; then remove filters
==========================  =================================================================
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from pydantic import Field

from reconciler.domain.values import ActionParameter, WireModel


class MetadataChangeset(WireModel):
    """Changes to tags and metadata of one resource; metadata keys are split at dots unless ``replace_all``."""

    put_tags: list[str] | None = None
    remove_tags: list[str] | None = None
    put_fields: dict[str, Any] | None = None
    remove_fields: list[str] | None = None
    replace_all: bool = False

    @classmethod
    def between(
        cls,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        *,
        old_tags: Iterable[str] = (),
        new_tags: Iterable[str] = (),
    ) -> MetadataChangeset:
        """Return the smallest changeset that turns ``old`` into ``new``; tags are compared as sets.

        Keys that hold dots cannot be addressed by path, so a change of one replaces everything.
        """
        had, wanted = list(dict.fromkeys(old_tags)), list(dict.fromkeys(new_tags))
        put: dict[str, Any] = {}
        removed: list[str] = []
        if not _collect(old, new, (), put, removed):
            return cls(put_fields=dict(new), put_tags=wanted, replace_all=True)
        members: dict[str, Any] = {
            "put_tags": [tag for tag in wanted if tag not in had],
            "remove_tags": [tag for tag in had if tag not in wanted],
            "put_fields": put,
            "remove_fields": removed,
        }
        return cls(**{name: member for name, member in members.items() if member})

    def is_empty(self) -> bool:
        """Return True when applying this changes nothing."""
        return not (self.replace_all or self.put_tags or self.remove_tags or self.put_fields or self.remove_fields)

    def set(self, key: str, value: Any) -> MetadataChangeset:
        """Return a changeset that also puts ``value`` at the dotted path ``key``."""
        return self.model_copy(update={"put_fields": {**(self.put_fields or {}), key: value}})

    def apply_to(self, metadata: Mapping[str, Any], tags: Sequence[str] = ()) -> tuple[dict[str, Any], list[str]]:
        """Return metadata and tags after this changeset; the arguments stay as they are.

        Raises:
            ValueError: A put leads through a scalar, or through a list by an index it does not have.
        """
        if self.replace_all:
            return copy.deepcopy(self.put_fields or {}), list(self.put_tags or [])
        result: dict[str, Any] = copy.deepcopy(dict(metadata))
        for path, value in (self.put_fields or {}).items():
            _put(result, path, copy.deepcopy(value))
        for path in self.remove_fields or []:
            _remove(result, path.split("."))
        kept = [*tags, *(tag for tag in dict.fromkeys(self.put_tags or []) if tag not in tags)]
        return result, [tag for tag in kept if tag not in (self.remove_tags or [])]


def _collect(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    prefix: tuple[str, ...],
    put: dict[str, Any],
    removed: list[str],
) -> bool:
    """Gather puts and removals below ``prefix``; False when a key that changed cannot be addressed."""
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new and same_json(old[key], new[key]):
            continue
        if "." in key:
            return False
        path = (*prefix, key)
        if key not in new:
            removed.append(".".join(path))
        elif _both_filled_objects(old.get(key), new[key]) and _addressable(old[key], new[key]):
            _collect(old[key], new[key], path, put, removed)
        else:
            put[".".join(path)] = new[key]
    return True


def same_json(old: Any, new: Any) -> bool:
    """Return True when two JSON values are equal, telling 1 from True and from 1.0."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same_json(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same_json, old, new))
    return type(old) is type(new) and bool(old == new)


def _both_filled_objects(old: Any, new: Any) -> bool:
    # An object that becomes empty is put whole: removing its last key would remove the object too.
    return isinstance(old, dict) and isinstance(new, dict) and bool(old) and bool(new)


def _addressable(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """True when no key below holds a dot, so that every difference has a path."""
    return not any("." in key for key in _keys_below(old)) and not any("." in key for key in _keys_below(new))


def _keys_below(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _keys_below(member)


def _put(root: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    place: Any = root
    for segment in way:
        if isinstance(place, dict):
            place = place.setdefault(segment, {})
        elif isinstance(place, list):
            place = place[_existing_index(place, segment, path)]
        else:
            raise ValueError(f'metadata path "{path}" leads through a value that is neither object nor list')
    if isinstance(place, dict):
        place[last] = value
    elif isinstance(place, list):
        place.insert(_index(last, path), value)


def _existing_index(place: list[Any], segment: str, path: str) -> int:
    index = _index(segment, path)
    if not -len(place) <= index < len(place):
        raise ValueError(f'metadata path "{path}" has "{segment}" where a list has {len(place)} elements')
    return index


_INDEX: Final = re.compile(r"-?[0-9]{1,9}")


def _index(segment: str, path: str) -> int:
    if not _INDEX.fullmatch(segment):
        raise ValueError(f'metadata path "{path}" has "{segment}" where a list needs an index')
    return int(segment)


def _remove(place: Any, way: list[str]) -> bool:
    """Remove what ``way`` leads to, then every ancestor that is empty; False when it leads nowhere on the way."""
    segment, *rest = way
    key: Any = segment
    if isinstance(place, list):
        if not _INDEX.fullmatch(segment):
            return False
        if not -len(place) <= int(segment) < len(place):
            return not rest
        key = int(segment)
    elif not isinstance(place, dict):
        return place == "" and not rest
    elif segment not in place:
        return not rest
    if rest and not _remove(place[key], rest):
        return False
    if not rest or not place[key]:
        del place[key]
    return True


class ActionParameterChangeset(WireModel):
    """Parameters to put (added, or replaced by name) and names to remove."""

    put_parameters: list[ActionParameter] = Field(default_factory=list)
    remove_parameters: list[str] = Field(default_factory=list)

    class Builder:
        """Collects a changeset step by step; empty members are left out of what is built."""

        def __init__(self) -> None:
            self._put: list[ActionParameter] = []
            self._removed: list[str] = []

        def put_parameter(self, parameter: ActionParameter) -> Self:
            """Add or replace one parameter."""
            self._put.append(parameter)
            return self

        def remove_parameter(self, parameter_name: str) -> Self:
            """Remove one parameter by name."""
            self._removed.append(parameter_name)
            return self

        def build(self) -> ActionParameterChangeset:
            """Return what was collected."""
            members = {"put_parameters": self._put, "remove_parameters": self._removed}
            return ActionParameterChangeset(**{name: member for name, member in members.items() if member})

    @classmethod
    def between(cls, old: Iterable[ActionParameter], new: Iterable[ActionParameter]) -> ActionParameterChangeset:
        """Return the smallest changeset that turns ``old`` into ``new``, names in order."""
        before = {parameter.name: parameter for parameter in old}
        after = {parameter.name: parameter for parameter in new}
        builder = cls.Builder()
        for name in sorted(after):
            if before.get(name) != after[name]:
                builder.put_parameter(after[name])
        for name in sorted(before.keys() - after.keys()):
            builder.remove_parameter(name)
        return builder.build()

    def is_empty(self) -> bool:
        """Return True when applying this changes nothing."""
        return not self.put_parameters and not self.remove_parameters

    def apply_to(self, parameters: Iterable[ActionParameter]) -> list[ActionParameter]:
        """Return the parameters after this changeset: replaced in place, new ones last, unknown removals ignored."""
        result = {parameter.name: parameter for parameter in parameters}
        result.update({parameter.name: parameter for parameter in self.put_parameters})
        return [parameter for name, parameter in result.items() if name not in self.remove_parameters]
