"""The command line of a container engine: podman or docker, whichever is there."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.errors import ConfigurationError, RunFailed
from reconciler.executors.piped import Piped

#: Engines in the order they are looked for: podman needs no service that runs as root.
ENGINES: Final = ("podman", "docker")

#: Seconds a short command of the engine, such as inspecting a container, may take.
PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class ContainerState:
    """What the engine knows of a container that has ended; ``exit_code`` None where it does not say."""

    started: bool
    out_of_memory: bool
    image_digest: str | None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: its command with global options, called with the environment of whoever runs the runner."""

    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)

    @classmethod
    def named(cls, text: str | None, *, environ: Mapping[str, str]) -> Engine:
        """Return the engine of this command line, such as ``podman --log-level warn``; None looks for one.

        Raises:
            ConfigurationError: There is none, or the command line cannot be read.
        """
        try:
            command = tuple(shlex.split(text)) if text else _found(environ)
        except ValueError as error:
            raise ConfigurationError(f"cannot read the engine's command line: {error}") from error
        if not command or shutil.which(command[0], path=environ.get("PATH")) is None:
            raise ConfigurationError(
                f"there is no container engine ({command[0] if command else ' or '.join(ENGINES)})",
                hint="install podman or docker, name one with --engine, or use --executor process for trusted actions",
            )
        return cls(command, environ)

    @property
    def is_podman(self) -> bool:
        """True for podman, which has options of its own."""
        return Path(self.command[0]).name.startswith("podman")

    def check(self) -> None:
        """See whether the engine answers.

        Raises:
            ConfigurationError: It does not, as docker without its service.
        """
        answer = self._ask("info")
        if answer.returncode:
            raise ConfigurationError(
                f'the container engine "{self.command[0]}" does not answer: {_last_line(answer.stderr)}',
                hint="start its service, or name another engine with --engine",
            )

    def run(self, options: tuple[str, ...], *, folder: Path) -> Piped:
        """Start ``run`` with these options, attached to the container's output."""
        return Piped.start((*self.command, "run", *options), variables=self.environ, folder=folder)

    def stop(self, name: str, *, grace: float) -> None:
        """End a container: asked to first, killed after ``grace`` seconds; it need not exist."""
        self._ask("stop", "-t", str(max(0, round(grace))), name)

    def remove(self, name: str) -> None:
        """Remove a container, ending it where needed; it need not exist."""
        # Podman would ask first, and wait; docker kills at once.
        at_once = ("--time", "0") if self.is_podman else ()
        self._ask("rm", "--force", *at_once, "--volumes", name)

    def state(self, name: str) -> ContainerState:
        """Return what is known of a container; one that does not exist has not started."""
        answer = self._ask("container", "inspect", name)
        try:
            found: Any = json.loads(answer.stdout)[0]
            state = found["State"]
            return ContainerState(
                started=state["Status"] not in ("created", "configured", "initialized"),
                out_of_memory=bool(state.get("OOMKilled")),
                image_digest=found.get("ImageDigest") or found.get("Image"),
                exit_code=state.get("ExitCode") if state["Status"] == "exited" else None,
            )
        except (ValueError, LookupError, TypeError):
            return ContainerState(started=False, out_of_memory=False, image_digest=None)

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  the operator's own engine
                (*self.command, *arguments),
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
                # Ctrl-C is for the runner, which then ends containers in order.
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise RunFailed(f'"{self.command[0]} {arguments[0]}" takes more than {PATIENCE:.0f} s') from error
        except OSError as error:
            raise RunFailed(f'cannot start "{self.command[0]}": {error.strerror}') from error


def _found(environ: Mapping[str, str]) -> tuple[str, ...]:
    path = environ.get("PATH", os.defpath)
    return next(((name,) for name in ENGINES if shutil.which(name, path=path)), ())


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it gives no reason"
