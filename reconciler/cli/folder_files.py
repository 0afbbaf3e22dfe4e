"""The files of a folder that make a dataset, and what of it does not belong there.

====================================  ==================================================
in the folder                         in the dataset
====================================  ==================================================
a file                                by its path in the folder
a link, to a file or a folder         left out and counted: it may lead anywhere
a pipe, a socket, a device            left out and counted: it has no end
a file that we may not read           left out and counted
``.reconciler`` and the database      left out and named: they hold tokens and secrets
a folder that we may not read         refused: nobody knows what would be missing
====================================  ==================================================
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.config import DEFAULT_EMBEDDED
from reconciler.errors import ConfigurationError
from reconciler.render.words import counted, joined

#: The folder of what this tool keeps.
_OWN_FOLDER: Final = Path(DEFAULT_EMBEDDED).parent.name

#: What is left out, one and several of it, by its name for programs.
_WORDS: Final = {
    "links": ("link", "links"),
    "special": ("pipe, socket or device", "pipes, sockets or devices"),
    "unreadable": ("unreadable file", "unreadable files"),
}

#: What stands beside an embedded platform's database, by what is added to its name.
_BESIDE: Final = ("", "-wal", "-shm", "-journal", ".token", ".files", ".uploads")


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """What was found.

    Attributes:
        files: Files by their path in the folder.
        own: Paths in the folder of what this tool keeps there; left out.
        left_out: How many others were left out, by what they are.
    """

    files: Mapping[str, Path]
    own: tuple[str, ...]
    left_out: Mapping[str, int]

    @property
    def rest(self) -> str:
        """What was left out, in words; empty where nothing was."""
        own = f"{joined(self.own)} (of this tool itself, with tokens and secrets)" if self.own else ""
        others = (counted(count, *_WORDS[reason]) for reason, count in self.left_out.items())
        return "; ".join(filter(None, (own, joined([*others]))))


def files_of(folder: Path, *, database: Path) -> FolderFiles:
    """Return the files below a folder; ``database`` is an embedded platform's that may be in it.

    Raises:
        ConfigurationError: A folder cannot be read, and what is in it would be missing without a word.
    """
    root = folder.absolute()
    own_paths = {database.absolute().with_name(f"{database.name}{ending}") for ending in _BESIDE}
    files: dict[str, Path] = {}
    own: list[str] = []
    left_out: Counter[str] = Counter()
    for path in _walked(root, skip=own_paths):
        name = path.relative_to(root).as_posix()
        if path.name == _OWN_FOLDER or path in own_paths:
            own.append(name)
        elif reason := _why_not(path):
            left_out[reason] += 1
        else:
            files[name] = path
    return FolderFiles(dict(sorted(files.items())), tuple(sorted(own)), dict(sorted(left_out.items())))


def _walked(root: Path, *, skip: set[Path]) -> Iterator[Path]:
    """Give everything below a folder but folders; of those, the ones that are not gone into."""
    unread: list[OSError] = []
    for parent, folders, names in os.walk(root, onerror=unread.append):
        at = Path(parent)
        closed = [name for name in folders if name == _OWN_FOLDER or at / name in skip or (at / name).is_symlink()]
        folders[:] = [name for name in folders if name not in closed]
        yield from (at / name for name in (*closed, *names))
    if unread:
        problems = "; ".join(f"{error.filename}: {error.strerror}" for error in unread)
        raise ConfigurationError(f"cannot read {problems}", hint="nothing was imported: make it readable, or move it")


def _why_not(path: Path) -> str:
    """Return what something is that is no file to import; empty where it is one."""
    if path.is_symlink():
        return "links"
    if not path.is_file():
        return "special"
    return "" if os.access(path, os.R_OK) else "unreadable"
