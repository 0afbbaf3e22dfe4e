"""Who is at work, as the lock and the journal name them."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping


def whoever(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return who is at work and where that can be watched, from the variables of CI or from this machine."""
    if actor := environ.get("GITHUB_ACTOR"):
        parts = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
        server, repository, run = parts
        return actor, f"{server}/{repository}/actions/runs/{run}" if all(parts) else ""
    if user := environ.get("GITLAB_USER_LOGIN"):
        return user, environ.get("CI_JOB_URL", "")
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}", environ.get("CI_JOB_URL") or environ.get("BUILD_URL") or ""
