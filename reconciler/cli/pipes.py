"""A reader of our output that leaves, as ``head`` does: that is its right, and changes nothing about the work.

What it no longer reads is dropped. An apply goes on, for half of one helps nobody, and every command leaves with the
exit code it would have had.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

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
    """From here on print to a standard output that no reader can break; nothing changes on a terminal."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        # Captured, or closed: nobody can leave.
        return
    if os.isatty(descriptor):
        return
    pipe = io.BufferedWriter(_Pipe(descriptor, "w", closefd=False))
    sys.stdout = io.TextIOWrapper(pipe, encoding=sys.stdout.encoding, errors=sys.stdout.errors)
