"""Names of files as a repository knows them, which is how forges and code scanners find them."""

from __future__ import annotations

import posixpath


def in_repository(file: str, *, folder: str = "") -> str | None:
    """Return the path of a file from the root of its repository; None for what is no file in it.

    Files are named as seen from ``folder``, the working directory's own path in the repository (empty at its root).
    """
    if not file or file.startswith(("/", "<")):
        return None
    path = posixpath.normpath(posixpath.join(folder, file))
    return None if path == ".." or path.startswith("../") else path
