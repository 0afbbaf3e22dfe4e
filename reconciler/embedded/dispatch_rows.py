"""The rows of events that targeted triggers wait for, and of what came of them: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, Final, NamedTuple

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.dispatches import TriggerDispatchRecord, TriggerDispatchStatus
from reconciler.domain.invocations import InvocationStatus
from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.values import WireModel
from reconciler.embedded.columns import SqlValue, microseconds, time_of


class NotedEvent(WireModel):
    """Something that happened, as far as triggers want to know.

    It happened to the files of ``file_ids``, else to the dataset, or to the invocation, which had ``status`` then.
    ``changeset`` is what it changed of metadata and tags, ``caused_by`` the invocation whose run did it.
    """

    event_id: str
    type: PlatformEventType
    time: datetime
    dataset_id: str | None = None
    file_ids: tuple[str, ...] = ()
    transaction_id: str | None = None
    invocation_id: str | None = None
    status: InvocationStatus | None = None
    changeset: MetadataChangeset | None = None
    caused_by: str | None = None


class Waiting(NamedTuple):
    """An event that one trigger has not seen yet."""

    waiting_id: int
    org_id: str
    trigger_id: str
    event: NotedEvent


class Dispatched(NamedTuple):
    """A dispatch with its place in the order in which they were made."""

    sequence: int
    record: TriggerDispatchRecord


class DispatchRows:
    """The statements about dispatches, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_waiting(self, org_id: str, trigger_id: str, event: NotedEvent) -> None:
        """Have a trigger wait for its turn to see an event."""
        self._connection.execute(
            "INSERT INTO waiting_events (org_id, trigger_id, document) VALUES (?, ?, ?)",
            (org_id, trigger_id, event.model_dump_json()),
        )

    def next_waiting(self, *, after: int) -> Waiting | None:
        """Return the first event that waits behind this one."""
        row = self._connection.execute(
            "SELECT waiting_id, org_id, trigger_id, document FROM waiting_events WHERE waiting_id > ?"
            " ORDER BY waiting_id LIMIT 1",
            (after,),
        ).fetchone()
        if row is None:
            return None
        waiting_id, org_id, trigger_id, document = row
        return Waiting(waiting_id, org_id, trigger_id, NotedEvent.model_validate_json(document))

    def take_waiting(self, waiting_id: int) -> bool:
        """Take an event away; False when somebody else was quicker."""
        taken = self._connection.execute("DELETE FROM waiting_events WHERE waiting_id = ?", (waiting_id,))
        return taken.rowcount == 1

    def find(self, trigger_id: str, token: str, target_id: str) -> TriggerDispatchRecord | None:
        """Return what took a slot."""
        found = self._all("WHERE trigger_id = ? AND token = ? AND target_id = ?", (trigger_id, token, target_id))
        return found[0].record if found else None

    def put(self, record: TriggerDispatchRecord) -> None:
        """Take a slot, also from a dispatch that failed; it counts as the latest from now on."""
        self._connection.execute(
            "INSERT OR REPLACE INTO trigger_dispatches (trigger_id, token, target_id, org_id, target_type, event_type,"
            " event_id, subject, dataset_id, status, detail, result_ref, claimed, finalized)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.trigger_id,
                record.idempotency_token,
                record.target_id,
                record.org_id,
                record.target_type,
                record.event_type.value,
                record.event_id,
                record.subject,
                record.dataset_id,
                record.status.value,
                record.status_detail,
                record.result_ref,
                microseconds(record.claimed_at),
                None if record.finalized_at is None else microseconds(record.finalized_at),
            ),
        )

    def of_trigger(self, trigger_id: str, *, before: int, limit: int) -> list[Dispatched]:
        """Return a trigger's dispatches, the newest first, from the one before ``before`` on."""
        return self._all(
            "WHERE trigger_id = ? AND dispatch_id < ? ORDER BY dispatch_id DESC LIMIT ?", (trigger_id, before, limit)
        )

    def forget(self, trigger_id: str) -> None:
        """Delete a trigger's dispatches, and what it waits for."""
        for table in ("trigger_dispatches", "waiting_events"):
            self._connection.execute(f"DELETE FROM {table} WHERE trigger_id = ?", (trigger_id,))  # noqa: S608

    def _all(self, rest: str, values: tuple[SqlValue, ...]) -> list[Dispatched]:
        return [Dispatched(row[0], _record(row)) for row in self._connection.execute(f"{_SELECT} {rest}", values)]


_SELECT: Final = (
    "SELECT dispatch_id, trigger_id, token, target_id, org_id, target_type, event_type, event_id, subject, dataset_id,"
    " status, detail, result_ref, claimed, finalized FROM trigger_dispatches"
)


def _record(row: tuple[Any, ...]) -> TriggerDispatchRecord:
    _, trigger_id, token, target_id, org_id, target_type, event_type, event_id, subject, dataset_id = row[:10]
    status, detail, result_ref, claimed, finalized = row[10:]
    return TriggerDispatchRecord(
        trigger_id=trigger_id,
        idempotency_token=token,
        target_id=target_id,
        org_id=org_id,
        target_type=target_type,
        event_type=PlatformEventType(event_type),
        event_id=event_id,
        subject=subject,
        dataset_id=dataset_id,
        status=TriggerDispatchStatus(status),
        status_detail=detail,
        result_ref=result_ref,
        claimed_at=time_of(claimed),
        finalized_at=None if finalized is None else time_of(finalized),
    )
