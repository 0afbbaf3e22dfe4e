"""The port: what every engine that runs actions promises, and the values that go in and come out."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from reconciler.domain.values import ComputeRequirements

#: What exit codes mean by convention (sysexits), as far as the platform's actions use them.
_CONVENTIONS: Final = {64: "wrong usage", 65: "unfit input data", 70: "internal error", 78: "wrong configuration"}

#: A process ended by signal n has this and n as its exit code.
SIGNALLED: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What an executor is asked to run.

    Attributes:
        invocation_id: Whose run this is.
        image: The action's container image; None when it has none.
        entry_point: First part of the command line; empty means the image's own.
        command: The rest of the command line.
        workdir: Where it runs; None means the image's own, or the run's folder.
        folder: The run's folder; inside it is all that the action is given and all that it leaves behind.
        variables: Its environment, complete.
        compute: What it may use.
    """

    invocation_id: str
    image: str | None
    entry_point: tuple[str, ...]
    command: tuple[str, ...]
    workdir: str | None
    folder: Path
    variables: Mapping[str, str] = field(repr=False)
    compute: ComputeRequirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a run ended: its exit code, and what else the engine knows of it."""

    code: int
    out_of_memory: bool = False
    image_digest: str | None = None

    @property
    def problem(self) -> str | None:
        """Why this is a failure, in words; None when it is none."""
        if self.code == 0:
            return None
        if self.out_of_memory:
            return f"the action ran out of memory (exit code {self.code}): it may use what its compute requirements say"
        if self.code == SIGNALLED + signal.SIGKILL:
            return f"the action was killed (exit code {self.code}), as happens when memory runs out"
        return f"the action ended with {_words(self.code)}"


def _words(code: int) -> str:
    if code in _CONVENTIONS:
        return f"exit code {code} ({_CONVENTIONS[code]})"
    try:
        return f"exit code {code} ({signal.Signals(code - SIGNALLED).name})"
    except ValueError:
        return f"exit code {code}"


class Running(Protocol):
    """A command under way. One thread at a time calls it."""

    def read(self, timeout: float) -> bytes | None:
        """Return what the command wrote to stdout or stderr, in the order it wrote.

        Waits up to ``timeout`` seconds for something, and then returns ``b""``. None means that the command has ended
        and that nothing is left to read.
        """
        ...

    def stop(self, *, grace: float) -> None:
        """End the command with everything it started: asked to first, killed after ``grace`` seconds."""
        ...

    def finish(self) -> Exit:
        """Wait for the end, let go of everything the run held, and return how it ended."""
        ...


class Executor(Protocol):
    """An engine that runs commands. Safe for several threads: each run is its own."""

    @property
    def notice(self) -> str:
        """What everybody should know who reads the log of a run: one sentence."""
        ...

    def check(self) -> None:
        """See whether the engine is there.

        Raises:
            ConfigurationError: It is not; the hint says what to do.
        """
        ...

    def start(self, job: Job) -> Running:
        """Start a command.

        Raises:
            RunFailed: It cannot be started: no command, no image, no such program.
        """
        ...
