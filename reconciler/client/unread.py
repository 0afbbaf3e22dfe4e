"""Pages that are read when somebody wants their records; only the token of the next page is looked up before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from reconciler.client.answers import Reader, Unreadable
from reconciler.domain.queries import Page, UnreadPage
from reconciler.errors import PlatformError

Record = TypeVar("Record")

#: The end of a page whose token is the last member of its data, as the platform writes them.
_LAST_TOKEN: Final = re.compile(rb'"next_token"\s*:\s*(?:null|"([^"\\]*)")\s*\}\s*\}\s*\Z')

#: Bytes at the end of a page in which its token is looked for.
_END: Final = 4096


@dataclass(frozen=True, slots=True)
class HttpPage(Generic[Record]):
    """A page as it came over HTTP."""

    body: bytes
    next_token: str | None
    read_body: Callable[[bytes], Page[Record]]

    @property
    def content_hash(self) -> bytes:
        """A hash of the body."""
        return blake2b(self.body, digest_size=20).digest()

    def read(self) -> Page[Record]:
        """Return the page with its records."""
        return self.read_body(self.body)


def unread(read: Reader[Page[Record]], *, refuse: Callable[[Unreadable], PlatformError]) -> Reader[UnreadPage[Record]]:
    """Return the reader of a page that leaves its records for later.

    ``refuse`` makes the error of a page that turns out not to be what the contract promises.
    """

    def read_later(body: bytes, token: str | None) -> Page[Record]:
        try:
            page = read(body)
            if page.next_token != token:
                raise Unreadable("it names two next pages")
        except Unreadable as problem:
            raise refuse(problem) from None
        return page

    def look(body: bytes) -> UnreadPage[Record]:
        found = _LAST_TOKEN.search(body, max(0, len(body) - _END))
        if found is None:
            page = read(body)
            return HttpPage(body, page.next_token, lambda _: page)
        token = (found[1] or b"").decode() or None
        return HttpPage(body, token, lambda body: read_later(body, token))

    return look
