"""The token of a platform for one person: made at the first start, kept beside the database for its owner alone."""

from __future__ import annotations

import os
import secrets
import shlex
import stat
from pathlib import Path

from reconciler.embedded.access import LOCAL_CALLER
from reconciler.embedded.http.accounts import Account, Accounts, token_hash
from reconciler.errors import ConfigurationError


def local_accounts(token_file: Path) -> Accounts:
    """Return the one account, whose token is in this file; where there is no file it is made.

    Raises:
        ConfigurationError: The file cannot be made or read, others may read it, or no token is in it.
    """
    try:
        token = _kept(token_file) if token_file.exists() else _made(token_file)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError(f"cannot use {token_file} for the token: {reason}") from error
    return Accounts({token_hash(token): Account(LOCAL_CALLER)}, {LOCAL_CALLER.org_id: "Local"})


def token_file_of(database: Path) -> Path:
    """Return where the token of the platform on this database is."""
    return database.with_name(f"{database.name}.token")


def _made(path: Path) -> str:
    """Make the file at once: a server that is killed meanwhile leaves none, and of two that start one wins."""
    token = f"local_{secrets.token_urlsafe(32)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{token}\n")
        os.link(temporary, path)
    except FileExistsError:
        return _kept(path)
    finally:
        temporary.unlink()
    return token


def _kept(path: Path) -> str:
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"others than its owner may use the token in {path}", hint=f"chmod 600 {shlex.quote(str(path))}"
        )
    token = path.read_text(encoding="ascii").strip()
    if not token:
        raise ConfigurationError(f"there is no token in {path}", hint="delete the file: the next start makes another")
    return token
