"""One page of records as they are stored: JSON texts, made into records only for those who need them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from reconciler.domain.queries import Page
from reconciler.domain.values import WireModel

Record = TypeVar("Record", bound=WireModel)


@dataclass(frozen=True, slots=True)
class StoredPage(Generic[Record]):
    """The documents of a page, each the very JSON its record has on the wire.

    Most listings go over HTTP, where reading a record only to write it again takes most of the time.
    """

    model: type[Record]
    documents: tuple[str, ...]
    next_token: str | None

    @property
    def content_hash(self) -> bytes:
        """A hash of the documents and the token."""
        hashed = blake2b((self.next_token or "").encode(), digest_size=20)
        for document in self.documents:
            hashed.update(document.encode())
        return hashed.digest()

    def read(self) -> Page[Record]:
        """Return the page of records."""
        return Page(tuple(map(self.model.model_validate_json, self.documents)), self.next_token)
