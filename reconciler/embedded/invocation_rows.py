"""The rows of invocations and their logs: SQL, and no rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from reconciler.domain.invocations import InvocationRecord, InvocationStatus, LogRecord, LogsLocation
from reconciler.embedded import columns
from reconciler.embedded.columns import SqlValue, microseconds
from reconciler.embedded.listing import Row, Search, Table, listed

_INVOCATIONS: Final = Table(
    "invocations",
    key="invocation_id",
    columns={
        "invocation_id": columns.text("invocation_id"),
        "org_id": columns.text("org_id"),
        "created": columns.moment("created"),
        "last_status": columns.number("last_status"),
        "data_source.data_source_id": columns.text("data_source_id"),
        "provenance.source.source_id": columns.text("source_id"),
    },
)

# The planner takes a partial index only where the query repeats its very words.
_ACTIVE: Final = f"last_status < {InvocationStatus.Completed.value}"
_QUEUED: Final = f"last_status = {InvocationStatus.Queued.value}"
_UNDER_WAY: Final = f"last_status BETWEEN {InvocationStatus.Scheduled.value} AND {InvocationStatus.Uploading.value}"


@dataclass(frozen=True, slots=True)
class Run:
    """An invocation with what its run is given.

    Attributes:
        record: The invocation.
        parameters: A value for every parameter that has one: defaults as of the invocation, and what was asked for.
        downloads_inputs: Whether the action wants its inputs on disk before it starts.
    """

    record: InvocationRecord
    parameters: Mapping[str, Any]
    downloads_inputs: bool


class LogLine(NamedTuple):
    """A log record with its place in the order in which records were written."""

    sequence: int
    record: LogRecord


class InvocationRows:
    """The statements about invocations, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, invocation_id: str) -> InvocationRecord | None:
        """Return one invocation."""
        found = self._records("SELECT document FROM invocations WHERE invocation_id = ?", (invocation_id,))
        return found[0] if found else None

    def uses(self, org_id: str, idempotency_id: str) -> bool:
        """Return True when the organization has an invocation of this idempotency id."""
        statement = "SELECT 1 FROM invocations WHERE org_id = ? AND idempotency_id = ?"
        return self._connection.execute(statement, (org_id, idempotency_id)).fetchone() is not None

    def lineage(self, invocation_id: str | None) -> frozenset[str]:
        """Return the ids of the triggers that led to an invocation, one after the other; none where it is None."""
        statement = "SELECT lineage FROM invocations WHERE invocation_id = ? AND lineage IS NOT NULL"
        row = None if invocation_id is None else self._connection.execute(statement, (invocation_id,)).fetchone()
        return frozenset() if row is None else frozenset(json.loads(row[0]))

    def add(self, run: Run, *, lineage: frozenset[str] = frozenset()) -> None:
        """Add an invocation, with the ids of the triggers that led to it."""
        record = run.record
        values = {
            "invocation_id": record.invocation_id,
            "org_id": record.org_id,
            "idempotency_id": record.idempotency_id,
            "source_id": record.provenance.source.source_id,
            "data_source_id": record.data_source.data_source_id,
            "last_status": record.last_status.value,
            "created": microseconds(record.created),
            "last_sign": microseconds(_last_sign(record)),
            "parameters": json.dumps(run.parameters),
            "downloads_inputs": run.downloads_inputs,
            "document": record.model_dump_json(),
            "lineage": json.dumps(sorted(lineage)) if lineage else None,
        }
        self._connection.execute(
            "INSERT INTO invocations VALUES (:invocation_id, :org_id, :idempotency_id, :source_id, :data_source_id,"
            " :last_status, :created, :last_sign, :parameters, :downloads_inputs, NULL, :document, :lineage)",
            values,
        )

    def replace(self, record: InvocationRecord) -> None:
        """Put an invocation in the place of the one of the same id."""
        self._connection.execute(
            "UPDATE invocations SET last_status = ?, last_sign = ?, document = ? WHERE invocation_id = ?",
            (
                record.last_status.value,
                microseconds(_last_sign(record)),
                record.model_dump_json(),
                record.invocation_id,
            ),
        )

    def set_logs_location(self, invocation_id: str, location: LogsLocation) -> None:
        """Record where logs are stored."""
        self._connection.execute(
            "UPDATE invocations SET logs_location = ? WHERE invocation_id = ?",
            (location.model_dump_json(), invocation_id),
        )

    def of_org(self, search: Search, *, org_id: str) -> Iterator[Row]:
        """Return the invocations of one organization."""
        return listed(self._connection, _INVOCATIONS, search, where=["org_id = :org_id"], org_id=org_id)

    def active(self, org_id: str, *, created_before: datetime | None, limit: int) -> list[InvocationRecord]:
        """Return the organization's invocations that have not ended, the oldest first."""
        where, values = _active_of(org_id, created_before)
        statement = f"SELECT document FROM invocations WHERE {where} ORDER BY created, invocation_id LIMIT ?"  # noqa: S608
        return self._records(statement, (*values, limit))

    def count_active(self, org_id: str, *, created_before: datetime | None) -> int:
        """Return how many of the organization's invocations have not ended."""
        where, values = _active_of(org_id, created_before)
        row = self._connection.execute(f"SELECT count(*) FROM invocations WHERE {where}", values).fetchone()  # noqa: S608
        return int(row[0])

    def queued(self, limit: int) -> list[Run]:
        """Return the invocations of all organizations that wait for a machine, the oldest first."""
        return [
            Run(InvocationRecord.model_validate_json(document), json.loads(parameters), bool(downloads))
            for document, parameters, downloads in self._connection.execute(
                "SELECT document, parameters, downloads_inputs FROM invocations"  # noqa: S608
                f" WHERE {_QUEUED} ORDER BY created, invocation_id LIMIT ?",
                (limit,),
            )
        ]

    def silent(self, since: datetime) -> list[InvocationRecord]:
        """Return the invocations that are under way and gave no sign of life since then, the longest silent first."""
        return self._records(
            f"SELECT document FROM invocations WHERE {_UNDER_WAY} AND last_sign < ? ORDER BY last_sign",  # noqa: S608
            (microseconds(since),),
        )

    def any_under_way(self) -> bool:
        """Return True while an invocation of any organization is with a runner."""
        statement = f"SELECT 1 FROM invocations WHERE {_UNDER_WAY} LIMIT 1"  # noqa: S608
        return self._connection.execute(statement).fetchone() is not None

    def add_logs(self, invocation_id: str, records: Iterable[LogRecord]) -> None:
        """Add log records behind those that are there."""
        self._connection.executemany(
            "INSERT INTO logs (invocation_id, document) VALUES (?, ?)",
            ((invocation_id, record.model_dump_json()) for record in records),
        )

    def logs(self, invocation_id: str, *, after: int, limit: int) -> list[LogLine]:
        """Return log records in the order they were written, from the one that follows ``after`` on."""
        return [
            LogLine(sequence, LogRecord.model_validate_json(document))
            for sequence, document in self._connection.execute(
                "SELECT sequence, document FROM logs WHERE invocation_id = ? AND sequence > ?"
                " ORDER BY sequence LIMIT ?",
                (invocation_id, after, limit),
            )
        ]

    def _records(self, statement: str, values: tuple[SqlValue, ...]) -> list[InvocationRecord]:
        found = self._connection.execute(statement, values)
        return [InvocationRecord.model_validate_json(document) for (document,) in found]


def _active_of(org_id: str, created_before: datetime | None) -> tuple[str, tuple[SqlValue, ...]]:
    where = f"{_ACTIVE} AND org_id = ?"
    if created_before is None:
        return where, (org_id,)
    return f"{where} AND created < ?", (org_id, microseconds(created_before))


def _last_sign(record: InvocationRecord) -> datetime:
    changed = record.status[-1].timestamp
    return changed if record.last_heartbeat is None else max(changed, record.last_heartbeat)
