"""The lock: a lease that its holder prolongs, and that ends by itself when the holder is gone.

A job that is cancelled blocks the next one no longer than :data:`LEASE`. Each lease has a number, one higher than that
of the one before; a holder that was overtaken, because it slept too long, is told by :meth:`Held.check`, and its writes
to the inventory are refused in any case.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.errors import InventoryMoved, InventoryUnavailable, Locked
from reconciler.inventory.backend import Backend
from reconciler.inventory.lease import Lease, dumps, loads

#: How long a lease holds without a heartbeat.
LEASE: Final = timedelta(seconds=90)

#: How long before that its holder stops: the clocks of two machines differ a little.
MARGIN: Final = timedelta(seconds=10)

#: Seconds between two heartbeats.
HEARTBEAT: Final = 20.0

#: Seconds between two tries to get a lock that somebody else holds.
PAUSE: Final = 1.0

#: When a lease ended that was given back or unlocked: by every clock, however far behind.
ENDED: Final = datetime.fromtimestamp(0, UTC)

#: How often a lease is taken, or ended, that somebody else writes in the same moment.
_TRIES: Final = 5


@dataclass(slots=True)
class Held:
    """A lease that is held; ``is_lost`` when it was found to be somebody else's, or nobody's."""

    lease: Lease
    version: str
    now: Callable[[], datetime]
    is_lost: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    writing: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise when the lease is lost, or so old that somebody may take it over any moment.

        Raises:
            InventoryMoved: Nothing more may be sent.
        """
        if self.is_lost or self.now() >= self.lease.expires - MARGIN:
            raise InventoryMoved(
                "the lock was lost: it was not prolonged in time, or somebody ended it",
                hint='see what was done with "reconciler history", then plan again',
            )


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of one inventory.

    Attributes:
        backend: Where it is kept, as the object ``name``.
        now: The time, in UTC; ``clock`` gives seconds and ``sleep`` waits for some.
    """

    backend: Backend
    name: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @contextmanager
    def held(
        self, what: str, *, who: str, run_url: str = "", timeout: float = 0.0, heartbeat: float = HEARTBEAT
    ) -> Iterator[Held]:
        """Hold the lock, prolonging it in a thread of its own; ``timeout`` and ``heartbeat`` are in seconds.

        Raises:
            Locked: Somebody else held it all the time.
            InventoryUnavailable: The backend cannot be asked.
        """
        held = self.acquire(what, who=who, run_url=run_url, timeout=timeout)
        beating = threading.Thread(target=self._beat, args=(held, heartbeat), name="lock-heartbeat", daemon=True)
        beating.start()
        try:
            yield held
        finally:
            held.over.set()
            self.release(held)
            beating.join()

    def acquire(self, what: str, *, who: str, run_url: str = "", timeout: float = 0.0) -> Held:
        """Get the lock, waiting at most ``timeout`` seconds for whoever holds it.

        Raises:
            Locked: Somebody else held it all the time.
            InventoryMoved: Others took it and gave it back again and again in this very moment.
            InventoryUnavailable: The backend cannot be asked.
        """
        until = self.clock() + timeout
        seen: Lease | None = None
        silent_from = 0.0
        while True:
            # The clock of whoever wrote the lease may be ahead of ours; how long nobody prolongs it does not depend
            # on that.
            is_silent = seen is not None and self.clock() >= silent_from
            got = self._try(what, who=who, run_url=run_url, silent=seen if is_silent else None)
            if isinstance(got, Held):
                return got
            if got != seen:
                seen, silent_from = got, self.clock() + LEASE.total_seconds()
            if self.clock() >= until:
                raise Locked(
                    f"the inventory is locked by {got}",
                    hint=f"wait with --lock-timeout 5m, or, when that run is dead: reconciler unlock --id {got.id}",
                )
            self.sleep(PAUSE)

    def current(self) -> Lease | None:
        """Return the lease that holds now; None when nobody has the lock."""
        lease, _ = self._read()
        return lease if lease is not None and lease.expires > self.now() else None

    def prolong(self, held: Held) -> None:
        """Let the lease hold on.

        Raises:
            InventoryMoved: Somebody else has the lock now, or ended the lease.
            InventoryUnavailable: The backend cannot be asked.
        """
        with held.writing:
            if held.over.is_set():
                return
            lease = replace(held.lease, expires=self.now() + LEASE)
            try:
                held.version = self._prolonged(held, lease)
            except InventoryMoved:
                held.is_lost = True
                raise
            held.lease = lease

    def release(self, held: Held) -> None:
        """Give the lock back; one that was lost, or cannot be given back, ends by itself."""
        held.over.set()
        # The number must go on from here, so the lease stays, as one that has ended.
        with held.writing, suppress(InventoryMoved, InventoryUnavailable):
            self.backend.write(self.name, dumps(replace(held.lease, expires=ENDED)), expected=held.version)

    def unlock(self, lease_id: str) -> Lease | None:
        """End a lease that somebody else holds, and return it; None when it does not hold any more.

        Raises:
            InventoryMoved: It was prolonged again and again in this very moment.
            InventoryUnavailable: The backend cannot be asked.
        """
        for tries in range(_TRIES):
            lease, version = self._read()
            if lease is None or lease.id != lease_id or lease.expires <= self.now():
                return None
            try:
                self.backend.write(self.name, dumps(replace(lease, expires=ENDED)), expected=version)
            except InventoryMoved:
                if tries == _TRIES - 1:
                    raise
            else:
                return lease
        raise AssertionError("the last try returns or raises")

    def _try(self, what: str, *, who: str, run_url: str, silent: Lease | None) -> Held | Lease:
        """Return the lock, or the lease that stands in the way; one that went ``silent`` does not."""
        for tries in range(_TRIES):
            now = self.now()
            other, version = self._read()
            if other is not None and other.expires > now and other != silent:
                return other
            lease = Lease(
                id=str(uuid.uuid4()),
                number=1 if other is None else other.number + 1,
                who=who,
                what=what,
                since=now,
                expires=now + LEASE,
                run_url=run_url,
            )
            try:
                return Held(lease, self.backend.write(self.name, dumps(lease), expected=version), self.now)
            except InventoryMoved:
                # Somebody was quicker, and may be done with it already.
                if tries == _TRIES - 1:
                    raise
        raise AssertionError("the last try returns or raises")

    def _prolonged(self, held: Held, lease: Lease) -> str:
        try:
            return self.backend.write(self.name, dumps(lease), expected=held.version)
        except InventoryMoved:
            # A heartbeat whose answer was lost has written it all the same; whoever ends a lease writes an earlier end.
            found, version = self._read()
            if found is None or found.id != lease.id or found.expires < held.lease.expires:
                raise
            return self.backend.write(self.name, dumps(lease), expected=version)

    def _read(self) -> tuple[Lease | None, str | None]:
        stored = self.backend.read(self.name)
        return (None, None) if stored is None else (loads(stored.content), stored.version)

    def _beat(self, held: Held, every: float) -> None:
        while not held.over.wait(every):
            try:
                self.prolong(held)
            except InventoryMoved:
                return
            except InventoryUnavailable:
                # The next heartbeat may get through before the lease ends; until then check() looks at the clock.
                continue
