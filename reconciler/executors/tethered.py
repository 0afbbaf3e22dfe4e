"""A command that does not outlive this process, whatever ends it: started by a launcher at the end of a pipe."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from reconciler.errors import RunFailed
from reconciler.executors.launcher import LENGTH
from reconciler.executors.piped import Piped

_LAUNCHER: Final = str(Path(__file__).with_name("launcher.py"))


class Tethered:
    """One command with its launcher, which kills it and all it started as soon as this process is gone."""

    def __init__(self, piped: Piped, tether: int) -> None:
        self._piped = piped
        self._tether = tether
        self.read = piped.read
        self.stop = piped.stop

    @classmethod
    def start(cls, command: Sequence[str], *, variables: Mapping[str, str], folder: Path) -> Tethered:
        """Start a command in ``folder`` with these variables and no others.

        Raises:
            RunFailed: There is no such program or folder, or the system refuses.
        """
        theirs, ours = os.pipe()
        answer, answering = os.pipe()
        try:
            launcher = (sys.executable, "-I", "-S", _LAUNCHER, str(theirs), str(answering))
            piped = Piped.start(launcher, variables={}, folder=folder, handing_on=(theirs, answering))
        except RunFailed:
            os.close(ours)
            os.close(answer)
            raise
        finally:
            os.close(theirs)
            os.close(answering)
        tethered = cls(piped, ours)
        problem = _told(ours, answer, marshal.dumps((list(command), dict(variables))))
        if problem is not None:
            tethered.finish()
            raise RunFailed(f'cannot start "{command[0]}": {problem}')
        return tethered

    def finish(self) -> int:
        """Wait for the end and return the exit code; what the command left running in its session ends, too."""
        try:
            return self._piped.finish()
        finally:
            os.close(self._tether)


def _told(tether: int, answer: int, message: bytes) -> str | None:
    """Tell the launcher what to start; return why that cannot be, None when it was started."""
    with open(answer, encoding="utf-8", errors="replace") as answered:
        try:
            with open(tether, "wb", closefd=False) as telling:
                telling.write(len(message).to_bytes(LENGTH, "big") + message)
        except BrokenPipeError:
            return "its launcher ended too early"
        return answered.read() or None
