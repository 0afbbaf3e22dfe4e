"""Which triggers could cover another at all: an index, so that thousands of one action are not all compared.

A trigger is filed under something that whatever it covers must have: the folder its patterns begin with, and a field
its condition asks for. Another one is then only held against what is filed under what it has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from reconciler.domain.comparisons import Comparator
from reconciler.domain.conditions import Condition, ConditionOperator, ConditionType
from reconciler.domain.triggers import TriggerSpec

_Key = tuple[str, ...]

#: What everything has: filed under it is whatever asks for nothing certain.
_NOTHING: Final[_Key] = ()

_NOT_LITERAL: Final = re.compile(r"[*?\[\\!#]")


@dataclass(slots=True)
class Candidates:
    """Positions of triggers by what they ask for."""

    _filed: defaultdict[tuple[_Key, _Key], set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, specs: Sequence[TriggerSpec]) -> Candidates:
        """File all of these triggers."""
        filed = cls()
        for position, spec in enumerate(specs):
            for pattern in spec.required_inputs:
                filed._filed[_folders(pattern), _asked(spec.condition)].add(position)
        return filed

    def for_(self, spec: TriggerSpec) -> list[int]:
        """Return the positions of all triggers that might cover this one, itself included, in order."""
        folders = {each for pattern in spec.required_inputs for each in _prefixes(_folders(pattern))}
        conditions = {_NOTHING, *_had(spec.condition)}
        found = (self._filed.get(key, ()) for key in product(folders, conditions))
        return sorted({position for positions in found for position in positions})


def _folders(pattern: str) -> _Key:
    """Return the folders, by name, that everything a pattern takes in is in."""
    if "/" not in pattern.rstrip("/"):
        return _NOTHING  # it is looked for in every folder
    folders: list[str] = []
    for segment in pattern.removeprefix("/").split("/")[:-1]:
        if _NOT_LITERAL.search(segment):
            break
        folders.append(segment)
    return tuple(folders)


def _prefixes(folders: _Key) -> Iterator[_Key]:
    for length in range(len(folders) + 1):
        yield folders[:length]


def _asked(condition: ConditionType | None) -> _Key:
    """Return something that whatever fulfils this condition must have, in one of the forms of :func:`_had`."""
    if condition is None:
        return _NOTHING
    if isinstance(condition, Condition):
        return _as_key(condition)
    return _asked(condition.conditions[0]) if condition.operator is ConditionOperator.And else _NOTHING


def _had(condition: ConditionType | None) -> Iterator[_Key]:
    """Yield what a condition makes sure of: a field, and the value that it equals."""
    if condition is None:
        return
    if isinstance(condition, Condition):
        yield (condition.field,)
        yield _as_key(condition)
    elif condition.operator is ConditionOperator.And:
        for member in condition.conditions:
            yield from _had(member)
    elif condition.operator is ConditionOperator.Or:
        yield from _had(condition.conditions[0])


def _as_key(condition: Condition) -> _Key:
    if condition.comparator is Comparator.Equals:
        return (condition.field, str(condition.value))
    return (condition.field,)
