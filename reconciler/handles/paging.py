"""Every record of every page, asked for page by page as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from reconciler.domain.queries import Page, QuerySpecification

Record = TypeVar("Record")


def each_of_pages(ask: Callable[[str | None], Page[Record]], *, token: str | None) -> Generator[Record, None, None]:
    """Yield what ``ask`` gives from this token on; None begins at the first page."""
    while True:
        page = ask(token)
        yield from page.items
        token = page.next_token
        if not token:
            return


def each_found(
    ask: Callable[[QuerySpecification], Page[Record]], query: QuerySpecification
) -> Generator[Record, None, None]:
    """Yield what a query finds, at most as many records as it asks for."""

    def page_after(token: str | None) -> Page[Record]:
        return ask(query if token is None else query.going_on_after(token))

    found = each_of_pages(page_after, token=None)
    if query.at_most is None:
        yield from found
        return
    for _, record in zip(range(query.at_most), found, strict=False):
        yield record
