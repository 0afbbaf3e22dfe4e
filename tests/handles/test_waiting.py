"""Waiting: how often is looked, how long is waited, and what a timeout says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from reconciler.handles.waiting import Interval, Pace, pacing, wait_until


@dataclass
class Day:
    """A clock that only moves while somebody sleeps."""

    now: float = 100.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def waits(self, done: Callable[[], bool], *, timeout: float, poll_interval: Interval) -> None:
        """Wait by this clock."""
        with pacing(Pace(clock=lambda: self.now, sleep=self.sleep)):
            wait_until(done, timeout=timeout, poll_interval=poll_interval, awaited="rain")


def test_what_is_so_already_needs_no_waiting() -> None:
    """The first look comes before the first pause, even without any time to wait."""
    day = Day()

    day.waits(lambda: True, timeout=0, poll_interval=5)

    assert day.pauses == []


def test_looks_are_an_interval_apart() -> None:
    """It is over as soon as a look says so."""
    day = Day()

    day.waits(lambda: day.now >= 110, timeout=300, poll_interval=5)

    assert day.pauses == [5, 5]


def test_the_last_look_is_when_the_time_is_up() -> None:
    """The last pause is as long as there is time left, and the message says what did not come."""
    day = Day()

    with pytest.raises(TimeoutError, match="waited 12 seconds for rain"):
        day.waits(lambda: False, timeout=12, poll_interval=5)

    assert day.pauses == [5, 5, 2]


def test_an_interval_may_depend_on_how_often_was_looked() -> None:
    """A function is asked with the number of looks so far."""
    day = Day()

    with pytest.raises(TimeoutError):
        day.waits(lambda: False, timeout=10, poll_interval=lambda looks: 2**looks)

    assert day.pauses == [2, 4, 4]
