"""The copies of uploaded files, in a folder beside the database: made before their records, removed after them.

Each upload has a folder of its own, so that a new version never changes what a run may be reading. What an upload that
was killed leaves behind has no record, and goes with its dataset.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from reconciler.domain.datasets import FileRecord, FileStorageType
from reconciler.embedded.identifiers import new_transaction_id
from reconciler.errors import InvalidRequest, PlatformError, PlatformUnavailable

#: Files that cannot be read are named up to here.
_SHOWN: Final = 5

#: Bytes copied at a time.
_CHUNK: Final = 1024 * 1024


#: Ids that new files are to have, by their path inside the dataset; None for files that are not the platform's own.
Ids = Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: its path inside the dataset, where it is, and its size in bytes; ``file_id`` empty for any new one."""

    relative_path: str
    uri: str
    size: int
    file_id: str = ""


def local_path(uri: str) -> Path | None:
    """Return the path of a ``file:`` URI; None for any other, and for one of another machine."""
    parts = urlsplit(uri)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None


class Copies:
    """The folder of copies."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self._root

    @classmethod
    def beside(cls, database: Path) -> Copies:
        """Return the folder that belongs to this database."""
        return cls(database.with_name(f"{database.name}.files"))

    @contextmanager
    def making(
        self, dataset_id: str, files: Mapping[str, Path], *, ids: Ids = None
    ) -> Iterator[tuple[str, list[Copy]]]:
        """Copy files, by their path inside the dataset, and give the upload's id with its copies.

        Files that have ``ids`` by their path already are the platform's own, which nobody changes any more: they are
        linked, whatever their size.
        When an error of ours leaves the ``with``, which registers them, no copy stays.

        Raises:
            InvalidRequest: A file cannot be read.
            PlatformUnavailable: A copy cannot be written.
        """
        if ids is None:
            _check_readable(files)
        self._make_private_folder()
        transaction_id = new_transaction_id()
        folder = self._root / dataset_id / transaction_id
        try:
            copies = [_copied(path, source, folder / path, ids=ids) for path, source in files.items()]
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            yield transaction_id, copies
        except PlatformError:
            # No other exception says that the records were not made: an interrupt may come just after they were.
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _make_private_folder(self) -> None:
        """Make the folder for the owner alone: whatever is below it is then, too."""
        try:
            self._root.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise PlatformUnavailable(f"cannot keep copies of files in {self._root}: {error.strerror}") from error

    def discard_dataset(self, dataset_id: str) -> None:
        """Remove every copy of a dataset."""
        shutil.rmtree(self._root / dataset_id, ignore_errors=True)

    def discard_file(self, record: FileRecord) -> None:
        """Remove the copy that a record names; what was imported is not ours to remove."""
        copy = local_path(record.uri)
        if record.storage_type is FileStorageType.Uploaded and copy is not None and copy.is_relative_to(self._root):
            # The record is gone already; what stays behind here goes with its dataset.
            with suppress(OSError):
                copy.unlink()


def _check_readable(files: Mapping[str, Path]) -> None:
    problems = list(_problems(files))
    if problems:
        more = f" and {len(problems) - _SHOWN} more" * (len(problems) > _SHOWN)
        raise InvalidRequest(f"cannot upload {'; '.join(problems[:_SHOWN])}{more}")


def _problems(files: Mapping[str, Path]) -> Iterator[str]:
    for source in files.values():
        try:
            if not stat.S_ISREG(source.stat().st_mode):
                yield f"{source}: it is not a file"
        except (OSError, ValueError) as error:
            yield f"{source}: {getattr(error, 'strerror', None) or error}"


def _copied(relative_path: str, source: Path, target: Path, *, ids: Ids) -> Copy:
    file_id = "" if ids is None else ids.get(relative_path, "")
    if ids is not None and (size := _linked(source, target)) is not None:
        return Copy(relative_path, target.as_uri(), size, file_id)
    try:
        reading = source.open("rb")
    except OSError as error:
        whose = InvalidRequest if ids is None else PlatformUnavailable
        raise whose(f"cannot upload {source}: {error.strerror}") from error
    with reading:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # "x": on a disk that ignores case, two paths may be one.
            with target.open("xb") as writing:
                shutil.copyfileobj(reading, writing, _CHUNK)
                size = writing.tell()
        except OSError as error:
            raise PlatformUnavailable(f"cannot keep a copy of {source} at {target}: {error.strerror}") from error
    return Copy(relative_path, target.as_uri(), size, file_id)


def _linked(source: Path, target: Path) -> int | None:
    """Give a file a second name, and return its size in bytes; None where the disk does not do that."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target)
        return target.stat().st_size
    except OSError:
        return None
