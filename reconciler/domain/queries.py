"""Queries and the pages that answer them.

A query is written as the platform's own members, ``QuerySpecification(condition=..., limit=100)``, or step by step,
``QuerySpecification().where("tags").contains("night").order_by("created", ascending=False).limit(10)``. Each step gives
a new query. ``limit`` is both a member on the wire and a step, so the member is called ``page_size`` here:

==================  ==========================================================================
``limit=100``       the member: pages of 100 records, and all of them; read it as ``page_size``
``.limit(10)``      the step: ten records at most, however many pages there would be
==================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar

from pydantic import Field, PrivateAttr

from reconciler.domain.comparisons import Comparator, Comparisons, ConditionValue
from reconciler.domain.conditions import Condition, ConditionGroup, ConditionOperator, ConditionType
from reconciler.domain.values import WireModel
from reconciler.errors import MalformedAnswer

#: The largest page the platform gives.
PAGE_LIMIT: Final = 1000

Record = TypeVar("Record")
Read_co = TypeVar("Read_co", covariant=True)


class SortDirection(StrEnum):
    """Ascending or descending."""

    Ascending = "ASC"
    Descending = "DESC"


class QuerySpecification(WireModel):
    """Which records, in which order, from where on; ``limit`` is the page size, at most 1,000.

    Nothing set means everything, newest first, in pages of the platform's own size.
    """

    condition: ConditionType | None = None
    page_size: int | None = Field(default=None, alias="limit")
    after: str | None = None
    sort_by: str | None = None
    sort_direction: SortDirection | None = None

    # The platform knows no total: whoever walks the pages keeps to it, and it does not travel.
    _at_most: int | None = PrivateAttr(default=None)

    @property
    def at_most(self) -> int | None:
        """How many records a walk over the pages gives at most; None for all of them."""
        return self._at_most

    def where(self, field: str) -> Where:
        """Go on with a comparison of this field; several comparisons must all hold."""
        return Where(self, field)

    def matching(self, condition: ConditionType) -> QuerySpecification:
        """Return a query for records that also fulfil this condition."""
        if self.condition is None:
            return self.model_copy(update={"condition": condition})
        group = self.condition
        is_conjunction = isinstance(group, ConditionGroup) and group.operator is ConditionOperator.And
        members = group.conditions if is_conjunction and isinstance(group, ConditionGroup) else [group]
        both = ConditionGroup(operator=ConditionOperator.And, conditions=[*members, condition])
        return self.model_copy(update={"condition": both})

    def order_by(self, field: str, *, ascending: bool = True) -> QuerySpecification:
        """Return a query whose records come in the order of this field."""
        direction = SortDirection.Ascending if ascending else SortDirection.Descending
        return self.model_copy(update={"sort_by": field, "sort_direction": direction})

    def limit(self, at_most: int) -> QuerySpecification:
        """Return a query for at most so many records.

        Raises:
            ValueError: The number is less than 1.
        """
        if at_most < 1:
            raise ValueError(f"limit({at_most}) would give no record: write a number from 1 on")
        limited = self.model_copy(update={"page_size": min(at_most, PAGE_LIMIT)})
        limited._at_most = at_most  # noqa: SLF001  the copy is of this very class
        return limited

    def going_on_after(self, token: str) -> QuerySpecification:
        """Return the query for the next page, whose token the page before had."""
        return self.model_copy(update={"after": token})


@dataclass(frozen=True, slots=True)
class Where(Comparisons[QuerySpecification]):
    """A field of a query that waits to be compared."""

    query: QuerySpecification
    field: str

    def compared(self, comparator: Comparator, value: ConditionValue) -> QuerySpecification:
        """Return the query with this comparison added."""
        return self.query.matching(Condition(self.field).compared(comparator, value))


@dataclass(frozen=True, slots=True)
class Page(Generic[Read_co]):
    """One page of records; ``next_token`` None means it is the last."""

    items: tuple[Read_co, ...]
    next_token: str | None


class UnreadPage(Protocol[Read_co]):
    """A page as it came, whose records are made when they are asked for: many who list do not want them all."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page; None means this is the last."""
        ...

    @property
    def content_hash(self) -> bytes:
        """A hash of everything in it: equal ones mean equal pages."""
        ...

    def read(self) -> Page[Read_co]:
        """Return the page with its records.

        Raises:
            MalformedAnswer: It holds something else.
        """
        ...


def each_of_pages(
    page_after: Callable[[str | None], Page[Record]], *, token: str | None = None
) -> Generator[Record, None, None]:
    """Yield the records of all pages, each page asked for when it is needed; ``token`` None begins at the first.

    Raises:
        MalformedAnswer: The platform gives a token a second time, which would never end.
    """
    seen = {token}
    while True:
        page = page_after(token)
        yield from page.items
        token = page.next_token
        if not token:
            return
        if token in seen:
            raise MalformedAnswer("the platform repeats a page token", operation="go on to the next page")
        seen.add(token)
