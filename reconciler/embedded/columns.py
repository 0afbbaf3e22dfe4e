"""Columns: how the fields that are searched for are kept, and what of a condition's operands they compare with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from reconciler.domain.conditions import ConditionValue

SqlValue = int | float | str


class Column(NamedTuple):
    """One column, never null.

    ``operand`` turns what a condition compares with into what the column holds; None where SQL would compare
    otherwise than conditions do.
    """

    name: str
    operand: Callable[[ConditionValue], SqlValue | None]


def text(name: str) -> Column:
    """Return a column of texts; SQLite orders them by code point, as Python does."""
    return Column(name, _text_operand)


def number(name: str) -> Column:
    """Return a column of whole numbers."""
    return Column(name, _number_operand)


def moment(name: str) -> Column:
    """Return a column of times, in microseconds since 1970."""
    return Column(name, _moment_operand)


def microseconds(time: datetime) -> int:
    """Return a time with a zone as whole microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def time_of(microseconds_since: int) -> datetime:
    """Return the time, in UTC, that is so many microseconds after the beginning of 1970."""
    return _EPOCH + timedelta(microseconds=microseconds_since)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _text_operand(value: ConditionValue) -> str | None:
    # Half a surrogate pair is text to Python and nothing to SQLite.
    return value if isinstance(value, str) and value.isprintable() else None


def _number_operand(value: ConditionValue) -> int | None:
    return int(value) if isinstance(value, int) and value.bit_length() < 64 else None


def _moment_operand(value: ConditionValue) -> int | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
        return microseconds(time) if isinstance(time, datetime) and time.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
