r"""Conditions: comparisons of a record's fields, alone or in groups, and what they match.

Decision table of :func:`matches` (the platform client's own local evaluation, its newest form):

=============================  ==================================================================
path                           split at dots, walks objects only; what is missing is null; leading
                               ``msgpath.``, ``topic.``, ``file.``, ``dataset.`` are taken off in this order
``EXISTS``, ``IS_NOT_NULL``    there is a value; ``NOT_EXISTS`` and ``IS_NULL``: there is none
any other, on null             no match, the negated comparators included
text against a typed operand   the text is read as a whole number, float, decimal or time
time against text              the text is read as an ISO time; with and without zone do not compare
``CONTAINS``                   members of a list, keys of an object, parts of a text
``BEGINS_WITH``                texts only
``LIKE``                       texts only, all of it: ``%`` any run, ``_`` one character, ``\`` escapes
``AND``, ``OR``, ``NOT``       all, any, none of the members
=============================  ==================================================================

Values that cannot be compared do not match, whatever the comparator; nothing raises.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, overload

from pydantic import Field, GetCoreSchemaHandler, field_validator
from pydantic_core import CoreSchema

from reconciler.domain.comparisons import UNARY, Comparator, Comparisons, ConditionValue
from reconciler.domain.values import WireModel

__all__ = [
    "UNARY",
    "Comparator",
    "Condition",
    "ConditionGroup",
    "ConditionOperator",
    "ConditionType",
    "ConditionValue",
    "field_value",
    "fields_of",
    "matches",
]


class ConditionOperator(StrEnum):
    """How a group joins its members; NOT means none of them."""

    And = "AND"
    Or = "OR"
    Not = "NOT"


class Condition(WireModel, Comparisons["Condition"]):
    """One comparison. ``field`` is a dotted path such as ``metadata.sensor_type``.

    ``Condition("metadata.sensor_type")`` alone asks whether there is a value, and
    ``Condition("metadata.sensor_type").equals("lidar")`` compares it.
    """

    field: str
    comparator: Comparator
    value: ConditionValue = Field(default=None, union_mode="smart")

    @overload
    def __init__(self, field: str, /) -> None: ...

    @overload
    def __init__(self, /, *, field: str, comparator: Comparator, value: ConditionValue = None) -> None: ...

    def __init__(self, path: str | None = None, /, **members: Any) -> None:
        # Only a path given by position may do without a comparator: what comes over the wire always names one.
        if path is not None:
            members = {"field": path, "comparator": Comparator.Exists, **members}
        super().__init__(**members)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema without a call of ``__init__``, which only those who write conditions in Python need.

        Calling it for each condition that is read takes three times as long as reading it.
        """
        schema = handler(source)
        inner: Any = schema
        while inner["type"] != "model":
            inner = inner["schema"]
        inner["custom_init"] = False
        return schema

    def compared(self, comparator: Comparator, value: ConditionValue) -> Condition:
        """Return the comparison of the same field by this comparator."""
        if comparator in UNARY:
            return Condition(field=self.field, comparator=comparator)
        return Condition(field=self.field, comparator=comparator, value=value)

    @field_validator("value", mode="before")
    @classmethod
    def validate_value(cls, v: object) -> object:
        """Hand the value on as a Python value, so that a text such as ``"12"`` stays text when it came as JSON."""
        return v


class ConditionGroup(WireModel):
    """Comparisons joined by one operator; at least one."""

    operator: ConditionOperator
    conditions: list[Condition | ConditionGroup] = Field(min_length=1)


ConditionType = Condition | ConditionGroup


def fields_of(condition: ConditionType) -> list[str]:
    """Return every field path the condition looks at, in order."""
    if isinstance(condition, Condition):
        return [condition.field]
    return [path for member in condition.conditions for path in fields_of(member)]


def field_value(record: Mapping[str, Any], path: str) -> Any:
    """Return what ``path`` leads to through objects; None when it leads nowhere."""
    place: Any = record
    for segment in path.split("."):
        if not isinstance(place, Mapping) or segment not in place:
            return None
        place = place[segment]
    return place


