"""Where a project is and which of its paths hold manifests, seen from the working directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PROJECT_FILE: Final = "reconciler.yaml"


def find_project_file(files: tuple[str, ...], *, cwd: Path) -> Path | None:
    """Return ``reconciler.yaml`` of the first path given, or of the working directory, or of a folder above."""
    start = cwd
    for name in files:
        if name != "-":
            given = cwd / name
            start = given if given.is_dir() else given.parent
            break
    start = Path(os.path.normpath(start))
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        if candidate.is_file():
            return candidate
        if (folder / ".git").exists():
            # A project does not reach beyond the repository that holds it.
            return None
    return None


def manifest_paths(files: tuple[str, ...], declared: tuple[str, ...], *, root: Path, cwd: Path) -> tuple[str, ...]:
    """Return the paths given, else those declared, relative to the root.

    So a saved plan finds its manifests from wherever the project is.
    """
    if files:
        return tuple(name if name == "-" else os.path.relpath(cwd / name, root) for name in files)
    return declared


def common_root(files: tuple[str, ...], *, cwd: Path) -> Path:
    """Return the root where there is no project file: the working directory, or what holds every path given."""
    given = [Path(os.path.normpath(cwd / name)) for name in files if name != "-"]
    folders = [path if path.is_dir() else path.parent for path in given]
    if all(folder.is_relative_to(cwd) for folder in folders):
        return cwd
    return Path(os.path.commonpath(folders))
