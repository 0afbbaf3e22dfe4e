"""The pulse of runs: tells the platform that they are alive, and them when they must end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.embedded.access import Caller
from reconciler.embedded.leases import LeaseLost, attempt_of, is_held
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import PlatformError

#: Tells how time passes, in seconds.
Monotonic = Callable[[], float]

#: Who is recorded for what a run does.
RUNNER: Final = "runner@localhost"


def at_work_for(platform: EmbeddedPlatform, record: InvocationRecord) -> EmbeddedPlatform:
    """Return the platform as a runner sees it that works on an invocation it claimed; writes are for that attempt."""
    caller = Caller(RUNNER, record.org_id, invocation_id=record.invocation_id, attempt=attempt_of(record))
    return platform.as_caller(caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often things are done, in seconds.

    Attributes:
        idle: Between two looks at what is queued.
        look: Between two looks at whether a run was cancelled.
        heartbeat: Between two signs of life of a run.
        silence: A run without a sign of life for so long has lost its runner.
        grace: A command that is to end has so long before it is killed.
        minute: Of the timeout that an action has.
    """

    idle: float = 1.0
    look: float = 0.5
    heartbeat: float = 10.0
    silence: float = 60.0
    grace: float = 3.0
    minute: float = 60.0


class Halt(Enum):
    """Why a run must not go on."""

    CANCELLED = "the invocation was cancelled"
    LOST = "the invocation is no longer this runner's"
    STOPPED = "the runner was stopped"


class Halted(Exception):
    """Leaves a run that must not go on; never leaves the runner."""

    def __init__(self, halt: Halt) -> None:
        super().__init__(halt.value)
        self.halt = halt


class Watch:
    """Whether one attempt at an invocation may go on."""

    def __init__(self, record: InvocationRecord) -> None:
        self.record = record
        self._attempt = attempt_of(record)
        self._halt: Halt | None = None

    def check(self) -> None:
        """Go on, or leave.

        Raises:
            Halted: The attempt must not go on.
        """
        if self._halt is not None:
            raise Halted(self._halt)

    @property
    def reason(self) -> Halt | None:
        """Why the attempt must not go on; None while it may."""
        return self._halt

    def halt(self, reason: Halt) -> None:
        """End the attempt; the first reason counts."""
        self._halt = self._halt or reason

    def judge(self, record: InvocationRecord) -> None:
        """End the attempt when the invocation was cancelled, ended, queued again or given to somebody else."""
        held = is_held(record, attempt=self._attempt)
        if held and record.last_status is InvocationStatus.Cancelled:
            self.halt(Halt.CANCELLED)
        elif not held or record.last_status.is_terminal():
            self.halt(Halt.LOST)


class Pulse:
    """Watches over the attempts under way from a thread of its own, while it is entered."""

    def __init__(self, platform: EmbeddedPlatform, pace: Pace, *, monotonic: Monotonic = time.monotonic) -> None:
        self._platform = platform
        self._pace = pace
        self._monotonic = monotonic
        self._watches: dict[Watch, float] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @contextmanager
    def watching(self, record: InvocationRecord) -> Iterator[Watch]:
        """Watch over an attempt."""
        watch = Watch(record)
        with self._lock:
            self._watches[watch] = self._monotonic()
        try:
            yield watch
        finally:
            with self._lock:
                del self._watches[watch]

    def halt_all(self, reason: Halt) -> None:
        """End every attempt under way."""
        for watch in self._current():
            watch.halt(reason)

    def check(self) -> None:
        """Raise what ended the watching, if anything did: nobody would tell a run that it was cancelled."""
        if self._failure is not None:
            raise self._failure

    def _beat(self) -> None:
        try:
            while not self._over.wait(self._pace.look):
                for watch in self._current():
                    self._look_after(watch)
        except BaseException as error:  # noqa: BLE001  handed to the runner, which raises it
            self._failure = error

    def _look_after(self, watch: Watch) -> None:
        try:
            invocation_id, seen = watch.record.invocation_id, at_work_for(self._platform, watch.record)
            if self._monotonic() - self._watches.get(watch, 0) < self._pace.heartbeat:
                watch.judge(seen.get_invocation(invocation_id))
                return
            watch.judge(seen.run_queue.heartbeat(invocation_id))
        except LeaseLost:
            watch.halt(Halt.LOST)
            return
        except PlatformError:
            # A database that is busy for once: the next look comes soon, and the run has time until it counts as lost.
            return
        with self._lock:
            if watch in self._watches:
                self._watches[watch] = self._monotonic()

    def _current(self) -> list[Watch]:
        with self._lock:
            return list(self._watches)
