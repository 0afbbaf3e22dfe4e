"""Which files a folder holds: manifests by their ending, less what is hidden, foreign or excluded."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.manifests.reading import shown_name, unreadable

ENDINGS: Final = (".yaml", ".yml", ".json")

#: Folders of other tools; a Python virtual environment is known by the file it holds.
_FOREIGN: Final = frozenset({"node_modules", "__pycache__"})
_VIRTUAL_ENVIRONMENT: Final = "pyvenv.cfg"

#: What makes a folder a project: what is in it is declared there, with its own variables, inventory and environments.
_PROJECT_FILE: Final = "reconciler.yaml"

#: Says whether a path relative to the project, with a slash at the end for a folder, is excluded.
Excluded = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to read: the name users see, its path, and its path with every symbolic link resolved."""

    name: str
    path: str
    real: str
    explicit: bool = False

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """Of several names of one file the lowest is shown: one the user gave, then one without links."""
        return (not self.explicit, self.path != self.real, self.name)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    real: str
    name: str  # with a slash at the end; empty for the project itself
    is_below: bool = True  # of what was asked for


def walk(path: str, *, name: str, boundary: str, is_excluded: Excluded) -> Iterator[Candidate | Diagnostic]:
    """Yield the manifests below a folder, and what is wrong with its links, in no particular order.

    Symbolic links are followed as long as they stay below ``boundary``, a path without links itself.
    """
    pending = [_Folder(path, os.path.realpath(path), f"{name}/" if name else "", is_below=False)]
    seen = {pending[0].real}
    while pending:
        folder = pending.pop()
        for found in _entries(folder, boundary=boundary, is_excluded=is_excluded):
            if not isinstance(found, _Folder):
                yield found
            elif found.real not in seen:
                seen.add(found.real)
                pending.append(found)


def _entries(folder: _Folder, *, boundary: str, is_excluded: Excluded) -> Iterator[_Folder | Candidate | Diagnostic]:
    try:
        with os.scandir(folder.path) as scan:
            entries = [entry for entry in scan if not entry.name.startswith(".")]
    except OSError as error:
        yield unreadable(error, name=folder.name or ".")
        return
    names = {entry.name for entry in entries}
    if _VIRTUAL_ENVIRONMENT in names:
        return
    if folder.is_below and _PROJECT_FILE in names:
        yield _another_project(folder.name)
        return
    for entry in entries:
        found = _entry(entry, folder=folder, boundary=boundary, is_excluded=is_excluded)
        if found is not None:
            yield found


def _entry(
    entry: os.DirEntry[str], *, folder: _Folder, boundary: str, is_excluded: Excluded
) -> _Folder | Candidate | Diagnostic | None:
    name = folder.name + shown_name(entry.name)
    is_manifest = entry.name.lower().endswith(ENDINGS)
    if entry.is_symlink():
        if is_excluded(name):
            return None
        return _linked(entry, folder=folder, boundary=boundary, is_excluded=is_excluded)
    real = f"{folder.real}{os.sep}{entry.name}"
    if entry.is_dir():
        if entry.name in _FOREIGN or is_excluded(name + "/"):
            return None
        return _Folder(entry.path, real, name + "/")
    if not is_manifest or is_excluded(name):
        return None
    return Candidate(name, entry.path, real)


def _linked(
    entry: os.DirEntry[str], *, folder: _Folder, boundary: str, is_excluded: Excluded
) -> _Folder | Candidate | Diagnostic | None:
    name = folder.name + shown_name(entry.name)
    is_manifest = entry.name.lower().endswith(ENDINGS)
    try:
        is_folder = entry.is_dir()
        if is_manifest and not is_folder:
            entry.stat()
    except OSError as error:
        return _dangling(error, name=name)
    if not is_folder and not is_manifest:
        return None
    if is_folder and is_excluded(name + "/"):
        return None
    real = os.path.realpath(entry.path)
    if not is_below(real, boundary):
        return outside(name)
    if not is_folder:
        return Candidate(name, entry.path, real)
    if is_below(folder.real, real):
        return _circle(name)
    return _Folder(entry.path, real, name + "/")


def is_below(path: str, folder: str) -> bool:
    """True when ``path`` is ``folder`` or in it; both without links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def outside(name: str) -> Diagnostic:
    """Refuse a symbolic link that leads out of the project."""
    return Diagnostic(
        rule="symlink-outside",
        summary="this symbolic link leads out of the project",
        span=Span.at(name),
        hint="copy the file into the project, or name the other place on the command line",
    )


def _another_project(name: str) -> Diagnostic:
    return Diagnostic(
        rule="another-project",
        summary="this folder is a project of its own, and left out",
        span=Span.at(name),
        hint="work on it from within; or list it under exclude, if it is meant to be left out",
        severity=Severity.WARNING,
    )


def _circle(name: str) -> Diagnostic:
    return Diagnostic(
        rule="symlink-loop",
        summary="this symbolic link leads back to a folder it stands in",
        span=Span.at(name),
        hint="remove the link, or exclude it",
    )


def _dangling(error: OSError, *, name: str) -> Diagnostic:
    if error.errno == errno.ENOENT:
        return Diagnostic(
            rule="missing-file",
            summary="this symbolic link leads to nothing",
            span=Span.at(name),
            hint="remove or repair the link",
        )
    return unreadable(error, name=name)
