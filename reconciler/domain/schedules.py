"""Schedules: cron expressions of five fields, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_FIELDS: Final = ("minute", "hour", "day of month", "month", "day of week")

#: What the official clients read: numbers, names of months and weekdays, lists, ranges, steps; no ``L``, ``W``, ``#``.
_NAME: Final = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT"
_VALUE: Final = rf"(?:[0-9]{{1,4}}|{_NAME})"
_TERM: Final = rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/[0-9]{{1,4}})?"
_FIELD: Final = re.compile(rf"{_TERM}(?:,{_TERM})*", re.ASCII | re.IGNORECASE)

#: Characters; every value of every field written out needs fewer.
_LONGEST: Final = 1000


def schedule_problem(expression: str) -> str | None:
    """Say why an expression is no schedule; None when it is one."""
    fields = expression[: _LONGEST + 1].split()
    if len(expression) > _LONGEST or len(fields) != len(_FIELDS):
        return f"a schedule has five fields ({', '.join(_FIELDS)}), as in 0 6 * * MON-FRI; {len(fields)} were found"
    wrong = [name for name, field in zip(_FIELDS, fields, strict=True) if not _FIELD.fullmatch(field)]
    if wrong:
        return (
            f"{', '.join(wrong)}: write numbers or names, with commas, ranges (1-5) and steps (*/15), in five fields "
            f"({', '.join(_FIELDS)})"
        )
    return _never_problem(expression)


def next_occurrence(expression: str, *, after: datetime) -> datetime:
    """Return the first time after ``after`` that the schedule names, in UTC.

    Raises:
        ValueError: It is no schedule, or one whose time never comes.
    """
    from cronsim import CronSim, CronSimError

    try:
        return next(CronSim(expression, after.astimezone(UTC)))
    except (CronSimError, StopIteration, OverflowError) as error:
        raise ValueError(f"{expression[:100]!r} names no time after {after.isoformat()}") from error


def latest_occurrence(expression: str, *, until: datetime) -> datetime:
    """Return the last time until ``until``, it included, that the schedule names, in UTC.

    Raises:
        ValueError: It is no schedule, or one whose time never came.
    """
    from cronsim import CronSim, CronSimError

    start = until.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    try:
        return next(CronSim(expression, start, reverse=True))
    except (CronSimError, StopIteration, OverflowError) as error:
        raise ValueError(f"{expression[:100]!r} names no time until {until.isoformat()}") from error


#: A time to try schedules at: which one does not matter, whoever skips it finds the leap years behind it.
_ANY_TIME: Final = datetime(2024, 1, 1, tzinfo=UTC)


def _never_problem(expression: str) -> str | None:
    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(expression, _ANY_TIME))
    except CronSimError as error:
        field = str(error).removeprefix("Bad ").replace("-", " ")
        return f"{field}: out of range, a range that ends before it begins, or a day that no such month has"
    except StopIteration:
        return "no such day ever comes"
    return None
