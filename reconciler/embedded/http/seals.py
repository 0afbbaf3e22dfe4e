"""Sealed tokens: what the server said itself and knows again, for a while; its key lives as long as the server.

====================  ===============================================  ====================================
seal                  says                                             lets whoever has it
====================  ===============================================  ====================================
of a file's link      the file, and the user who made the link         read that file
of a run              the organization, whoever started the run, and   work for that organization
                      the invocation
of objects            the dataset, perhaps an upload into it, and    read its files, and put those of the upload
                      the caller
====================  ===============================================  ====================================
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from reconciler.embedded.access import Caller

#: Seconds a link to a file is good for.
LINK_GOOD_FOR: Final = 60 * 60

#: What tokens of runs begin with.
RUN_PREFIX: Final = "run."


@dataclass(frozen=True, slots=True)
class ObjectPass:
    """What a token of objects lets in to: ``upload_id`` is empty where it lets nobody put any."""

    dataset_id: str
    upload_id: str
    caller: Caller


@dataclass(frozen=True, slots=True)
class Seals:
    """Makes sealed tokens, and opens them. The clock gives seconds since the epoch."""

    clock: Callable[[], float] = time.time
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def link(self, file_id: str, *, user_id: str) -> str:
        """Return the token of a link to a file that this user may read."""
        return self._sealed(f"file {file_id}", [user_id], good_for=LINK_GOOD_FOR)

    def user_of_link(self, token: str, file_id: str) -> str | None:
        """Return the user who made a link to this file; None when the token is none of ours or too old."""
        said = self._opened(f"file {file_id}", token)
        return None if said is None else said[0]

    def run(self, org_id: str, *, user_id: str, invocation_id: str, good_for: float) -> str:
        """Return the token of a run for this organization that this user started, good for some seconds."""
        return RUN_PREFIX + self._sealed("run", [org_id, invocation_id, user_id], good_for=good_for)

    def run_of(self, token: str) -> Caller | None:
        """Return who works with a run's token; None when it is none of ours or too old."""
        said = self._opened("run", token.removeprefix(RUN_PREFIX)) if token.startswith(RUN_PREFIX) else None
        if said is None:
            return None
        org_id, invocation_id, user_id = said
        return Caller(user_id, org_id, invocation_id=invocation_id)

    def objects(self, dataset_id: str, *, upload_id: str, caller: Caller, good_for: float) -> str:
        """Return the token that lets a caller read a dataset's objects, and put those of an upload if one is named."""
        said = [dataset_id, upload_id, caller.org_id, caller.invocation_id or "", caller.user_id]
        return self._sealed("objects", said, good_for=good_for)

    def pass_to_objects(self, token: str) -> ObjectPass | None:
        """Return what a token of objects lets in to; None when it is none of ours or too old."""
        said = self._opened("objects", token)
        if said is None:
            return None
        dataset_id, upload_id, org_id, invocation_id, user_id = said
        return ObjectPass(dataset_id, upload_id, Caller(user_id, org_id, invocation_id=invocation_id or None))

    def _sealed(self, subject: str, texts: list[str], *, good_for: float) -> str:
        expires = str(int(self.clock() + good_for))
        # As JSON: clients choose some of the texts, and none may pass for two.
        said = base64.urlsafe_b64encode(json.dumps(texts).encode()).decode()
        return f"{expires}.{said}.{self._signature(subject, expires, said)}"

    def _opened(self, subject: str, token: str) -> list[str] | None:
        expires, _, rest = token.partition(".")
        said, _, signature = rest.partition(".")
        expected = self._signature(subject, expires, said)
        if not hmac.compare_digest(signature.encode(errors="surrogatepass"), expected.encode()):
            return None
        # From here on it is what we sealed ourselves.
        if int(expires) < self.clock():
            return None
        texts: list[str] = json.loads(base64.urlsafe_b64decode(said))
        return texts

    def _signature(self, subject: str, expires: str, said: str) -> str:
        message = f"{subject}\n{expires}\n{said}".encode(errors="surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()
