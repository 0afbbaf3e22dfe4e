"""The logs of invocations, in the order they were written: in pages, and as a stream that goes on.

A stream ends where the log ends for now, also while the invocation still runs: a client asks again for as long as it is
told that there is more, without a pause, and comes back later with the cursor of what it read last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from reconciler.domain.invocations import LogRecord
from reconciler.domain.queries import Page
from reconciler.domain.whole_platform import Stream
from reconciler.embedded.access import Caller
from reconciler.embedded.invocation_rows import LogLine
from reconciler.embedded.invocations import read_invocation
from reconciler.embedded.store import Rows
from reconciler.embedded.tokens import decoded, encoded
from reconciler.errors import InvalidRequest, NotFound

#: Log records on a page.
PAGE_SIZE: Final = 1000

_SEQUENCE: Final[TypeAdapter[int]] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**63)])


def read_logs(
    rows: Rows, invocation_id: str, *, caller: Caller, owner: str | None, page_token: str | None
) -> Page[LogRecord]:
    """Return one page of logs, oldest first."""
    lines, more = _lines(rows, invocation_id, caller=caller, owner=owner, cursor=page_token)
    return Page(_records(lines), encoded(lines[-1].sequence) if more else None)


def stream_logs(
    rows: Rows, invocation_id: str, *, caller: Caller, owner: str | None, last_read: str | None
) -> Stream[LogRecord]:
    """Return what was logged after ``last_read``, and where to go on."""
    lines, more = _lines(rows, invocation_id, caller=caller, owner=owner, cursor=last_read)
    return Stream(_records(lines), encoded(lines[-1].sequence) if lines else last_read, more)


def append_logs(rows: Rows, invocation_id: str, records: Sequence[LogRecord]) -> None:
    """Add what a run wrote."""
    if rows.invocations.find(invocation_id) is None:
        raise NotFound(f'there is no invocation "{invocation_id}"')
    try:
        rows.invocations.add_logs(invocation_id, records)
    except PydanticSerializationError as error:
        raise InvalidRequest("a log record holds half of a surrogate pair, which is no character") from error


def _lines(
    rows: Rows, invocation_id: str, *, caller: Caller, owner: str | None, cursor: str | None
) -> tuple[list[LogLine], bool]:
    """Return a page of lines after the cursor, and whether more are there already."""
    read_invocation(rows, invocation_id, caller=caller, owner=owner)
    after = 0 if cursor is None else decoded(cursor, _SEQUENCE)
    lines = rows.invocations.logs(invocation_id, after=after, limit=PAGE_SIZE + 1)
    return lines[:PAGE_SIZE], len(lines) > PAGE_SIZE


def _records(lines: Sequence[LogLine]) -> tuple[LogRecord, ...]:
    return tuple(line.record for line in lines)
