"""Files on their way in: kept in a folder beside the database until the client says that all of them are there."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.embedded.checks import check_paths
from reconciler.errors import Conflict, NotFound

#: Seconds after which an upload that nobody completed is given up.
GIVEN_UP_AFTER: Final = 24 * 60 * 60

_UPLOAD_ID: Final = re.compile(r"up_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Received:
    """A body of any content that was received into a file of its own; ``size`` in bytes."""

    path: Path
    size: int


class Staging:
    """The folder of uploads under way. Each one has a folder, named by its dataset and an id that cannot be guessed.

    A file is two there, named by the hash of its path inside the dataset: one with the path, one with the bytes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._at_it: set[Path] = set()
        self._claiming = threading.Lock()

    @classmethod
    def beside(cls, database: Path) -> Staging:
        """Return the folder that belongs to this database."""
        return cls(database.with_name(f"{database.name}.uploads"))

    def discard_old(self, *, before: float) -> None:
        """Remove what was left there before this time, in seconds since the epoch."""
        for left in self._root.glob("*"):
            with suppress(OSError):
                if left.stat().st_mtime < before:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()

    def receive(self) -> tuple[int, Path]:
        """Open a new file to receive into; return its descriptor and where it is."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._root, prefix="receiving-")
        return descriptor, Path(name)

    def begin(self, dataset_id: str) -> str:
        """Begin an upload, and return its id."""
        self.discard_old(before=time.time() - GIVEN_UP_AFTER)
        upload_id = f"up_{secrets.token_hex(16)}"
        self._folder(dataset_id, upload_id).mkdir(mode=0o700, parents=True)
        return upload_id

    def put(self, dataset_id: str, upload_id: str, path: str, received: Received) -> None:
        """Add a file, in the place of the one of the same path.

        Raises:
            InvalidRequest: The path is none inside a dataset.
            NotFound: There is no such upload, or it is over.
        """
        check_paths([path])
        folder = self.folder_of(dataset_id, upload_id)
        name = hashlib.sha256(path.encode()).hexdigest()
        try:
            (folder / f"{name}.path").write_text(path, encoding="utf-8")
            received.path.replace(folder / f"{name}.bytes")
            os.utime(folder)  # whoever is still at it is not given up
        except FileNotFoundError:
            raise _no_upload(upload_id) from None

    def discard(self, dataset_id: str, upload_id: str) -> None:
        """Give an upload up.

        Raises:
            NotFound: There is no such upload, or it is over.
        """
        shutil.rmtree(self.folder_of(dataset_id, upload_id), ignore_errors=True)

    @contextmanager
    def claimed(self, dataset_id: str, upload_id: str) -> Iterator[bool]:
        """Keep everybody else from completing an upload meanwhile; False when somebody else does so.

        Raises:
            NotFound: There can be no such upload.
        """
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise _no_upload(upload_id)
        folder = self._folder(dataset_id, upload_id)
        with self._claiming:
            is_free = folder not in self._at_it
            self._at_it.add(folder)
        try:
            yield is_free
        finally:
            if is_free:
                self._at_it.discard(folder)

    @contextmanager
    def closing(self, dataset_id: str, upload_id: str) -> Iterator[dict[str, Path]]:
        """Give the files of a claimed upload by their path inside the dataset; when nothing goes wrong they go with it.

        Raises:
            NotFound: There is no such upload, or it is over.
            Conflict: It has no files.
        """
        folder = self._folder(dataset_id, upload_id)
        closed = _closed(folder)
        # Out of reach for everybody else: nothing is added to it now.
        with suppress(FileNotFoundError):
            folder.rename(closed)
        # Without the one there may be the other: of a server that was killed just then.
        if not closed.is_dir():
            raise _no_upload(upload_id)
        try:
            files = _files(closed)
            if not files:
                raise Conflict(f'the upload "{upload_id}" has no files yet: send some, then complete it')
            yield files
        except BaseException:
            closed.rename(folder)
            raise
        self.forget(dataset_id, upload_id)

    def forget(self, dataset_id: str, upload_id: str) -> None:
        """Remove what is left of a claimed upload that is over; it may be nothing."""
        shutil.rmtree(_closed(self._folder(dataset_id, upload_id)), ignore_errors=True)

    def folder_of(self, dataset_id: str, upload_id: str) -> Path:
        """Return the folder of an upload.

        Raises:
            NotFound: There is no such upload, or it is over.
        """
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise _no_upload(upload_id)
        folder = self._folder(dataset_id, upload_id)
        if not folder.is_dir():
            raise _no_upload(upload_id)
        return folder

    def _folder(self, dataset_id: str, upload_id: str) -> Path:
        # The dataset is one that was found, so that its id is one of ours and no path.
        return self._root / f"{dataset_id}.{upload_id}"


def _closed(folder: Path) -> Path:
    """Return what the folder of an upload is called while that is completed."""
    return folder.with_name(f"{folder.name}.closed")


def _files(folder: Path) -> dict[str, Path]:
    named = ((each.read_text(encoding="utf-8"), each.with_suffix(".bytes")) for each in sorted(folder.glob("*.path")))
    # A path without bytes is of a file that was refused or that the disk had no room for.
    return {path: content for path, content in named if content.exists()}


def _no_upload(upload_id: str) -> NotFound:
    return NotFound(f'there is no upload "{upload_id[:80]}" under way for this dataset: begin one')
