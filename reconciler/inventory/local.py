"""Objects in a local folder: each a file, replaced in one step, under a lock that ends with its process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from reconciler.errors import InventoryUnavailable
from reconciler.inventory.backend import Stored, checked_name, moved

#: Names of objects begin with no dot, so these are none.
_LOCK: Final = ".lock"
_UNFINISHED: Final = ".unfinished"


class LocalFolder:
    """A folder; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str) -> str:
        """Return the path of an object."""
        return str(self._path(name))

    def read(self, name: str) -> Stored | None:
        """Return an object; None when there is none."""
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unavailable(name, error) from error
        return Stored(content, _version(content))

    def write(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Write an object in the place of the expected version, and return the new one."""
        path = self._path(name)
        try:
            with self._locked():
                self._check(name, expected)
                _make_folder(path.parent)
                _replace(path, content)
        except OSError as error:
            raise self._unavailable(name, error) from error
        return _version(content)

    def delete(self, name: str, *, expected: str) -> None:
        """Delete an object of this version."""
        try:
            with self._locked():
                if self.read(name) is None:
                    return
                self._check(name, expected)
                self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise self._unavailable(name, error) from error

    def names(self, prefix: str) -> Sequence[str]:
        """Return the names of all objects that begin with this, in order."""
        found = (path for path in self._folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        named = (path.relative_to(self._folder).as_posix() for path in found)
        return sorted(name for name in named if name.startswith(prefix))

    def _check(self, name: str, expected: str | None) -> None:
        stored = self.read(name)
        if (None if stored is None else stored.version) != expected:
            raise moved(self.place(name))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes and threads out; the lock ends with the file, and so with whoever is killed."""
        _make_folder(self._folder)
        descriptor = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _path(self, name: str) -> Path:
        return self._folder.joinpath(*checked_name(name).split("/"))

    def _unavailable(self, name: str, error: OSError) -> InventoryUnavailable:
        return InventoryUnavailable(
            f"cannot use {self.place(name)}: {error.strerror or error}",
            hint="it takes permission to read and write that folder; or choose another inventory.store",
        )


def _make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, and those it is in, on the disk when this returns."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place in one step, on the disk when this returns; nobody else writes in this folder."""
    unfinished = path.parent / _UNFINISHED
    # Left behind by a writer that was killed.
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    import msvcrt

    msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows alone has it


def _version(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
