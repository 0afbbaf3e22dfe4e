"""The token: checked before it is ever put into a header, so that no library complains about it by quoting it."""

from __future__ import annotations

import re
from typing import Final

from reconciler.domain.secrets import Secret
from reconciler.errors import ConfigurationError

#: Where tokens are made.
TOKENS_PAGE: Final = "https://app.roboto.ai, Settings, API tokens"

#: Tokens from before March 2024, which the official client refuses without asking the platform.
_RETIRED_PREFIX: Final = "robo_pat"
_SENDABLE: Final = re.compile(r"[!-~]+")


def checked_token(token: str, *, origin: str) -> Secret:
    """Return the token, white space around it removed; ``origin`` says in words where it came from.

    Raises:
        ConfigurationError: It is empty, of a retired format, or cannot travel in a header.
    """
    stripped = token.strip()
    subject = f"the token from {origin}" if origin else "the token"
    if not stripped:
        raise ConfigurationError(f"{subject} is empty", hint=f"make one at {TOKENS_PAGE}, and set it there")
    if stripped.startswith(_RETIRED_PREFIX):
        raise ConfigurationError(
            f"{subject} starts with {_RETIRED_PREFIX}: tokens of this format are from before March 2024 and retired",
            hint=f"make a new one at {TOKENS_PAGE}, and set it in place of the old one",
        )
    if not _SENDABLE.fullmatch(stripped):
        raise ConfigurationError(
            f"{subject} holds white space or characters that no token has",
            hint="copy it again: quotes, line breaks and invisible characters come in by pasting",
        )
    return Secret(stripped)
