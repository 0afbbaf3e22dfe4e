"""Which commit the manifests are from, asked of git; no git and no checkout are answers too."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Checkout:
    """The commit checked out, and whether files differ from it; both None outside a checkout."""

    commit: str | None = None
    dirty: bool | None = None


def checkout_of(folder: Path) -> Checkout:
    """Return what git says about a folder."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return Checkout()
    changed = _git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return Checkout(commit, None if changed is None else bool(changed))


def folder_in_repository(folder: Path) -> str:
    """Return the path of a folder from the root of its repository; empty at the root and outside of repositories."""
    return (_git(folder, "rev-parse", "--show-prefix") or "").rstrip("/")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603  fixed arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607  the user's own git
            capture_output=True,
            check=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return answer.stdout.strip()
