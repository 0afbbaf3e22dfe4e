"""Virtual environments with the official package, one for each version that counts; made once, then kept.

``python -m tests.conformance.environments`` makes all of them, where ``RECONCILER_CONFORMANCE_DIR`` says.
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

#: The folder that ``python -m tests.…`` runs in.
ROOT: Final = Path(__file__).parents[2]

#: What an environment has when it is complete.
_MARK: Final = "complete"


class NotAvailable(Exception):
    """The package cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Environment:
    """An interpreter that has the official package, and its console script."""

    version: str
    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"

    @property
    def program(self) -> Path:
        """The official command-line program."""
        return self.folder / "bin" / "roboto"


@cache
def environment(version: str) -> Environment:
    """Return the environment with this version of the package, made if need be.

    Raises:
        NotAvailable: The package index cannot be reached, or pip fails for another reason.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = Environment(version, _home() / f"roboto-{version}-python{python}")
    with _alone(made.folder.with_name(f"{made.folder.name}.lock")):
        # The interpreter is a link to another one, which may have gone since.
        if not ((made.folder / _MARK).exists() and made.python.exists()):
            shutil.rmtree(made.folder, ignore_errors=True)
            _make(made)
            (made.folder / _MARK).touch()
    return made


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


def _make(wanted: Environment) -> None:
    # Our own pip installs into the environment: one of its own would cost more seconds than the package.
    ours = find_spec("pip") is not None
    _run([sys.executable, "-m", "venv", *(["--without-pip"] if ours else []), str(wanted.folder)])
    pip = [sys.executable, "-m", "pip", "--python", wanted.python] if ours else [wanted.python, "-m", "pip"]
    _run([*map(str, pip), "install", "--quiet", "--retries=1", f"roboto=={wanted.version}"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotAvailable(f"{' '.join(command)}: {said[-1] if said else f'exit code {done.returncode}'}")


if __name__ == "__main__":
    with ThreadPoolExecutor() as pool:
        for each in pool.map(environment, VERSIONS):
            sys.stdout.write(f"roboto {each.version}: {each.folder}\n")
