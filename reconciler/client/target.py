"""Where requests go and on whose behalf, and what may be repeated of what comes back."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from reconciler.domain.secrets import MASK, Secret

#: Characters of foreign text that a message repeats at most.
LONGEST_MESSAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Target:
    """A platform and a caller; ``origin`` says in words where the token came from, empty when unknown."""

    endpoint: str
    token: Secret
    origin: str = ""

    @property
    def token_in_words(self) -> str:
        """The token, named by where it came from."""
        return f"the token from {self.origin}" if self.origin else "the token"

    def quoted(self, text: str, *, limit: int = LONGEST_MESSAGE) -> str:
        """Return text of somebody else's fit for a message: one line, bounded, printable, without the token.

        A platform or proxy that repeats the request's headers must not make us show them.
        """
        masked = text.replace(self.token.value, MASK)[: 8 * limit]
        printable = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in masked)
        line = " ".join(printable.split())
        return line if len(line) <= limit else f"{line[: limit - 1]}…"
