"""Output that nobody takes: a reader that leaves, as ``head`` does, or a disk that is full.

What cannot be written is dropped, and changes nothing about the work: an apply goes on, for half of one helps nobody.
Leaving is a reader's right, and every command leaves with the exit code it would have had; output that was lost in any
other way is told at the end.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Pipe(io.FileIO):
    """A pipe or a file that takes everything, also when nobody is at its other end; ``lost`` is what went wrong."""

    lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or drop what nobody will read."""
        try:
            return super().write(data)
        except BrokenPipeError:
            pass
        except OSError as error:
            self.lost = error
        return memoryview(data).nbytes


def let_readers_leave() -> Callable[[], OSError | None]:
    """From here on print to streams that nobody can break; nothing changes on a terminal.

    Return what says, at the end, why some of standard output was lost.
    """
    sys.stdout, lost = _unbroken(sys.stdout)
    sys.stderr, _ = _unbroken(sys.stderr)
    return lost


def _unbroken(stream: TextIO) -> tuple[TextIO, Callable[[], OSError | None]]:
    """Return what to print to instead, and what says why some of it was lost."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        # Captured, or closed: nobody can leave.
        return stream, _nothing_lost
    if os.isatty(descriptor):
        return stream, _nothing_lost
    raw = _Pipe(descriptor, "w", closefd=False)
    by_line = isinstance(stream, io.TextIOWrapper) and stream.line_buffering
    printed = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=by_line
    )

    def lost() -> OSError | None:
        printed.flush()
        return raw.lost

    return printed, lost


def _nothing_lost() -> None:
    """Return None: nobody stands between this process and whoever reads."""
