"""Which changes may start, and which never will: bookkeeping over the dependencies of a plan, no threads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Final

from reconciler.plan.model import Change

CYCLE: Final = "its dependencies form a cycle"


class Schedule:
    """Hands out changes whose dependencies are applied, the first of the plan first.

    A dependency on a resource that does not change counts as applied. Every change is handed out by exactly one of
    :meth:`start`, :meth:`fail` or :meth:`abandon`; the whole costs one step per change and dependency.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        position = {change.address: index for index, change in enumerate(changes)}
        self._missing = [0] * len(changes)
        self._dependents: defaultdict[int, list[int]] = defaultdict(list)
        for index, change in enumerate(changes):
            for before in {position[address] for address in change.depends_on if address in position}:
                self._missing[index] += 1
                self._dependents[before].append(index)
        self._position: Final = position
        self._waiting = dict.fromkeys(range(len(changes)))
        self._ready = [index for index, missing in enumerate(self._missing) if missing == 0]
        heapify(self._ready)

    def start(self) -> Change | None:
        """Hand out the next change that may start; None when there is none right now."""
        if not self._ready:
            return None
        index = heappop(self._ready)
        del self._waiting[index]
        return self._changes[index]

    def applied(self, change: Change) -> None:
        """Take note that a started change was applied: what waited for nothing else is ready now."""
        for dependent in self._dependents[self._position[change.address]]:
            self._missing[dependent] -= 1
            if self._missing[dependent] == 0 and dependent in self._waiting:
                heappush(self._ready, dependent)

    def fail(self, change: Change) -> Iterator[Change]:
        """Hand out every waiting change that needs this one, directly or through others, nearest first."""
        front = [self._position[change.address]]
        while front:
            below = [dependent for index in front for dependent in self._dependents[index]]
            front = [dependent for dependent in dict.fromkeys(below) if dependent in self._waiting]
            for dependent in sorted(front):
                del self._waiting[dependent]
                yield self._changes[dependent]

    def abandon(self) -> Iterator[Change]:
        """Hand out everything that is left, in the plan's order."""
        left, self._waiting, self._ready = list(self._waiting), {}, []
        for index in left:
            yield self._changes[index]
