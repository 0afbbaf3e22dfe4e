"""The scheduler: fires what is due, each time of a schedule once, whoever looks and whenever they started.

A schedule's next time is kept with its trigger and moved on in the transaction that fires it. Times that were missed,
because nobody was there to look, are made up for by the latest of them alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.domain.schedules import latest_occurrence, next_occurrence
from reconciler.domain.trigger_shapes import Schedule
from reconciler.embedded import occasions, shapes
from reconciler.embedded.dispatching import dispatch
from reconciler.embedded.store import Rows, Store
from reconciler.embedded.targeted_rows import TargetedRow
from reconciler.errors import PlatformError

#: Tells the time, in UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


#: How long the scheduler sleeps at most: other processes may have made a trigger meanwhile.
LONGEST_SLEEP: Final = timedelta(seconds=5)


def run_due(store: Store, *, now: Clock) -> int:
    """Fire every trigger whose time has come, and return how many there were; several processes may do so at once.

    Raises:
        PlatformUnavailable: The database failed; what was not fired stays due.
    """
    fired = 0
    while _is_any_due(store, now=now()):
        with store.atomic() as rows:
            moment = now()
            due = rows.targeted.due(moment)
            if due is not None:
                _fire(rows, due, now=moment)
                fired += 1
    return fired


class Scheduler:
    """Runs what is due, as its time comes."""

    def __init__(self, store: Store, *, now: Clock) -> None:
        self._store = store
        self._now = now
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Look no more; ``run`` returns after what is being fired."""
        self._stopping.set()

    def run(self) -> None:
        """Look for what is due, the first time at once, until stopped."""
        sleep = timedelta()
        while not self._stopping.wait(sleep.total_seconds()):
            sleep = LONGEST_SLEEP
            # A database that fails now may work the next time; what is due stays due.
            with suppress(PlatformError):
                run_due(self._store, now=self._now)
                sleep = self._until_next()

    def _until_next(self) -> timedelta:
        with self._store.reading() as rows:
            soonest = rows.targeted.soonest()
        if soonest is None:
            return LONGEST_SLEEP
        return min(max(soonest - self._now(), timedelta()), LONGEST_SLEEP)


def _is_any_due(store: Store, *, now: datetime) -> bool:
    # Most often nothing is due: looking takes no lock.
    with store.reading() as rows:
        soonest = rows.targeted.soonest()
    return soonest is not None and soonest <= now


def _fire(rows: Rows, due: TargetedRow, *, now: datetime) -> None:
    schedule = due.record.fires_on
    assert isinstance(schedule, Schedule)
    assert due.next_occurrence is not None
    latest = max(due.next_occurrence, latest_occurrence(schedule.cron, until=now))
    rows.targeted.set_next(due.record.trigger_id, next_occurrence(schedule.cron, after=now))
    dispatch(rows, shapes.of_row(due), occasions.of_schedule(due.record, latest), now=now)
