"""Backends by a text that another process can be given, too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.inventory.backend import Backend
from reconciler.inventory.local import LocalFolder
from reconciler.inventory.object_store import ObjectStore


def backend_at(place: str) -> Backend:
    """Return the backend in a folder, or at a URL."""
    return ObjectStore.open(place) if "://" in place else LocalFolder(Path(place))


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of the tests in a process of its own, which is over in the end in any case."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def replace(backend: Backend, name: str, change: Callable[[bytes | None], bytes]) -> int:
    """Change an object as often as it takes until nobody was quicker, and return how often somebody was."""
    from reconciler.errors import InventoryMoved

    lost = 0
    while True:
        stored = backend.read(name)
        content, version = (None, None) if stored is None else (stored.content, stored.version)
        try:
            backend.write(name, change(content), expected=version)
        except InventoryMoved:
            lost += 1
        else:
            return lost


def one_more(content: bytes | None) -> bytes:
    """Return the next number."""
    return str(int(content or b"0") + 1).encode()
