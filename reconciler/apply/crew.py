"""The worker threads of an apply, and the two queues between them and the thread that directs them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from reconciler.apply.delivery import Delivery
from reconciler.plan.model import Change

#: Seconds that one wait takes at most: an endless one cannot be interrupted everywhere (Windows, for one).
_ONE_WAIT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker hands back; ``bug`` is an exception that is not of our tree."""

    change: Change
    delivery: Delivery | None
    seconds: float
    bug: BaseException | None = None


class Crew:
    """Worker threads that deliver changes, hired as they are needed.

    They are daemons, unlike those of an executor pool, so that a process that gave up waiting can end.
    """

    def __init__(self, work: Callable[[Change], Delivery], *, clock: Callable[[], float]) -> None:
        self._deliver = work
        self._clock = clock
        self._jobs: SimpleQueue[Change | None] = SimpleQueue()
        self._results: SimpleQueue[Done] = SimpleQueue()
        self._hired = 0

    def take_on(self, change: Change, *, workers: int) -> None:
        """Queue a change, with as many workers at hand."""
        if self._hired < workers:
            self._hired += 1
            threading.Thread(target=self._work, name=f"apply-{self._hired}", daemon=True).start()
        self._jobs.put(change)

    def next_done(self) -> Done:
        """Wait for the next change that ends."""
        while True:
            try:
                return self._results.get(timeout=_ONE_WAIT)
            except Empty:
                continue

    def dismiss(self) -> None:
        """Let every worker go after what it is doing."""
        for _ in range(self._hired):
            self._jobs.put(None)

    def _work(self) -> None:
        for change in iter(self._jobs.get, None):
            begin = self._clock()
            delivery, bug = None, None
            try:
                delivery = self._deliver(change)
            except BaseException as error:  # noqa: BLE001  handed to the calling thread, which raises it
                bug = error
            self._results.put(Done(change, delivery, self._clock() - begin, bug))
