"""Queries and the pages that answer them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from reconciler.domain.conditions import ConditionType
from reconciler.domain.values import WireModel

#: The largest page the platform gives.
PAGE_LIMIT: Final = 1000

Record = TypeVar("Record")


class SortDirection(StrEnum):
    """Ascending or descending."""

    Ascending = "ASC"
    Descending = "DESC"


class QuerySpecification(WireModel):
    """Which records, in which order, from where on; ``limit`` is the page size, at most 1,000.

    Nothing set means everything, newest first, in pages of the platform's own size.
    """

    condition: ConditionType | None = None
    limit: int | None = None
    after: str | None = None
    sort_by: str | None = None
    sort_direction: SortDirection | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """One page of records; ``next_token`` None means it is the last."""

    items: tuple[Record, ...]
    next_token: str | None
