"""Queries: one page of records that match, and the token that goes on after it.

A token names the last row by its place in the order, so a page costs the same wherever it starts, and records that
come or go in between neither repeat nor hide others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import Field, TypeAdapter

from reconciler.domain.conditions import ConditionType, matches
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification, SortDirection
from reconciler.domain.values import WireModel
from reconciler.embedded.listing import Row, Search
from reconciler.embedded.stored_page import StoredPage
from reconciler.embedded.tokens import decoded, encoded
from reconciler.errors import InvalidRequest

#: The page size of a query that names none.
DEFAULT_LIMIT: Final = 500

Record = TypeVar("Record", bound=WireModel)


def read_page(
    scan: Callable[[Search], Iterator[Row]], query: QuerySpecification, *, model: type[Record]
) -> StoredPage[Record]:
    """Return one page of what ``scan`` finds; it need not sieve by the search's condition.

    Raises:
        InvalidRequest: The limit, the sort field or the token is wrong; all that is wrong is named.
    """
    limit, search = _limit(query), _search(query, fields=model.model_fields.keys())
    found = list(islice(_matching(scan(search), query.condition), limit + 1))
    token = encoded(_place(search, found[limit - 1])) if len(found) > limit else None
    return StoredPage(model, tuple(row.document for row in found[:limit]), token)


def _limit(query: QuerySpecification) -> int:
    if query.page_size is None:
        return DEFAULT_LIMIT
    if not 1 <= query.page_size <= PAGE_LIMIT:
        raise InvalidRequest(f"limit {query.page_size} is out of range: a page holds 1 to {PAGE_LIMIT} records")
    return query.page_size


def _search(query: QuerySpecification, *, fields: Iterable[str]) -> Search:
    field = "created" if query.sort_by is None else query.sort_by
    if field.partition(".")[0] not in fields or '"' in field or not field.isprintable():
        raise InvalidRequest(f'cannot sort by "{field}": choose one of {", ".join(sorted(fields))}')
    descending = query.sort_direction is not SortDirection.Ascending
    if query.after is None:
        return Search(field, descending, condition=query.condition)
    place = decoded(query.after, _PLACE)
    if (place.field, place.descending) != (field, descending):
        raise InvalidRequest("the page token belongs to a query with another order: repeat the query it came from")
    return Search(field, descending, after=(place.sort_value, place.key, place.org_id), condition=query.condition)


def _matching(rows: Iterator[Row], condition: ConditionType | None) -> Iterator[Row]:
    if condition is None:
        return rows
    return (row for row in rows if matches(condition, _facts(row.document)))


_TIMES: Final = ("created", "modified", "published", "last_heartbeat")


def _facts(document: str) -> Mapping[str, Any]:
    """Return a record as conditions see it: JSON values, but times as times."""
    facts: dict[str, Any] = json.loads(document)
    for name in _TIMES:
        if facts.get(name) is not None:
            facts[name] = datetime.fromisoformat(facts[name])
    return facts


class _Place(NamedTuple):
    field: str
    descending: bool
    sort_value: Annotated[int, Field(ge=-(2**63), lt=2**63)] | float | str
    key: str
    org_id: str


_PLACE: Final = TypeAdapter(_Place)


def _place(search: Search, last: Row) -> _Place:
    return _Place(search.field, search.descending, last.sort_value, last.key, last.org_id)
