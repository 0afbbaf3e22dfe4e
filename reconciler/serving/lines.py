"""Lines of the log on their way out: nobody who serves waits for whoever reads them.

A pipe that is read slowly, or by nobody, takes no more lines at some point. Written where requests are answered, the
line of one request would hold up all others.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

#: Lines that wait; those beyond are counted.
MOST_WAITING: Final = 10_000

#: Seconds that lines have to get out when everything ends.
PATIENCE: Final = 2.0

Write = Callable[[str], None]


@contextmanager
def written_aside(write: Write, *, most_waiting: int = MOST_WAITING, patience: float = PATIENCE) -> Iterator[Write]:
    """Give what takes a line without delay; a thread of its own hands it to ``write``, in order.

    At the end the lines that wait have some seconds to get out.
    """
    lines = _Lines(write, most_waiting=most_waiting)
    lines.start()
    try:
        yield lines.take
    finally:
        lines.end(patience)


class _Lines(threading.Thread):
    def __init__(self, write: Write, *, most_waiting: int) -> None:
        super().__init__(name="log", daemon=True)
        self._write = write
        self._waiting = queue.Queue[str | None](most_waiting)
        self._lost = 0

    def take(self, line: str) -> None:
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._lost += 1

    def end(self, patience: float) -> None:
        with suppress(queue.Full):
            self._waiting.put(None, timeout=patience)
            self.join(patience)

    def run(self) -> None:
        for line in iter(self._waiting.get, None):
            self._write(line)
            lost, self._lost = self._lost, 0
            if lost:
                self._write(f"log: {lost} lines are missing: they were not read as fast as they came")
