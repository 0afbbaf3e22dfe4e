"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, text: str, *, mode: int) -> None:
    """Write beside the file and move into place: a crash or a full disk leaves the old one, and nothing beside it.

    What is no file, such as ``/dev/stdout``, is written to and stays what it is.
    """
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="")
        return
    try:
        _replace(path, text, mode=mode)
    except OSError as error:
        # Whoever reads it knows the file, and nothing of the one beside it.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, text: str, *, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
