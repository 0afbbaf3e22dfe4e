"""Conditions: comparisons of a record's fields, alone or in groups, and what they match.

``matches`` follows the platform client's local evaluation. A path walks objects at its dots; a missing value is
null. ``EXISTS`` and ``IS_NOT_NULL`` ask for a value, ``NOT_EXISTS`` and ``IS_NULL`` for none; every other comparator
fails on null, the negated ones included. Values that cannot be compared do not match; nothing raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from reconciler.domain.values import WireModel


class Comparator(StrEnum):
    """How a stored value is held against the condition's value."""

    Equals = "EQUALS"
    NotEquals = "NOT_EQUALS"
    GreaterThan = "GREATER_THAN"
    GreaterThanOrEqual = "GREATER_THAN_OR_EQUAL"
    LessThan = "LESS_THAN"
    LessThanOrEqual = "LESS_THAN_OR_EQUAL"
    Contains = "CONTAINS"
    NotContains = "NOT_CONTAINS"
    IsNull = "IS_NULL"
    IsNotNull = "IS_NOT_NULL"
    Exists = "EXISTS"
    NotExists = "NOT_EXISTS"
    BeginsWith = "BEGINS_WITH"
    Like = "LIKE"
    NotLike = "NOT_LIKE"


#: Comparators that look at no value.
UNARY = frozenset({Comparator.IsNull, Comparator.IsNotNull, Comparator.Exists, Comparator.NotExists})


class ConditionOperator(StrEnum):
    """How a group joins its members; NOT means none of them."""

    And = "AND"
    Or = "OR"
    Not = "NOT"


ConditionValue = bool | int | float | Decimal | datetime | str | None


class Condition(WireModel):
    """One comparison. ``field`` is a dotted path such as ``metadata.sensor_type``."""

    field: str
    comparator: Comparator
    value: ConditionValue = Field(default=None, union_mode="smart")


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
