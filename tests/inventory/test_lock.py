"""The lock, on every backend: one holder at a time, and none that blocks for longer than its lease."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.errors import InventoryMoved, InventoryUnavailable, Locked
from reconciler.inventory.backend import Backend, InventoryStore
from reconciler.inventory.document import Inventory
from reconciler.inventory.lease import dumps
from reconciler.inventory.local import LocalFolder
from reconciler.inventory.lock import LEASE, MARGIN, Held, Lock
from tests.inventory.builders import NAME, NOON, Time, lock_on

RUN = "https://github.com/acme/robots/actions/runs/7"


@pytest.fixture
def time() -> Time:
    """Return a clock that stands at noon."""
    return Time()


@pytest.fixture
def lock(backend: Backend, time: Time) -> Lock:
    """Return a lock that nobody holds."""
    return lock_on(backend, time)


@pytest.fixture
def local_lock(tmp_path: Path, time: Time) -> Lock:
    """Return a lock in a folder, for what does not depend on the backend."""
    return lock_on(LocalFolder(tmp_path), time)


def ann(lock: Lock, *, timeout: float = 0.0) -> Held:
    """Let Ann acquire the lock in a pipeline."""
    return lock.acquire("apply", who="ann", run_url=RUN, timeout=timeout)


def bob(lock: Lock, *, timeout: float = 0.0) -> Held:
    """Let Bob acquire the lock on his machine."""
    return lock.acquire("adopt", who="bob@laptop", timeout=timeout)


def test_whoever_comes_second_is_told_who_was_first(lock: Lock) -> None:
    """The refusal says who, what, since when, where it can be watched, and how to get past it; exit 6."""
    held = ann(lock)
    with pytest.raises(Locked) as refused:
        bob(lock)
    assert refused.value.message == f"the inventory is locked by ann (apply) since 2026-11-23T12:00:00+00:00, {RUN}"
    assert f"reconciler unlock --id {held.lease.id}" in refused.value.hint
    assert "--lock-timeout" in refused.value.hint
    assert refused.value.exit_code == 6


def test_a_lock_that_was_given_back_is_free(lock: Lock) -> None:
    """After release nobody has the lock, and the next lease has the next number."""
    held = ann(lock)
    assert lock.current() == held.lease
    lock.release(held)
    assert lock.current() is None
    assert bob(lock).lease.number == held.lease.number + 1


def test_waiting_ends_when_the_lock_is_free(lock: Lock, time: Time) -> None:
    """Whoever waits gets the lock when the holder gives it back in time."""
    held = ann(lock)

    def meanwhile() -> None:
        if len(time.slept) == 3:
            lock.release(held)

    time.meanwhile = meanwhile
    assert bob(lock, timeout=10.0).lease.who == "bob@laptop"
    assert time.slept == [1.0, 1.0, 1.0]


def test_waiting_ends_with_the_timeout(local_lock: Lock, time: Time) -> None:
    """Whoever waits in vain is told after the timeout, not much earlier or later."""
    ann(local_lock)
    with pytest.raises(Locked):
        bob(local_lock, timeout=30.0)
    assert sum(time.slept) == 30.0


def test_a_holder_that_is_gone_blocks_no_longer_than_its_lease(lock: Lock, time: Time) -> None:
    """Without a heartbeat the lease is taken over when it ends, under the next number."""
    gone = ann(lock)
    time.moment += LEASE - timedelta(seconds=1)
    with pytest.raises(Locked):
        bob(lock)
    time.moment += timedelta(seconds=1)
    assert bob(lock).lease.number == gone.lease.number + 1


def test_a_dead_holder_whose_clock_was_ahead_is_waited_for_no_longer(local_lock: Lock, time: Time) -> None:
    """Its lease seems to hold for hours; nobody prolongs it while we wait."""
    ahead = replace(local_lock, now=lambda: time.moment + timedelta(hours=5))
    gone = ann(ahead)
    with pytest.raises(Locked):
        bob(local_lock, timeout=60.0)
    assert bob(local_lock, timeout=120.0).lease.number == gone.lease.number + 1
    assert sum(time.slept) == 60.0 + LEASE.total_seconds()


def test_what_a_holder_gives_back_is_free_by_every_clock(lock: Lock, time: Time) -> None:
    """Also when its own clock is ahead of the others."""
    ahead = replace(lock, now=lambda: time.moment + timedelta(hours=5))
    ahead.release(ann(ahead))
    bob(lock)


def test_a_living_holder_whose_clock_is_ahead_is_waited_for(local_lock: Lock, time: Time) -> None:
    """Each heartbeat is a sign of life."""
    ahead = replace(local_lock, now=lambda: time.moment + timedelta(hours=5))
    held = ann(ahead)

    def meanwhile() -> None:
        if len(time.slept) % 20 == 0:
            ahead.prolong(held)

    time.meanwhile = meanwhile
    with pytest.raises(Locked):
        bob(local_lock, timeout=300.0)
    held.check()


def test_a_heartbeat_makes_the_lease_last(lock: Lock, time: Time) -> None:
    """With heartbeats nobody gets the lock, however long it is held."""
    held = ann(lock)
    for _ in range(5):
        time.moment += LEASE - timedelta(seconds=1)
        lock.prolong(held)
    with pytest.raises(Locked):
        bob(lock)
    assert lock.current() == held.lease
    assert held.lease.since == NOON


def test_a_holder_that_was_overtaken_finds_out_at_the_next_heartbeat(lock: Lock, time: Time) -> None:
    """A process that slept over the end of its lease may do nothing more, and takes nothing away from the next."""
    slow = ann(lock)
    time.moment += LEASE
    quick = bob(lock)
    with pytest.raises(InventoryMoved):
        lock.prolong(slow)
    with pytest.raises(InventoryMoved, match="the lock was lost") as lost:
        slow.check()
    assert lost.value.exit_code == 6
    lock.release(slow)
    assert lock.current() == quick.lease
    quick.check()


def test_a_holder_knows_by_its_own_clock_that_it_overslept(local_lock: Lock, time: Time) -> None:
    """Before the lease can be taken over its holder stops, heartbeat or not, with a margin for two clocks."""
    held = ann(local_lock)
    time.moment += LEASE - MARGIN - timedelta(seconds=1)
    held.check()
    time.moment += timedelta(seconds=1)
    with pytest.raises(InventoryMoved):
        held.check()
    local_lock.prolong(held)
    held.check()


def test_a_writer_that_lost_its_lease_is_stopped_by_the_inventory(backend: Backend, lock: Lock, time: Time) -> None:
    """Even one that never looks at its lease cannot write over what the next holder wrote."""
    store = InventoryStore(backend, "6f0c2a54")
    store.write(Inventory.new("6f0c2a54"), expected=None)
    ann(lock)
    overslept, version = store.read()
    time.moment += LEASE
    bob(lock)
    inventory, theirs = store.read()
    store.write(replace(inventory, serial=inventory.serial + 1), expected=theirs)
    with pytest.raises(InventoryMoved):
        store.write(overslept, expected=version)
    assert store.read()[0].serial == inventory.serial + 1


def test_a_lock_is_ended_by_its_id_alone(lock: Lock) -> None:
    """Unlocking takes the id that was shown: another one, as of an earlier holder, ends nothing."""
    held = ann(lock)
    assert lock.unlock("another") is None
    assert lock.current() == held.lease
    assert lock.unlock(held.lease.id) == held.lease
    assert lock.current() is None
    assert lock.unlock(held.lease.id) is None
    with pytest.raises(InventoryMoved):
        lock.prolong(held)
    with pytest.raises(InventoryMoved):
        held.check()


def test_a_lock_that_nobody_ever_held_cannot_be_ended(local_lock: Lock) -> None:
    """Unlocking nothing is no error and makes nothing."""
    assert local_lock.unlock("another") is None
    assert local_lock.current() is None


class Flaky:
    """A backend whose next write arrives, and whose answer does not."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.place, self.read, self.delete, self.names = backend.place, backend.read, backend.delete, backend.names
        self.is_lost = False

    def write(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Write, and forget to say so once."""
        version = self.backend.write(name, content, expected=expected)
        if self.is_lost:
            self.is_lost = False
            raise InventoryUnavailable("the answer was lost")
        return version


def test_a_heartbeat_whose_answer_was_lost_loses_no_lock(tmp_path: Path, time: Time) -> None:
    """The holder finds its own heartbeat in the way of the next, and goes on."""
    flaky = Flaky(LocalFolder(tmp_path))
    lock = lock_on(flaky, time)
    held = ann(lock)
    time.moment += timedelta(seconds=20)
    flaky.is_lost = True
    with pytest.raises(InventoryUnavailable):
        lock.prolong(held)
    held.check()
    time.moment += timedelta(seconds=20)
    lock.prolong(held)
    assert held.lease.expires == time.moment + LEASE
    lock.release(held)
    assert lock.current() is None


def test_of_sixteen_threads_one_gets_the_lock(lock: Lock) -> None:
    """Whoever asks at the same time, exactly one holds it."""

    def work(number: int) -> Held | None:
        try:
            return lock.acquire("apply", who=f"thread {number}")
        except Locked:
            return None

    with ThreadPoolExecutor(16) as threads:
        held = [each for each in threads.map(work, range(16)) if each is not None]
    assert [lock.current()] == [each.lease for each in held]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"id": 7}', b"\xff", b"[" * 100_000],
    ids=["empty", "cut off", "list", "null", "incomplete", "no text", "deep"],
)
def test_a_damaged_lock_holds_nobody_up(tmp_path: Path, time: Time, content: bytes) -> None:
    """What is no lease is taken over; the inventory's own compare-and-swap protects it still."""
    backend = LocalFolder(tmp_path)
    backend.write(NAME, content, expected=None)
    lock = lock_on(backend, time)
    assert lock.current() is None
    held = ann(lock)
    assert lock.current() == held.lease


def test_a_time_without_a_zone_is_no_lease(tmp_path: Path, time: Time) -> None:
    """A lease that cannot be compared with the time is as good as none."""
    backend = LocalFolder(tmp_path)
    naive = replace(ann(lock_on(backend, time)).lease, expires=(NOON + LEASE).replace(tzinfo=None))
    stored = backend.read(NAME)
    assert stored is not None
    backend.write(NAME, dumps(naive), expected=stored.version)
    bob(lock_on(backend, time))


def test_the_heartbeat_beats_until_the_end(tmp_path: Path) -> None:
    """While the lock is held a thread prolongs it; afterwards the lock is free and the thread is over."""
    backend, beaten = LocalFolder(tmp_path), threading.Event()

    class Watched(Flaky):
        def write(self, name: str, content: bytes, *, expected: str | None) -> str:
            version = super().write(name, content, expected=expected)
            if expected is not None:
                beaten.set()
            return version

    lock = Lock(Watched(backend), NAME)
    with lock.held("apply", who="ann", heartbeat=0.001) as held:
        assert beaten.wait(timeout=60)
        held.check()
    assert held.lease.expires > held.lease.since + LEASE
    assert lock.current() is None
    assert "lock-heartbeat" not in {thread.name for thread in threading.enumerate()}


def test_the_lock_is_given_back_after_an_error(local_lock: Lock) -> None:
    """Whatever ends the work, the lock is free."""
    with pytest.raises(RuntimeError), local_lock.held("apply", who="ann"):
        raise RuntimeError
    assert local_lock.current() is None
