"""Links that let whoever has them read one file for a while: signed with a key that lives as long as the server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

#: Seconds a link is good for.
GOOD_FOR: Final = 60 * 60


@dataclass(frozen=True, slots=True)
class Links:
    """Signs links and knows them again. The clock gives seconds since the epoch."""

    clock: Callable[[], float] = time.time
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def sign(self, file_id: str, *, user_id: str) -> str:
        """Return the token of a link to a file that this user may read."""
        expires = int(self.clock()) + GOOD_FOR
        user = base64.urlsafe_b64encode(user_id.encode()).decode()
        return f"{expires}.{user}.{self._signature(file_id, expires, user)}"

    def user_of(self, token: str, file_id: str) -> str | None:
        """Return the user who made a link to this file; None when the token is none of ours or too old."""
        expires, _, rest = token.partition(".")
        user, _, signature = rest.partition(".")
        if not (expires.isascii() and expires.isdecimal()) or int(expires[:12]) < self.clock():
            return None
        expected = self._signature(file_id, int(expires[:12]), user)
        if not hmac.compare_digest(signature.encode(errors="surrogatepass"), expected.encode()):
            return None
        return base64.urlsafe_b64decode(user).decode()

    def _signature(self, file_id: str, expires: int, user: str) -> str:
        message = f"{file_id}\n{expires}\n{user}".encode(errors="surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()
