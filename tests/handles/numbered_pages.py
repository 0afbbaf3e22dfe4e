"""A platform that answers from a list of pages and remembers what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from reconciler.domain.queries import Page, QuerySpecification


@dataclass
class NumberedPages:
    """Numbers from 0 on, in pages of the size that is asked for."""

    total: int
    asked: list[QuerySpecification] = field(default_factory=list)

    def __call__(self, query: QuerySpecification) -> Page[int]:
        """Answer one query."""
        self.asked.append(query)
        start, size = int(query.after or 0), query.page_size or 50
        items = tuple(islice(range(self.total), start, start + size))
        end = start + len(items)
        return Page(items, str(end) if end < self.total else None)
