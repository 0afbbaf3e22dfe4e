"""What to do about what the operating system refuses, said once for every command that writes files."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from reconciler.errors import ConfigurationError

#: By the number of the error. A file is written beside its place and moved there, so its folder counts, too.
_REMEDIES: Final = {
    errno.EACCES: "give yourself permission to write it and its folder, or name another place",
    errno.EPERM: "give yourself permission to write it and its folder, or name another place",
    errno.EROFS: "this disk can only be read: name a place on another one",
    errno.ENOSPC: "make room on the disk, and run it again",
    errno.EDQUOT: "make room on the disk, and run it again",
    errno.ENOTDIR: "a file is where a folder is needed: move it, or name another place",
    errno.EEXIST: "a file is where a folder is needed: move it, or name another place",
    errno.EISDIR: "a folder is where a file is needed: move it, or name another place",
    errno.ENOENT: "make the folder first, or check the path and its spelling",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "remove the symbolic link that leads back to itself",
    errno.EMFILE: "let this process have more files open: ulimit -n 4096",
}


def remedy(error: OSError) -> str:
    """Return what to do about it; empty where nobody knows."""
    return _REMEDIES.get(error.errno or 0, "")


def cannot_write(path: Path, error: OSError, *, after: str = "") -> ConfigurationError:
    """Return the error of a command that could not write a file; ``after`` says what that leaves behind."""
    return ConfigurationError(f"cannot write {path}: {error.strerror or error}{after}", hint=remedy(error))
