"""The query service over HTTP: a query is submitted, asked for until it is done, and its results are read page by page.

Here a query is done when it is submitted: its id is the query itself, and each page of results is a listing. So there
is nothing to remember, and whoever has the id finds what they may see.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.values import WireModel
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.objects import all_seen
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.roboql_bodies import read_roboql
from reconciler.embedded.roboql import DATASETS, FILES
from reconciler.embedded.tokens import decoded, encoded
from reconciler.errors import InvalidRequest, NotFound


class QueryTarget(StrEnum):
    """What can be searched for here."""

    Datasets = "datasets"
    Files = "files"


class SubmitStructuredQueryRequest(WireModel):
    """Request payload to search by conditions; results are records, whichever ``content_mode`` is asked for."""

    query: QuerySpecification
    target: QueryTarget
    content_mode: str | None = None


class SubmitRoboqlQueryRequest(WireModel):
    """Request payload to search in RoboQL; null finds everything."""

    query: str | None
    target: QueryTarget
    content_mode: str | None = None


class QueryContext(WireModel):
    """What was asked."""

    query_scheme: Literal["query_spec_v1"] = "query_spec_v1"
    query: dict[str, Any]


class QueryRecord(WireModel):
    """A wire-transmissible representation of a query; here its results are there from the start."""

    query_id: str
    org_id: str
    query_ctx: QueryContext
    status: Literal["results_available"] = "results_available"
    submitted: datetime
    submitted_by: str
    modified: datetime
    target: QueryTarget


class _Asked(WireModel):
    """What the id of a query says; times as texts, for it is kept as JSON."""

    target: QueryTarget
    org_id: str
    submitted: datetime
    submitted_by: str
    query: QuerySpecification


#: Characters of an id: what a path can hold, with room for the rest of a request.
_LONGEST_ID: Final = 16 * 1024

_ID: Final = TypeAdapter(dict[str, Any])
_PREFIX: Final = "qr_"


def submit_structured_query(call: Call, body: SubmitStructuredQueryRequest) -> QueryRecord:
    """Search for datasets or files by conditions."""
    return _submitted(call, body.target, body.query)


def submit_roboql_query(call: Call, body: SubmitRoboqlQueryRequest) -> QueryRecord:
    """Search for datasets or files in RoboQL, as far as this platform understands it."""
    vocabulary = {QueryTarget.Datasets: DATASETS, QueryTarget.Files: FILES}[body.target]
    condition = None if body.query is None else read_roboql(body.query, vocabulary)
    return _submitted(call, body.target, QuerySpecification(condition=condition))


def get_query(call: Call, query_id: str) -> QueryRecord:
    """Read a query, the results of which are there."""
    return _record(query_id, _asked(query_id))


def query_results(call: Call, query_id: str, *, next_page_token: str | None = None) -> Page[DatasetRecord | FileRecord]:
    """Read a page of what a query finds."""
    asked = _asked(query_id)
    query = asked.query if next_page_token is None else asked.query.model_copy(update={"after": next_page_token})
    found: Page[DatasetRecord] | Page[FileRecord]
    if asked.target is QueryTarget.Files:
        found = all_seen(call.platform.find_files(query, owner=asked.org_id).read())
    else:
        found = call.platform.query_datasets(query, owner=asked.org_id)
    return Page(tuple(found.items), found.next_token)


def _submitted(call: Call, target: QueryTarget, query: QuerySpecification) -> QueryRecord:
    asked = _Asked(
        target=target,
        org_id=call.owner or call.account.caller.org_id,
        submitted=datetime.now(UTC),
        submitted_by=call.account.user_id,
        query=query,
    )
    query_id = _PREFIX + encoded(asked.model_dump(mode="json", by_alias=True, exclude_unset=True))
    if len(query_id) > _LONGEST_ID:
        raise InvalidRequest(
            "the query is too long to be remembered here: use POST v1/datasets/query or v1/files/query"
        )
    # What would be refused later is refused now: a client only looks at the status.
    query_results(call, query_id)
    return _record(query_id, asked)


def _asked(query_id: str) -> _Asked:
    try:
        return _Asked.model_validate(decoded(query_id.removeprefix(_PREFIX), _ID))
    except (InvalidRequest, ValidationError) as error:
        raise NotFound(f'there is no query "{query_id[:80]}": submit one') from error


def _record(query_id: str, asked: _Asked) -> QueryRecord:
    return QueryRecord(
        query_id=query_id,
        org_id=asked.org_id,
        query_ctx=QueryContext(query=asked.query.model_dump(mode="json", by_alias=True, exclude_unset=True)),
        submitted=asked.submitted,
        submitted_by=asked.submitted_by,
        modified=asked.submitted,
        target=asked.target,
    )


OPERATIONS: Final = (
    Operation("POST", "/v1/query/submit/structured", submit_structured_query),
    Operation("POST", "/v1/query/submit/roboql", submit_roboql_query),
    Operation("GET", "/v1/query/id/{query_id}", get_query),
    Operation("GET", "/v1/query/id/{query_id}/results", query_results),
)
