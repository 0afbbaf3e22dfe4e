"""Writes an object and is killed before one of its steps: ``python -m tests.inventory.dying FOLDER NAME STEP``.

A step is whatever Python audits: a file that is opened, locked, renamed or removed. Ends with 0 when there are fewer
steps than that. Without a step it writes for ever, a line for each write.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from reconciler.inventory.local import LocalFolder
from tests.inventory.backends import replace

NEW = b"new " * 50_000


def main(folder: str, name: str, step: str = "") -> None:
    """Write, and die."""
    if step:
        write_until(folder, name, step)
    backend = LocalFolder(Path(folder))
    while not step:
        replace(backend, name, lambda _: NEW)
        sys.stdout.write("written\n")
        sys.stdout.flush()


def write_until(folder: str, name: str, step: str) -> None:
    """Write once, and die at the step."""
    backend = LocalFolder(Path(folder))
    stored = backend.read(name)
    version = None if stored is None else stored.version
    left = int(step)

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == "os.kill" or not event.startswith(("open", "os.", "fcntl.")):
            return
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    backend.write(name, NEW, expected=version)
    left = sys.maxsize


if __name__ == "__main__":
    main(*sys.argv[1:])
