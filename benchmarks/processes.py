"""Whole processes, measured from outside: wall seconds, CPU seconds and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall and CPU time in seconds, peak resident memory in MiB, and what it printed."""

    seconds: float
    cpu: float
    memory: float
    output: str


def run(command: Sequence[str], *, environ: Mapping[str, str], expect: Sequence[int] = (0,)) -> Run:
    """Run a command to its end.

    Raises:
        SystemExit: It ended with an exit code nobody expected: a benchmark of a failure measures nothing.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **environ}, text=True
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode not in expect:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def medians(works: Mapping[str, Callable[[], Run]], *, rounds: int) -> dict[str, Run]:
    """Run every work in turn, round after round, and return each one's median by wall time.

    Taking turns lets a ratio hold when the machine's speed drifts.
    """
    runs: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            runs[name].append(work())
    return {name: _median(taken) for name, taken in runs.items()}


def _median(taken: list[Run]) -> Run:
    return Run(
        statistics.median(one.seconds for one in taken),
        statistics.median(one.cpu for one in taken),
        max(one.memory for one in taken),
        taken[-1].output,
    )
