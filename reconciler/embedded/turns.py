"""Turns: a lock that threads get in the order in which they came for it."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock without favourites: whoever lets go and comes again at once stands at the end of the queue."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            gate.acquire()
        except BaseException:
            self._leave_queue(gate)
            raise

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _leave_queue(self, gate: threading.Lock) -> None:
        """Wait no more, as after Ctrl-C; a turn that came in the same moment goes to the next."""
        with self._lock:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return
        self.__exit__()
