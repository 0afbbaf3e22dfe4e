"""Waiting until something is so, asking again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Final

#: Seconds between two looks, or what tells them by the number of looks there were.
Interval = float | Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes: ``clock`` tells seconds that never go back, ``sleep`` lets some pass."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


_REAL: Final = Pace()
_PACE: Final[ContextVar[Pace]] = ContextVar("pace")


@contextmanager
def pacing(pace: Pace) -> Iterator[None]:
    """Let waiting go by this clock for the length of a ``with``, in this thread or task."""
    token = _PACE.set(pace)
    try:
        yield
    finally:
        _PACE.reset(token)


def wait_until(done: Callable[[], bool], *, timeout: float, poll_interval: Interval, awaited: str) -> None:
    """Ask until ``done`` says True, at least once and a last time when the time is up.

    Args:
        done: Looks once.
        timeout: Seconds to wait at most.
        poll_interval: Seconds between two looks.
        awaited: What is waited for, in words that follow "waited for".

    Raises:
        TimeoutError: The time is up.
    """
    pace = _PACE.get(_REAL)
    deadline = pace.clock() + timeout
    for looks in count(1):
        if done():
            return
        left = deadline - pace.clock()
        if left <= 0:
            raise TimeoutError(f"waited {timeout:g} seconds for {awaited}")
        pause = poll_interval(looks) if callable(poll_interval) else poll_interval
        pace.sleep(min(pause, left))
