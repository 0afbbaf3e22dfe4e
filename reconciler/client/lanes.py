"""Connections: several, each used by one thread at a time.

One shared pool would do, were it not for a race in httpcore (its issue 1110, open in 1.0.9): while one thread waits
for an answer, another may take the connection for an idle one and close it, and a write would be of unknown outcome
for no reason. A client of one connection, lent to one thread at a time, has no such neighbours; it is faster too, for
a pool polls every connection it has at each request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.client.library import httpx


class LanesClosed(Exception):
    """There are no connections any more."""


class Lanes:
    """Up to ``count`` clients, made by ``make`` as they are needed; the first one at once."""

    def __init__(self, make: Callable[[], httpx.Client], *, count: int) -> None:
        self._make = make
        self._idle = [make()]
        self._permits = threading.BoundedSemaphore(count)
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def lane(self) -> Iterator[httpx.Client]:
        """Lend a client for the length of a ``with`` block, waiting for one where all are lent out.

        Raises:
            LanesClosed: After :meth:`close`.
        """
        with self._permits:
            client = self._take()
            try:
                yield client
            finally:
                self._give_back(client)

    def close(self) -> None:
        """Close what is idle now, and what is lent out when it comes back: who waits for an answer still gets it."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _take(self) -> httpx.Client:
        with self._lock:
            if self._closed:
                raise LanesClosed
            # The one that was used last is the most likely to still be connected.
            if self._idle:
                return self._idle.pop()
        return self._make()

    def _give_back(self, client: httpx.Client) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(client)
                return
        client.close()
