"""A reader of our output that leaves, as ``head`` does: that is its right, and changes nothing about the work.

What it no longer reads is dropped. An apply goes on, for half of one helps nobody, and every command leaves with the
exit code it would have had.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Pipe(io.FileIO):
    """A pipe that takes everything, also when nobody is at its other end."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or drop what nobody will read."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def let_readers_leave() -> None:
    """From here on print to streams that no reader can break; nothing changes on a terminal."""
    sys.stdout = _unbroken(sys.stdout)
    sys.stderr = _unbroken(sys.stderr)


def _unbroken(stream: TextIO) -> TextIO:
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        # Captured, or closed: nobody can leave.
        return stream
    if os.isatty(descriptor):
        return stream
    pipe = io.BufferedWriter(_Pipe(descriptor, "w", closefd=False))
    by_line = isinstance(stream, io.TextIOWrapper) and stream.line_buffering
    return io.TextIOWrapper(pipe, encoding=stream.encoding, errors=stream.errors, line_buffering=by_line)