def matches(condition: ConditionType, record: Mapping[str, Any]) -> bool:
    """Return True when the record fulfils the condition; odd operands never raise, they do not match."""
    if isinstance(condition, Condition):
        return _compare(condition, field_value(record, _without_root(condition.field)))
    met = (matches(member, record) for member in condition.conditions)
    match condition.operator:
        case ConditionOperator.And:
            return all(met)
        case ConditionOperator.Or:
            return any(met)
        case ConditionOperator.Not:
            return not any(met)


#: What a path may begin with, in the order they may follow each other, as in ``file.dataset.name``.
_ROOTS: Final = ("msgpath.", "topic.", "file.", "dataset.")

_ORDERINGS: Final[Mapping[Comparator, Callable[[Any, Any], object]]] = {
    Comparator.Equals: operator.eq,
    Comparator.NotEquals: operator.ne,
    Comparator.GreaterThan: operator.gt,
    Comparator.GreaterThanOrEqual: operator.ge,
    Comparator.LessThan: operator.lt,
    Comparator.LessThanOrEqual: operator.le,
}


def _without_root(path: str) -> str:
    for root in _ROOTS:
        if path != root:
            path = path.removeprefix(root)
    return path


def _compare(condition: Condition, stored: Any) -> bool:
    comparator, operand = condition.comparator, condition.value
    if comparator in UNARY:
        return (stored is not None) == (comparator in {Comparator.Exists, Comparator.IsNotNull})
    if stored is None:
        return False
    try:
        if comparator in _ORDERINGS:
            return bool(_ORDERINGS[comparator](*_comparable(stored, operand)))
        return _look_inside(comparator, stored, operand)
    except (TypeError, ValueError, ArithmeticError):
        return False


def _comparable(stored: Any, operand: ConditionValue) -> tuple[Any, ConditionValue]:
    """Bring both sides to one type, the way the platform does.

    Raises:
        ValueError: One side does not read as what the other is.
    """
    if isinstance(stored, str):
        return _read_as(operand, stored), operand
    if not isinstance(stored, datetime):
        return stored, operand
    if isinstance(operand, str):
        operand = datetime.fromisoformat(operand)
    return _same_zone_awareness(stored, operand), operand


def _read_as(operand: ConditionValue, stored: str) -> Any:
    """Read a stored text as what the operand is; a boolean counts as a whole number, as it does on the platform."""
    match operand:
        case int():
            return int(stored)
        case float():
            return float(stored)
        case Decimal():
            return Decimal(stored)
        case datetime():
            return _same_zone_awareness(datetime.fromisoformat(stored), operand)
        case _:
            return stored


def _same_zone_awareness(stored: datetime, operand: ConditionValue) -> datetime:
    if isinstance(operand, datetime) and (stored.tzinfo is None) != (operand.tzinfo is None):
        raise ValueError("a time with a zone and one without cannot be compared")
    return stored


def _look_inside(comparator: Comparator, stored: Any, operand: ConditionValue) -> bool:
    if comparator in {Comparator.Contains, Comparator.NotContains}:
        return isinstance(stored, Collection) and (operand in stored) == (comparator is Comparator.Contains)
    if not isinstance(stored, str) or not isinstance(operand, str):
        return False
    if comparator is Comparator.BeginsWith:
        return stored.startswith(operand)
    return _like(stored, list(_tokens(operand))) == (comparator is Comparator.Like)


_ANY_RUN: Final = "any run"
_ANY_CHARACTER: Final = "any character"


def _tokens(pattern: str) -> Iterator[str]:
    """Split a LIKE pattern into wildcards and plain characters; a backslash makes the next character plain."""
    characters = iter(pattern)
    for character in characters:
        match character:
            case "%":
                yield _ANY_RUN
            case "_":
                yield _ANY_CHARACTER
            case "\\":
                yield next(characters, character)
            case _:
                yield character


def _like(text: str, pattern: list[str]) -> bool:
    """Match all of ``text``; in time proportional to text times pattern, which a regular expression is not."""
    at = place = 0
    run, resumed_at = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] is _ANY_RUN:
            run, resumed_at = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in {_ANY_CHARACTER, text[at]}:
            at, place = at + 1, place + 1
        elif run >= 0:
            resumed_at += 1
            at, place = resumed_at, run + 1
        else:
            return False
    return all(token is _ANY_RUN for token in pattern[place:])
