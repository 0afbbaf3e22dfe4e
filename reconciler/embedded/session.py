"""A caller at work on the platform: every operation is one transaction, by its name and by the rules for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from reconciler.embedded import evaluating, waiting_events
from reconciler.embedded.access import Caller
from reconciler.embedded.doing import doing
from reconciler.embedded.leases import check_lease
from reconciler.embedded.scheduler import Clock
from reconciler.embedded.store import Rows, Store
from reconciler.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Session:
    """What operations are done with: the rows, for whom, and the time."""

    store: Store
    caller: Caller
    clock: Clock

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self.clock()

    @contextmanager
    def reading(self, operation: str) -> Iterator[Rows]:
        """Give the rows as they stand at one moment."""
        with doing(operation), self.store.reading() as rows:
            yield rows

    @contextmanager
    def writing(self, operation: str, *, may_have_ended: bool = False) -> Iterator[Rows]:
        """Give the rows for writing, to whoever holds a lease where one is needed."""
        with doing(operation), self.store.atomic() as rows:
            check_lease(rows, self.caller, may_have_ended=may_have_ended)
            yield rows

    @contextmanager
    def causing_events(self, operation: str) -> Iterator[Rows]:
        """Write, and then evaluate triggers for what was noted meanwhile."""
        with self.writing(operation) as rows:
            yield rows
        self.evaluate_noted()

    def evaluate_noted(self) -> None:
        """Evaluate triggers for a write that has taken effect: what goes wrong stays noted, for the next event."""
        with suppress(PlatformError):
            self.evaluate_pending()

    def evaluate_pending(self) -> None:
        """Evaluate triggers for everything that is noted."""
        evaluating.run_pending(self.store, now=self.clock)
        waiting_events.run_waiting(self.store, now=self.clock)
