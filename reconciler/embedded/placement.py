"""Input files on their way into the folder of a run: copied, so that an action cannot change what is kept."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from reconciler.domain.datasets import FileRecord, FileStorageType
from reconciler.embedded.copies import local_path
from reconciler.errors import RunFailed
from reconciler.executors.environment import PlacedFile, RunFolder

#: Bytes copied between two looks at whether the run goes on.
_CHUNK: Final = 4 * 1024 * 1024


def placed(
    files: Sequence[FileRecord], folder: RunFolder, *, roots: tuple[Path, ...] | None, check: Callable[[], None]
) -> list[PlacedFile]:
    """Copy files below ``input/`` by their paths, each dataset in a folder of its own when there are several.

    Args:
        files: What to copy.
        folder: Where to.
        roots: Of imported files only what is below these folders may be read; None means that everything may.
        check: Called every few megabytes; raises when the run must not go on.

    Raises:
        RunFailed: A file cannot be read, or is not on this machine.
    """
    several = len({file.association_id for file in files}) > 1
    return [_placed(file, roots, target=_target(file, folder, several=several), check=check) for file in files]


def listed(files: Sequence[FileRecord]) -> list[PlacedFile]:
    """Return the files for an action that does not want them downloaded."""
    return [PlacedFile(file, None) for file in files]


def _source(file: FileRecord, roots: tuple[Path, ...] | None) -> Path:
    source = local_path(file.uri)
    if source is None:
        raise RunFailed(
            f"cannot download {file.uri}: this runner reads files of this machine only; set"
            " requires_downloaded_inputs to false for an action that fetches its inputs itself"
        )
    if file.storage_type is FileStorageType.Uploaded or roots is None:
        # Where the platform keeps what was uploaded is for it to say: nobody can name the upload of somebody else.
        return source
    if not any(source.resolve().is_relative_to(root) for root in roots):
        raise RunFailed(f"cannot download {file.uri}: this runner may not read files there")
    return source


def _target(file: FileRecord, folder: RunFolder, *, several: bool) -> Path:
    # Paths are checked when files come in; this is the last door before they reach the disk.
    if ".." in file.relative_path.split("/") or file.relative_path.startswith("/"):
        raise RunFailed(f"{file.relative_path!r} is no path inside a dataset")
    return folder.input / (file.association_id if several else "") / file.relative_path


def _placed(file: FileRecord, roots: tuple[Path, ...] | None, *, target: Path, check: Callable[[], None]) -> PlacedFile:
    try:
        _copy(_source(file, roots), target, check=check)
    except OSError as error:
        raise RunFailed(f"cannot download {file.relative_path}: {error.strerror}: {error.filename}") from error
    except ValueError as error:
        raise RunFailed(f"cannot download {file.relative_path}: {error}") from error
    return PlacedFile(file, target)


def _copy(source: Path, target: Path, *, check: Callable[[], None]) -> None:
    if not stat.S_ISREG(source.stat().st_mode):
        raise ValueError(f"{source} is not a file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reading, target.open("xb") as writing:
        check()
        while chunk := reading.read(_CHUNK):
            writing.write(chunk)
            check()
