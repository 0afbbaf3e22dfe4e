"""Comparisons: every way to hold a field of a record against a value, and the methods that say so in code.

``Condition("tags").contains("night")`` and ``QuerySpecification().where("tags").contains("night")`` share them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Generic, TypeVar

ConditionValue = bool | int | float | Decimal | datetime | str | None


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
UNARY: Final = frozenset({Comparator.IsNull, Comparator.IsNotNull, Comparator.Exists, Comparator.NotExists})

Outcome = TypeVar("Outcome")

#: What a value may be in code: a member of an enumeration stands for its value.
Operand = ConditionValue | Enum


class Comparisons(ABC, Generic[Outcome]):
    """A field that waits to be compared; each method gives what the comparison makes of it."""

    @abstractmethod
    def compared(self, comparator: Comparator, value: ConditionValue) -> Outcome:
        """Return what the comparison of the field with ``value`` makes of this."""

    def equals(self, value: Operand) -> Outcome:
        """The field equals ``value``."""
        return self.compared(Comparator.Equals, _plain(value))

    def not_equals(self, value: Operand) -> Outcome:
        """The field has a value that differs from ``value``."""
        return self.compared(Comparator.NotEquals, _plain(value))

    def greater_than(self, value: Operand) -> Outcome:
        """The field is greater than ``value``."""
        return self.compared(Comparator.GreaterThan, _plain(value))

    def greater_than_or_equal(self, value: Operand) -> Outcome:
        """The field is ``value`` or greater."""
        return self.compared(Comparator.GreaterThanOrEqual, _plain(value))

    def less_than(self, value: Operand) -> Outcome:
        """The field is less than ``value``."""
        return self.compared(Comparator.LessThan, _plain(value))

    def less_than_or_equal(self, value: Operand) -> Outcome:
        """The field is ``value`` or less."""
        return self.compared(Comparator.LessThanOrEqual, _plain(value))

    def contains(self, value: Operand) -> Outcome:
        """The field is a list with the member ``value``, or a text with this part."""
        return self.compared(Comparator.Contains, _plain(value))

    def not_contains(self, value: Operand) -> Outcome:
        """The field is a list without the member ``value``, or a text without this part."""
        return self.compared(Comparator.NotContains, _plain(value))

    def begins_with(self, text: str) -> Outcome:
        """The field is a text that begins so."""
        return self.compared(Comparator.BeginsWith, text)

    def like(self, pattern: str) -> Outcome:
        """All of the field's text is as the pattern says: ``%`` any run, ``_`` one character."""
        return self.compared(Comparator.Like, pattern)

    def not_like(self, pattern: str) -> Outcome:
        """The field is a text that is not as the pattern says."""
        return self.compared(Comparator.NotLike, pattern)

    def exists(self) -> Outcome:
        """The field has a value."""
        return self.compared(Comparator.Exists, None)

    def not_exists(self) -> Outcome:
        """The field has no value."""
        return self.compared(Comparator.NotExists, None)

    def is_not_null(self) -> Outcome:
        """The field has a value; the platform tells null and missing apart nowhere."""
        return self.compared(Comparator.IsNotNull, None)

    def is_null(self) -> Outcome:
        """The field has no value."""
        return self.compared(Comparator.IsNull, None)


def _plain(value: Operand) -> ConditionValue:
    # Some enumerations are numbers or texts themselves; what travels is the plain value.
    plain: ConditionValue = value.value if isinstance(value, Enum) else value
    return plain
