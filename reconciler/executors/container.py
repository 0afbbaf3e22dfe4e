"""The container executor: an action's image in podman or docker, with the rights it needs and no more.

The run's folder is mounted at its own path, so that variables say the same inside and outside. The container has the
user of the runner, no capabilities, no way to more rights, the memory and the CPU of its compute requirements, and no
network unless that was allowed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import RunFailed
from reconciler.executors.engine import Engine
from reconciler.executors.piped import Piped
from reconciler.executors.port import Exit, Job, Running

#: CPU units of one core.
_CORE: Final = 1024


@dataclass(frozen=True, slots=True)
class ContainerExecutor:
    """Runs images.

    Attributes:
        engine: Podman or docker.
        network: Whether actions may use the network.
        arguments: More options for ``run``, for what this machine or this organization needs.
    """

    engine: Engine
    network: bool = False
    arguments: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        network = "with network" if self.network else "without network"
        return f"this action runs in a container of {self.engine.command[0]}, {network}"

    def check(self) -> None:
        self.engine.check()

    def start(self, job: Job) -> Running:
        if not job.image:
            raise RunFailed("the action has no image (uri) to run in a container")
        name = container_name(job.invocation_id)
        # What a runner that was killed left behind under this name belongs to an attempt that counts no more.
        self.engine.remove(name)
        piped = self.engine.run(self._options(job, name), folder=job.folder)
        return _ContainerRun(self.engine, _id_file(job), piped)

    def _options(self, job: Job, name: str) -> tuple[str, ...]:
        options = [
            *("--name", name, "--cidfile", str(_id_file(job))),
            *("--volume", f"{job.folder}:{job.folder}:Z"),
            *("--user", f"{os.getuid()}:{os.getgid()}"),
            *("--memory", f"{job.compute.memory}m", "--memory-swap", f"{job.compute.memory}m"),
            *("--cpus", f"{job.compute.vCPU / _CORE:g}"),
            *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
        ]
        if not self.network:
            options += ["--network", "none"]
        if self.engine.is_podman:
            options += _of_podman()
        if job.workdir:
            options += ["--workdir", job.workdir]
        options += _variables(job)
        if job.entry_point:
            options += ["--entrypoint", job.entry_point[0]]
        # After "--" nothing is an option, whatever a manifest says.
        return (*options, *self.arguments, "--", str(job.image), *job.entry_point[1:], *job.command)


def _of_podman() -> list[str]:
    # Podman hands the proxies of its own environment on, which may hold a password.
    options = ["--http-proxy=false"]
    if os.getuid() != 0:
        # Without it, the user of the runner is somebody else inside, who may not write to the folder.
        options += ["--userns", "keep-id"]
    return options


def container_name(invocation_id: str) -> str:
    """Return the name of the container that runs an invocation."""
    return f"reconciler-{invocation_id}"


def _id_file(job: Job) -> Path:
    return job.folder / ".roboto" / "container_id"


def _variables(job: Job) -> list[str]:
    """Write variables into a file that ends with the run; command lines can be read by everybody on the machine.

    What the file's format cannot hold in every engine, line breaks and quotes at the start, goes on the command line.
    """
    in_file = {name: value for name, value in job.variables.items() if _fits_file(name, value)}
    path = job.folder / ".roboto" / "environment"
    path.write_text("".join(f"{name}={value}\n" for name, value in in_file.items()), encoding="utf-8")
    path.chmod(0o600)
    others = [f"{name}={value}" for name, value in job.variables.items() if name not in in_file]
    return ["--env-file", str(path), *(part for each in others for part in ("--env", each))]


def _fits_file(name: str, value: str) -> bool:
    return (
        name.isidentifier()
        and len(value.splitlines()) <= 1
        and not value.endswith(("\n", "\r"))
        and value == value.strip()
        and not value.startswith(('"', "'", "`"))
    )


class _ContainerRun:
    """One container, known by the id that the engine wrote down before it started it.

    Its name would not do: by now it may be that of a later attempt, where this one was lost to another runner.
    """

    def __init__(self, engine: Engine, id_file: Path, piped: Piped) -> None:
        self._engine = engine
        self._id_file = id_file
        self._piped = piped
        self.read = piped.read

    def stop(self, *, grace: float) -> None:
        container = self._container()
        if container is not None:
            self._engine.stop(container, grace=grace)
        self._piped.stop(grace=grace)

    def finish(self) -> Exit:
        code = self._piped.finish()
        container = self._container()
        state = None if container is None else self._engine.state(container)
        if container is not None:
            self._engine.remove(container)
        if state is None or not state.started:
            raise RunFailed(f"the container could not be started (exit code {code}); the log says why")
        # The client that was stopped may have ended before it could tell how the container did.
        code = code if state.exit_code is None else state.exit_code
        return Exit(code=code, out_of_memory=state.out_of_memory, image_digest=state.image_digest)

    def _container(self) -> str | None:
        try:
            return self._id_file.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None
