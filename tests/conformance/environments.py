"""Virtual environments with packages that tests run as programs of their own; made once, then kept.

``python -m tests.conformance.environments`` makes all of them, where ``RECONCILER_CONFORMANCE_DIR`` says. What each one
holds is written down in ``constraints/``, so that the same packages are found whenever it is made;
``python -m tests.conformance.constraints`` writes that anew after a version was changed here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import platformdirs

#: Where environments are kept; the user's cache where it says nothing.
VARIABLE: Final = "RECONCILER_CONFORMANCE_DIR"

#: The release that the domain page describes, and the newest one when this was last looked at.
OLD: Final = "0.24.1"
NEW: Final = "0.62.0"
VERSIONS: Final = (OLD, NEW)

#: Tries the OpenAPI document out. Its plugin for pytest does not work with every pytest; its program needs none.
EXPLORER: Final = "4.32.5"

#: The folder that ``python -m tests.…`` runs in.
ROOT: Final = Path(__file__).parents[2]

#: What an environment has when it is complete: the versions of what is in it.
_MARK: Final = "complete"


class NotAvailable(Exception):
    """The package cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Package:
    """A package of the index, in one version."""

    name: str
    version: str

    @property
    def constraints(self) -> Path:
        """The versions of everything it needs."""
        return Path(__file__).with_name("constraints") / f"{self.name}-{self.version}.txt"


PACKAGES: Final = (*(Package("roboto", version) for version in VERSIONS), Package("schemathesis", EXPLORER))


@dataclass(frozen=True)
class Environment:
    """An interpreter that has a package, and its console script."""

    package: Package
    folder: Path

    @property
    def version(self) -> str:
        """The version of the package."""
        return self.package.version

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"

    @property
    def program(self) -> Path:
        """The package's command-line program."""
        return self.folder / "bin" / self.package.name


@cache
def environment(package: Package) -> Environment:
    """Return the environment of a package, made if need be.

    Raises:
        NotAvailable: The package index cannot be reached, or pip fails for another reason.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = Environment(package, _home() / f"{package.name}-{package.version}-python{python}")
    pinned = package.constraints.read_text(encoding="utf-8")
    with _alone(made.folder.with_name(f"{made.folder.name}.lock")):
        mark = made.folder / _MARK
        # The interpreter is a link to another one, which may have gone since.
        if not (mark.exists() and mark.read_text(encoding="utf-8") == pinned and made.python.exists()):
            install(made, "--constraint", str(package.constraints))
            mark.write_text(pinned, encoding="utf-8")
    return made


def install(wanted: Environment, *options: str) -> None:
    """Make an environment anew, with these options of pip's.

    Raises:
        NotAvailable: See :func:`environment`.
    """
    shutil.rmtree(wanted.folder, ignore_errors=True)
    # Our own pip installs into the environment: one of its own would cost more seconds than the package.
    ours = find_spec("pip") is not None
    run([sys.executable, "-m", "venv", *(["--without-pip"] if ours else []), str(wanted.folder)])
    package = f"{wanted.package.name}=={wanted.package.version}"
    run([*pip_of(wanted), "install", "--quiet", "--retries=1", *options, package])


def pip_of(environment: Environment) -> list[str]:
    """Return the command that is pip for an environment."""
    if find_spec("pip") is None:
        return [str(environment.python), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(environment.python)]


def run(command: list[str]) -> str:
    """Run a command, and return what it prints.

    Raises:
        NotAvailable: It fails; the message has the last line it wrote.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    said = (done.stderr or done.stdout).strip().splitlines()
    raise NotAvailable(f"{' '.join(command)}: {said[-1] if said else f'exit code {done.returncode}'}")


def _home() -> Path:
    named = os.environ.get(VARIABLE)
    home = Path(named) if named else platformdirs.user_cache_path("roboto-reconciler-conformance")
    home.mkdir(parents=True, exist_ok=True)
    return home.resolve()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time in: the workers of a test run start together."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    with ThreadPoolExecutor() as pool:
        for each in pool.map(environment, PACKAGES):
            sys.stdout.write(f"{each.package.name} {each.version}: {each.folder}\n")
