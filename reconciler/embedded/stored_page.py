"""One page of records as they are stored: JSON texts, made into records only for those who need them."""

from __future__ import annotations

from dataclasses import dataclass
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

    def read(self) -> Page[Record]:
        """Return the page of records."""
        return Page(tuple(map(self.model.model_validate_json, self.documents)), self.next_token)
