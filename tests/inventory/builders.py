"""Builders with valid defaults, and time that passes when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reconciler.inventory.backend import Backend
from reconciler.inventory.lock import Lock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NAME = "6f0c2a54/default/lock.json"


@dataclass
class Time:
    """A clock; ``sleep`` moves it, and does beforehand what is to happen meanwhile."""

    moment: datetime = NOON
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        """Return the time."""
        return self.moment

    def clock(self) -> float:
        """Return seconds."""
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        self.meanwhile()


def lock_on(backend: Backend, time: Time) -> Lock:
    """Return the lock of an inventory, by this time."""
    return Lock(backend, NAME, now=time.now, clock=time.clock, sleep=time.sleep)
