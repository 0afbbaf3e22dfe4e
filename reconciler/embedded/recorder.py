"""Writes what an action says to its log while it says it: many records at a time, none of them late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from reconciler.domain.invocations import LogRecord
from reconciler.executors.masking import Mask
from reconciler.executors.transcript import Transcript

#: Records are written when there are so many, or after so many seconds.
_MANY: Final = 500
_SOON: Final = 0.3


class Recorder:
    """The way of one action's output into its log."""

    def __init__(
        self,
        append: Callable[[Sequence[LogRecord]], None],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        mask: Mask,
    ) -> None:
        self._append = append
        self._transcript = Transcript(now, mask=mask)
        self._monotonic = monotonic
        self._waiting: list[LogRecord] = []
        self._written = monotonic()

    def feed(self, chunk: bytes) -> None:
        """Take output, which may be empty: what waits is written when it is time."""
        self._waiting += self._transcript.feed(chunk)
        if len(self._waiting) >= _MANY or self._monotonic() - self._written >= _SOON:
            self._write()

    def close(self) -> None:
        """Write all that is left."""
        self._waiting += self._transcript.close()
        self._write()

    def _write(self) -> None:
        self._written = self._monotonic()
        if self._waiting:
            self._append(self._waiting)
            self._waiting = []
