"""The lock: a lease that its holder prolongs, and that ends by itself when the holder is gone.

A job that is cancelled blocks the next one no longer than :data:`LEASE`. Each lease has a number, one higher than that
of the one before; a holder that was overtaken, because it slept too long, finds its lease gone at the next heartbeat,
and its writes to the inventory are refused in any case.
"""

from __future__ import annotations

import getpass
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reconciler.errors import InventoryMoved, InventoryUnavailable, Locked
from reconciler.inventory.backend import Backend

#: How long a lease holds without a heartbeat.
LEASE: Final = timedelta(seconds=90)

#: Seconds between two heartbeats.
HEARTBEAT: Final = 20.0

#: Seconds between two tries to get a lock that somebody else holds.
PAUSE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds the lock.

    Attributes:
        id: A UUID; what ``reconciler unlock --id`` takes.
        number: One more than that of the lease before.
        who: User and machine, or the actor of a CI job.
        what: What they are doing, in a word.
        since: When they got it; ``expires`` when it ends without a heartbeat.
        run_url: Where their CI job can be watched; empty outside of CI.
    """

    id: str
    number: int
    who: str
    what: str
    since: datetime
    expires: datetime
    run_url: str = ""

    def __str__(self) -> str:
        where = f", {self.run_url}" if self.run_url else ""
        return f"{self.who} ({self.what}) since {self.since.isoformat(timespec='seconds')}{where}"


@dataclass(slots=True)
class Held:
    """A lease that is held; ``is_lost`` when a heartbeat found it gone."""

    lease: Lease
    version: str
    is_lost: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise when the lease is known to be lost.

        Raises:
            InventoryMoved: Somebody else has the lock now.
        """
        if self.is_lost:
            raise InventoryMoved(
                "the lock was lost: somebody else has taken it over",
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
    def held(self, what: str, *, who: str, run_url: str = "", timeout: float = 0.0) -> Iterator[Held]:
        """Hold the lock, prolonging it in a thread of its own; ``timeout`` is in seconds.

        Raises:
            Locked: Somebody else held it all the time.
            InventoryUnavailable: The backend cannot be asked.
        """
        held = self.acquire(what, who=who, run_url=run_url, timeout=timeout)
        beating = threading.Thread(target=self._beat, args=(held,), name="lock-heartbeat", daemon=True)
        beating.start()
        try:
            yield held
        finally:
            held.over.set()
            beating.join(timeout=PAUSE)
            self.release(held)

    def acquire(self, what: str, *, who: str, run_url: str = "", timeout: float = 0.0) -> Held:
        """Get the lock, waiting at most ``timeout`` seconds for whoever holds it.

        Raises:
            Locked: Somebody else held it all the time.
            InventoryUnavailable: The backend cannot be asked.
        """
        until = self.clock() + timeout
        while True:
            got = self._try(what, who=who, run_url=run_url)
            if isinstance(got, Held):
                return got
            if self.clock() >= until:
                raise Locked(
                    f"the inventory is locked by {got}",
                    hint=f"wait with --lock-timeout 5m, or, when that run is dead: reconciler unlock --id {got.id}",
                )
            self.sleep(PAUSE)

    def current(self) -> Lease | None:
        """Return the lease that holds now; None when nobody has the lock."""
        stored = self.backend.read(self.name)
        lease = None if stored is None else _loads(stored.content)
        return lease if lease is not None and lease.expires > self.now() else None

    def prolong(self, held: Held) -> None:
        """Let the lease hold on.

        Raises:
            InventoryMoved: Somebody else has the lock now.
            InventoryUnavailable: The backend cannot be asked.
        """
        lease = replace(held.lease, expires=self.now() + LEASE)
        held.version = self.backend.write(self.name, _dumps(lease), expected=held.version)
        held.lease = lease

    def release(self, held: Held) -> None:
        """Give the lock back; one that was lost, or cannot be given back, ends by itself."""
        # The number must go on from here, so the lease stays, as one that has ended.
        ended = replace(held.lease, expires=self.now())
        with suppress(InventoryMoved, InventoryUnavailable):
            self.backend.write(self.name, _dumps(ended), expected=held.version)

    def unlock(self, lease_id: str) -> Lease | None:
        """End a lease that somebody else holds, and return it; None when it does not hold any more.

        Raises:
            InventoryMoved: It was prolonged or taken over in this very moment.
            InventoryUnavailable: The backend cannot be asked.
        """
        stored = self.backend.read(self.name)
        lease = None if stored is None else _loads(stored.content)
        if stored is None or lease is None or lease.id != lease_id or lease.expires <= self.now():
            return None
        self.backend.write(self.name, _dumps(replace(lease, expires=self.now())), expected=stored.version)
        return lease

    def _try(self, what: str, *, who: str, run_url: str) -> Held | Lease:
        """Return the lock, or the lease that stands in the way."""
        now = self.now()
        stored = self.backend.read(self.name)
        other = None if stored is None else _loads(stored.content)
        if other is not None and other.expires > now:
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
            version = self.backend.write(self.name, _dumps(lease), expected=None if stored is None else stored.version)
        except InventoryMoved:
            return self.current() or lease
        return Held(lease, version)

    def _beat(self, held: Held) -> None:
        while not held.over.wait(HEARTBEAT):
            try:
                self.prolong(held)
            except InventoryMoved:
                held.is_lost = True
                return
            except InventoryUnavailable:
                # The next heartbeat may get through before the lease ends.
                held.is_lost = held.lease.expires <= self.now()


def whoever(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return who is at work and where that can be watched, from the variables of CI or from this machine."""
    if actor := environ.get("GITHUB_ACTOR"):
        parts = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
        server, repository, run = parts
        return actor, f"{server}/{repository}/actions/runs/{run}" if all(parts) else ""
    if user := environ.get("GITLAB_USER_LOGIN"):
        return user, environ.get("CI_JOB_URL", "")
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}", environ.get("CI_JOB_URL") or environ.get("BUILD_URL") or ""


def _dumps(lease: Lease) -> bytes:
    document = {
        "id": lease.id,
        "number": lease.number,
        "who": lease.who,
        "what": lease.what,
        "since": lease.since.isoformat(),
        "expires": lease.expires.isoformat(),
        "run_url": lease.run_url,
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _loads(content: bytes) -> Lease | None:
    """Return a lease; None for what is none, which then holds nobody up."""
    try:
        document: dict[str, Any] = json.loads(content)
        return Lease(
            str(document["id"]),
            int(document["number"]),
            str(document["who"]),
            str(document["what"]),
            datetime.fromisoformat(document["since"]),
            datetime.fromisoformat(document["expires"]),
            str(document["run_url"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
