"""Which of two patterns, or of two conditions, takes in all that the other does, as far as that can be told.

Patterns are compared by trying: the narrower one becomes paths, its wildcards filled in with letters that stand in no
pattern, none, one and several of them. What takes in all of these paths takes in whatever the wildcards stand for.
Where nothing is certain, nothing is covered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final, TypeGuard

from reconciler.domain.comparisons import Comparator
from reconciler.domain.conditions import UNARY, Condition, ConditionGroup, ConditionOperator, ConditionType, matches

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: What wildcards are filled in with: letters that nobody writes into a pattern.
_FILLINGS: Final = ("", "ʑ", "ʑɕʑɕ")
_FOLDERS: Final = ("", "ʑ/", "ʑɕ/ɕʑ/")

_WILDCARD: Final = re.compile(r"\*\*/|\*+|\?")

#: What makes a pattern more than text and wildcards.
_UNUSUAL: Final = re.compile(r"[\[\]\\!#]")


def takes_in(patterns: Sequence[str], path: str) -> bool:
    """Return True when patterns together take in the file at a path, the last that matches deciding."""
    spec = _compiled(tuple(patterns))
    return spec is not None and spec.match_file(path)


@lru_cache(maxsize=4096)
def pattern_covers(wider: str, narrower: str) -> bool:
    """Return True when every file that ``narrower`` takes in, ``wider`` takes in as well."""
    if wider == narrower:
        return True
    if _UNUSUAL.search(narrower) or wider.startswith("!"):
        return False
    return all(takes_in((wider,), path) for path in _paths(narrower))


def condition_covers(wider: ConditionType | None, narrower: ConditionType | None) -> bool:
    """Return True when ``wider`` holds wherever ``narrower`` does; None always holds."""
    if wider is None:
        return True
    if narrower is None:
        return False
    if wider == narrower:
        return True
    if _is_group(wider, ConditionOperator.And):
        return all(condition_covers(member, narrower) for member in wider.conditions)
    if _is_group(narrower, ConditionOperator.Or):
        return all(condition_covers(wider, member) for member in narrower.conditions)
    return _covers_a_part(wider, narrower) or _covers_comparison(wider, narrower)


def _covers_a_part(wider: ConditionType, narrower: ConditionType) -> bool:
    """Return True where one of several that must hold is covered, or one of several that may hold covers."""
    parts = narrower.conditions if _is_group(narrower, ConditionOperator.And) else ()
    choices = wider.conditions if _is_group(wider, ConditionOperator.Or) else ()
    return any(condition_covers(wider, part) for part in parts) or any(
        condition_covers(choice, narrower) for choice in choices
    )


def _is_group(condition: ConditionType, operator: ConditionOperator) -> TypeGuard[ConditionGroup]:
    return isinstance(condition, ConditionGroup) and condition.operator is operator


def _covers_comparison(wider: ConditionType, narrower: ConditionType) -> bool:
    if not isinstance(wider, Condition) or not isinstance(narrower, Condition) or wider.field != narrower.field:
        return False
    if wider.comparator in {Comparator.Exists, Comparator.IsNotNull}:
        return narrower.comparator not in {Comparator.NotExists, Comparator.IsNull}
    if narrower.comparator is not Comparator.Equals or narrower.value is None or wider.comparator in UNARY:
        return False
    return matches(_of_value(wider), {"value": narrower.value})


def _of_value(condition: Condition) -> Condition:
    """Return the comparison as one of a record's only field: a field's own path may hold anything."""
    return Condition(field="value", comparator=condition.comparator, value=condition.value)


def _paths(pattern: str) -> Iterator[str]:
    """Yield paths that a pattern takes in: its wildcards filled in, in folders where it may be in any."""
    is_anywhere = "/" not in pattern.rstrip("/")
    pieces = _WILDCARD.split(pattern.removeprefix("/"))
    wildcards = _WILDCARD.findall(pattern.removeprefix("/"))
    for filling, folder, outer in product(_FILLINGS, _FOLDERS, _FOLDERS if is_anywhere else ("",)):
        filled = [_filled(wildcard, filling, folder) for wildcard in wildcards]
        path = outer + "".join([piece for pair in zip(pieces, [*filled, ""], strict=True) for piece in pair])
        if path.endswith("/"):
            path += "ʑ"
        if path:
            yield path


def _filled(wildcard: str, filling: str, folder: str) -> str:
    match wildcard:
        case "?":
            return "ʑ"
        case "**/":
            return folder
        case "*":
            return filling
        case _:
            return folder + "ʑ"


@lru_cache(maxsize=4096)
def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError:
        return None
