"""What an action leaves behind: output files, and changesets of metadata. All of it is taken with suspicion.

A link may lead anywhere on this machine, so that none is followed: neither a file nor a folder nor a changeset.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError, field_validator

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import UpdateFileRequest
from reconciler.domain.values import WireModel
from reconciler.errors import RunFailed
from reconciler.executors.environment import RunFolder

#: Bytes; more than this in one file of changesets is a mistake.
CHANGESET_LIMIT: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileChange:
    """What an action says about one of its output files."""

    relative_path: str
    request: UpdateFileRequest


@dataclass(frozen=True, slots=True)
class Outputs:
    """Everything a run left behind.

    Attributes:
        files: Output files by their path inside the output folder.
        refused: Paths of what is neither a file nor a folder, such as links.
        dataset_changeset: What to change about the dataset; None where the action said nothing.
        file_changes: What to change about output files, in order.
    """

    files: dict[str, Path]
    refused: tuple[str, ...]
    dataset_changeset: MetadataChangeset | None
    file_changes: tuple[FileChange, ...]


def collect(folder: RunFolder) -> Outputs:
    """Return what the action left behind.

    Raises:
        RunFailed: A changeset cannot be understood, or the folder cannot be read.
    """
    try:
        for own in (folder.output, folder.metadata):
            _check_folder(own)
        files, refused = _walk(folder)
    except OSError as error:
        raise RunFailed(f"cannot read the output folder: {error.strerror}: {error.filename}") from error
    return Outputs(files, refused, _dataset_changeset(folder), _file_changes(folder))


def _check_folder(path: Path) -> None:
    if os.path.lexists(path) and not stat.S_ISDIR(path.lstat().st_mode):
        raise RunFailed(f'the action put something else in the place of its folder "{path.name}"')


def _walk(folder: RunFolder) -> tuple[dict[str, Path], tuple[str, ...]]:
    files: dict[str, Path] = {}
    refused: list[str] = []
    for entry in _entries(folder):
        relative = Path(entry.path).relative_to(folder.output).as_posix()
        if entry.is_file(follow_symlinks=False):
            files[relative] = Path(entry.path)
        else:
            refused.append(relative)
    return dict(sorted(files.items())), tuple(sorted(refused))


def _entries(folder: RunFolder) -> Iterator[os.DirEntry[str]]:
    """Give everything below the output folder but folders themselves; links to folders are no folders."""
    waiting = [folder.output] if folder.output.exists() else []
    while waiting:
        # An action may nest deeper than functions can call themselves.
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    yield entry
                elif Path(entry.path) != folder.metadata:
                    waiting.append(Path(entry.path))


def _dataset_changeset(folder: RunFolder) -> MetadataChangeset | None:
    text = _read(folder.dataset_changeset)
    if not text.strip():
        return None
    return _understood(lambda: MetadataChangeset.model_validate_json(text), "the dataset's metadata changeset")


class _FileLine(WireModel):
    relative_path: str
    update: UpdateFileRequest

    @field_validator("update", mode="before")
    @classmethod
    def without_unset(cls, update: object) -> object:
        """Leave out what was not set: the platform's own library writes it as an empty object."""
        if not isinstance(update, dict):
            return update
        return {name: value for name, value in update.items() if value != {}}


def _file_changes(folder: RunFolder) -> tuple[FileChange, ...]:
    lines = _read(folder.file_changesets).split("\n")
    return tuple(_file_change(number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _file_change(number: int, text: str) -> FileChange:
    line = _understood(lambda: _FileLine.model_validate_json(text), f"line {number} of the files' metadata changesets")
    return FileChange(line.relative_path, line.update)


Understood = TypeVar("Understood")


def _understood(read: Callable[[], Understood], name: str) -> Understood:
    try:
        return read()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        places = [".".join(map(str, first["loc"]))] if first["loc"] else []
        problem = ": ".join([*places, first["msg"]])
        raise RunFailed(f"the action left something that is no changeset in {name}: {problem}") from error


def _read(path: Path) -> str:
    """Return the text of a file the action may have written; empty when it has not."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise RunFailed(f"cannot read {path.name}: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RunFailed(f"{path.name} is not a file")
        content = file.read(CHANGESET_LIMIT + 1)
    if len(content) > CHANGESET_LIMIT:
        raise RunFailed(f"{path.name} is larger than {CHANGESET_LIMIT} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise RunFailed(f"{path.name} is no UTF-8 text") from error
