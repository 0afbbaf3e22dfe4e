"""What an action writes, as log records: whole lines, long ones in parts, and of a flood its beginning and its end."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final

from reconciler.domain.invocations import ExecutorContainer, LogRecord
from reconciler.executors.masking import Mask

#: Characters a record counts beyond its text, so that a flood of empty lines is one, too.
_RECORD: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is kept of what one action writes, in characters; a record counts a hundred more than its text has.

    Attributes:
        part: Longest log record; a longer line becomes several that share a ``partial_id``.
        beginning: Kept from the start on, at least.
        end: Kept of what comes after, from the end back.
    """

    part: int = 16_384
    beginning: int = 16_777_216
    end: int = 262_144


class Transcript:
    r"""Turns output into log records as it comes, without the secrets that are in it.

    Bytes that are no UTF-8 are written as ``\xff``: noise stays readable, and no line is lost for it.
    """

    def __init__(self, now: Callable[[], datetime], *, bounds: Bounds | None = None, mask: Mask | None = None) -> None:
        self._now = now
        self._masked = (mask or Mask()).stream()
        self._bounds = bounds or Bounds()
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._open = ""
        self._open_id: str | None = None
        self._partial_ids = map(str, count(1))
        self._left = self._bounds.beginning
        self._tail = _Tail(self._bounds.end)

    def feed(self, chunk: bytes) -> list[LogRecord]:
        """Take output and return the records that are complete now."""
        return list(self._records(self._masked.feed(self._decoder.decode(chunk))))

    def close(self) -> list[LogRecord]:
        """Return what is left: an unfinished line, and the end of a flood with how much is missing before it."""
        records = list(self._records(self._masked.feed(self._decoder.decode(b"", final=True), last=True)))
        if self._open:
            records += self._kept(self._open, last=True)
            self._open = ""
        if self._tail.dropped:
            told = f"... {self._tail.dropped} log records are left out here: the action wrote too much ..."
            records.append(self._record(told, process=ExecutorContainer.Monitor))
        return records + [self._record(text) for text in self._tail.texts]

    def _records(self, text: str) -> Iterator[LogRecord]:
        *lines, rest = (self._open + text).split("\n")
        for line in lines:
            yield from self._line(line.removesuffix("\r"), last=True)
        yield from self._line(rest, last=False)

    def _line(self, line: str, *, last: bool) -> Iterator[LogRecord]:
        """Give the parts of a line that are complete; the rest stays open unless this is its last."""
        part = self._bounds.part
        while len(line) > part:
            self._open_id = self._open_id or next(self._partial_ids)
            yield from self._kept(line[:part], last=False)
            line = line[part:]
        if last:
            yield from self._kept(line, last=True)
        self._open = "" if last else line

    def _kept(self, text: str, *, last: bool) -> Iterator[LogRecord]:
        partial_id = self._open_id
        if last:
            self._open_id = None
        if self._left <= 0:
            self._tail.add(text)
            return
        self._left -= len(text) + _RECORD
        yield self._record(text, partial_id=partial_id)
        if self._left <= 0:
            told = "the action writes a lot: from here on only the end of its output is kept"
            yield self._record(told, process=ExecutorContainer.Monitor)

    def _record(
        self, text: str, *, partial_id: str | None = None, process: ExecutorContainer = ExecutorContainer.Action
    ) -> LogRecord:
        return LogRecord(partial_id=partial_id, log=text, process=process, timestamp=self._now())


class _Tail:
    """The latest texts that together fit into ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        self.texts: deque[str] = deque()
        self.dropped = 0
        self._free = limit

    def add(self, text: str) -> None:
        """Keep a text, and let go of the oldest for it."""
        self.texts.append(text)
        self._free -= len(text) + _RECORD
        while self._free < 0 and self.texts:
            self._free += len(self.texts.popleft()) + _RECORD
            self.dropped += 1
