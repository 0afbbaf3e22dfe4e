"""Files that nobody but their owner may write, replaced as a whole: what is read back is what this user wrote."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

#: More bytes than this are no cache of ours.
LARGEST: Final = 1024 * 1024 * 1024

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def read_private(path: Path) -> bytes | None:
    """Return what the file holds; None where it is missing, unreadable, or others could have written it."""
    try:
        if not _is_private(path.parent.stat()):
            return None
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not _is_private(status) or status.st_size > LARGEST:
            return None
        try:
            return file.read()
        except OSError:
            return None


def write_private(path: Path, content: bytes) -> bool:
    """Replace the file at once, for its owner alone; False where that cannot be done."""
    import tempfile  # not needed by the many runs that only read

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(path.parent.stat()):
            return False
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 by itself
    except OSError:
        return False
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        return False
    return True


def _is_private(status: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):  # Windows: the user's profile is private by its own rules
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE
