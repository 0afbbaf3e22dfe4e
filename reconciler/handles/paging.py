"""Every record that a query finds, asked for page by page as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from reconciler.domain.queries import Page, QuerySpecification, each_of_pages

Record = TypeVar("Record")


def each_found(
    ask: Callable[[QuerySpecification], Page[Record]], query: QuerySpecification
) -> Generator[Record, None, None]:
    """Yield what a query finds, at most as many records as it asks for."""

    def page_after(token: str | None) -> Page[Record]:
        return ask(query if token is None else query.going_on_after(token))

    found = each_of_pages(page_after)
    if query.at_most is None:
        yield from found
        return
    for _, record in zip(range(query.at_most), found, strict=False):
        yield record
