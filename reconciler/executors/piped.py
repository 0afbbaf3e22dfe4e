"""A child process in a session of its own, whose output is read as it comes and which ends with all it started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.errors import RunFailed
from reconciler.executors.port import SIGNALLED

#: Bytes read at a time; what a pipe holds on Linux.
_CHUNK: Final = 65536


class Piped:
    """One child process; stdout and stderr share a pipe, so that lines keep the order they were written in."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._output = process.stdout
        self._readable = select.poll()
        self._readable.register(self._output, select.POLLIN)
        self._ended = False

    @classmethod
    def start(
        cls, command: Sequence[str], *, variables: Mapping[str, str], folder: Path, handing_on: Sequence[int] = ()
    ) -> Piped:
        """Start a command in ``folder`` with these variables, these open files, and no others.

        Raises:
            RunFailed: There is no such program or folder, or the system refuses.
        """
        try:
            process = subprocess.Popen(  # noqa: S603  running commands that manifests name is what this is for
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=handing_on,
            )
        except OSError as error:
            raise RunFailed(f'cannot start "{command[0]}": {error.strerror}') from error
        except ValueError as error:
            # A null byte, or an equals sign in the name of a variable.
            raise RunFailed(f'cannot start "{command[0]}": {error}') from error
        return cls(process)

    def read(self, timeout: float) -> bytes | None:
        """Return output, ``b""`` when there is none for ``timeout`` seconds, None after the end."""
        if self._ended:
            return None if self._gone(timeout) else b""
        if not self._readable.poll(timeout * 1000):
            if not self._gone(0):
                return b""
            # It may have written since that look. Somebody who left the session may hold the pipe open long after.
            if not self._readable.poll(0):
                return None
        chunk = os.read(self._output.fileno(), _CHUNK)
        self._ended = not chunk
        return chunk

    def stop(self, *, grace: float) -> None:
        """End the whole session: asked to first, killed after ``grace`` seconds."""
        self._signal(signal.SIGTERM)
        self._gone(grace)
        self._signal(signal.SIGKILL)

    def finish(self) -> int:
        """Wait for the end and return the exit code; what the command left running in its session ends, too."""
        code = self._process.wait()
        # Its number is free now, but not given out again this soon.
        self._signal(signal.SIGKILL)
        self._output.close()
        return SIGNALLED - code if code < 0 else code

    def _gone(self, timeout: float) -> bool:
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        # macOS refuses to signal a group of which only a zombie is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
