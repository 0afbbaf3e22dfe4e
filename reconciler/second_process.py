"""A second process for work in many pieces: it takes them from the end, this one from the start, until they meet.

It is a fork, so that nothing has to be sent to it, and writes what it makes into a file without a name. Both say in
shared memory how far they are. When both claim the piece in the middle it is done twice, which harms nothing; when both
leave it to the other it is missing from the results, and the first process does it.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import IO, Final

_PLACE: Final = struct.Struct("=q")
_LINE: Final = struct.Struct("=qq")
_FRONT: Final = 0
_BACK: Final = _PLACE.size


def share(count: int, work: Callable[[int], bytes | None]) -> SecondProcess | None:
    """Begin with the last of ``count`` pieces in a second process; None where that cannot be done or would not help.

    To be called before any thread is started: a fork copies only its own.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or threading.active_count() > 1:
        return None
    places = mmap.mmap(-1, 2 * _PLACE.size)
    _PLACE.pack_into(places, _BACK, count)
    output = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process that writes it
    try:
        process = os.fork()
    except OSError:
        output.close()
        return None
    if process == 0:
        _leave_after(lambda: _from_the_end(count, work, places, output))
    return SecondProcess(process, places, output)


class SecondProcess:
    """The other process, as the first one sees it."""

    def __init__(self, process: int, places: mmap.mmap, output: IO[bytes]) -> None:
        self._process: int | None = process
        self._places = places
        self._output = output

    def claim(self, place: int) -> bool:
        """Return True when the caller is to do this piece, in their order; False from where the other one got to."""
        _PLACE.pack_into(self._places, _FRONT, place + 1)
        return _read(self._places, _BACK) > place

    def results(self) -> Mapping[int, bytes]:
        """Return what the other one made of its pieces, once it has ended; nothing when it failed."""
        if self._process is None:
            return {}
        _, status = os.waitpid(self._process, 0)
        self._process = None
        if status != 0:
            return {}
        self._output.seek(0)
        return _lines(self._output.read())

    def close(self) -> None:
        """End the other one, whatever it is doing; calling it twice is harmless."""
        if self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = None
        self._output.close()


def _leave_after(work: Callable[[], None]) -> None:
    """Do the work and end the process at once: nothing that the first one has open may be closed or flushed twice."""
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _from_the_end(count: int, work: Callable[[int], bytes | None], places: mmap.mmap, output: IO[bytes]) -> None:
    for place in range(count - 1, -1, -1):
        _PLACE.pack_into(places, _BACK, place)
        if _read(places, _FRONT) > place:
            break
        made = work(place)
        if made is not None:
            output.write(_LINE.pack(place, len(made)) + made)
    output.flush()


def _lines(content: bytes) -> dict[int, bytes]:
    lines: dict[int, bytes] = {}
    at = 0
    while at < len(content):
        place, length = _LINE.unpack_from(content, at)
        at += _LINE.size + length
        lines[place] = content[at - length : at]
    return lines


def _read(places: mmap.mmap, at: int) -> int:
    place: int = _PLACE.unpack_from(places, at)[0]
    return place
