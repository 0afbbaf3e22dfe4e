"""Log records for people and programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from reconciler.domain.invocations import ExecutorContainer, LogRecord
from reconciler.render.machine import line_json
from reconciler.render.visible import visible

#: What programs write to colour their output; everything else that steers a terminal is written out.
_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")

_QUIET: Final = ExecutorContainer.Action


class LogWriter:
    """Writes records as lines; the parts of a long line become one again."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._partial_id: str | None = None

    def __call__(self, record: LogRecord) -> None:
        """Write one record."""
        if self._partial_id is not None and record.partial_id != self._partial_id:
            self._write("\n")
        continues = record.partial_id is not None and record.partial_id == self._partial_id
        prefix = "" if continues or record.process is _QUIET else f"[{record.process.value}] "
        self._partial_id = record.partial_id
        self._write(f"{prefix}{_readable(record.log)}" + ("" if record.partial_id else "\n"))

    def close(self) -> None:
        """End a line that was left open."""
        if self._partial_id is not None:
            self._write("\n")
            self._partial_id = None


def log_json(record: LogRecord) -> str:
    """Return a record on one line, its text as it was written."""
    return line_json(
        type="log",
        timestamp=record.timestamp.isoformat(),
        process=record.process.value,
        partial_id=record.partial_id,
        log=record.log,
    )


def _readable(text: str) -> str:
    return "\t".join(map(visible, _COLOUR.sub("", text).split("\t")))
