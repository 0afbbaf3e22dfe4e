"""Schedules: which expressions are ones, and when their times come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.schedules import latest_occurrence, next_occurrence, schedule_problem


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "*/5 * * * *",
        "0 6 * * MON-FRI",
        "0 6 1 jan,jul *",
        "5/10 0-4,22 1-5/2 * 7",
        "  0\t0 29 2 *  ",
        "0 0 31 4 1",
    ],
)
def test_five_fields_make_a_schedule(expression: str) -> None:
    """Numbers, names, lists, ranges and steps."""
    assert schedule_problem(expression) is None


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("", "0 were found"),
        ("@daily", "five fields"),
        ("* * * *", "4 were found"),
        ("* * * * * *", "6 were found"),
        ("* " * 2000, "five fields"),
        ("61 * * * *", "minute"),
        ("0 24 * * *", "hour"),
        ("0 0 0 * *", "day of month"),
        ("0 0 * 13 *", "month"),
        ("0 0 * * 8", "day of week"),
        ("0 0 * * 5-1", "day of week"),
        ("*/0 * * * *", "minute"),
        ("H * * * *", "minute"),
        ("0 0 L * *", "day of month"),
        ("0 0 ? * ?", "day of month, day of week"),
        ("0 0 * * 1#2", "day of week"),
        ("٣ * * * *", "minute"),
        ("0 0 30 2 *", "no such month has"),
        ("0,,1 * * * *", "minute"),
    ],
)
def test_what_clients_do_not_read_is_no_schedule(expression: str, word: str) -> None:
    """The official clients refuse such expressions, also when they read them: one would break a listing."""
    problem = schedule_problem(expression)

    assert problem is not None
    assert word in problem


def test_the_next_occurrence_is_later() -> None:
    """An occurrence that is now is not the next."""
    six = datetime(2026, 9, 1, 6, tzinfo=UTC)

    assert next_occurrence("0 6 * * *", after=six) == six + timedelta(days=1)
    assert next_occurrence("0 6 * * *", after=six - timedelta(microseconds=1)) == six


def test_the_latest_occurrence_may_be_now() -> None:
    """Whoever looks at six o'clock sees the occurrence of six o'clock."""
    six = datetime(2026, 9, 1, 6, tzinfo=UTC)

    assert latest_occurrence("0 6 * * *", until=six) == six
    assert latest_occurrence("0 6 * * *", until=six - timedelta(microseconds=1)) == six - timedelta(days=1)


def test_times_are_in_utc() -> None:
    """Where the caller's clock stands makes no difference."""
    there = timezone(timedelta(hours=5, minutes=30))

    assert next_occurrence("0 6 * * *", after=datetime(2026, 9, 1, 6, tzinfo=there)) == datetime(
        2026, 9, 1, 6, tzinfo=UTC
    )


@given(
    st.sampled_from(["* * * * *", "*/7 * * * *", "0 6 * * MON", "30 4 1,15 * 5", "0 0 29 2 *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_nothing_lies_between_an_occurrence_and_the_next(expression: str, moment: datetime) -> None:
    """The latest before the next one is not after the moment, and the next after the latest is."""
    following = next_occurrence(expression, after=moment)
    latest = latest_occurrence(expression, until=moment)

    assert latest <= moment < following
    assert next_occurrence(expression, after=latest) == following
    assert latest_occurrence(expression, until=following) == following


def test_what_is_no_schedule_has_no_times() -> None:
    """A mistake that got through is an error with a name, and no endless search."""
    with pytest.raises(ValueError, match="names no time"):
        next_occurrence("0 0 30 2 *", after=datetime(2026, 1, 1, tzinfo=UTC))
