"""The process executor: the action's command runs on this machine, with all the rights of whoever runs the runner."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.errors import RunFailed
from reconciler.executors.port import Exit, Job, Running
from reconciler.executors.tethered import Tethered

#: All that a command learns of the environment of whoever runs it: where programs are.
_KEPT: Final = "PATH"


@dataclass(frozen=True, slots=True)
class ProcessExecutor:
    """Runs commands as processes of this machine. No sandbox: opt-in, and only for actions one trusts."""

    environ: Mapping[str, str] = field(repr=False)

    @property
    def notice(self) -> str:
        return (
            "this action runs as a process without a sandbox: it can read and change whatever the user who runs"
            " it can; its image, compute requirements and network rules do not apply"
        )

    def check(self) -> None:
        """Processes can be started everywhere."""

    def start(self, job: Job) -> Running:
        command = (*job.entry_point, *job.command)
        if not command:
            raise RunFailed(
                "the action has no command to run as a process: give it container_parameters with entry_point or"
                " command, or run it with --executor container"
            )
        variables = {_KEPT: self.environ.get(_KEPT, os.defpath), **job.variables}
        return _ProcessRun(Tethered.start(command, variables=variables, folder=_workdir(job)))


class _ProcessRun:
    def __init__(self, tethered: Tethered) -> None:
        self._tethered = tethered
        self.read = tethered.read
        self.stop = tethered.stop

    def finish(self) -> Exit:
        return Exit(code=self._tethered.finish())


def _workdir(job: Job) -> Path:
    folder = job.folder / (job.workdir or "")
    if not folder.is_dir():
        raise RunFailed(f'the action\'s workdir "{job.workdir}" is no folder of this machine')
    return folder
