"""The rows of trigger evaluations, those that wait and those that were, and of what triggers ran for: SQL, no rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.domain.evaluations import (
    TriggerEvaluationDataConstraint,
    TriggerEvaluationOutcome,
    TriggerEvaluationOutcomeReason,
    TriggerEvaluationRecord,
    TriggerEvaluationStatus,
)
from reconciler.domain.invocations import InvocationDataSource, InvocationDataSourceType
from reconciler.domain.triggers import FIRST_CAUSES, TriggerEvaluationCause
from reconciler.embedded.columns import SqlValue, microseconds, time_of

if TYPE_CHECKING:
    from reconciler.embedded.dataset_event import DatasetEvent


class Pending(NamedTuple):
    """An evaluation that waits; ``event_id`` leads to the files it is about, None when it is about all.

    ``caused_by`` is the invocation whose run caused it, if it was one. ``outcome`` is there once it has begun to fire,
    at the moment ``started``, in microseconds since 1970; until then that is when it was noted.
    """

    evaluation_id: int
    org_id: str
    trigger_id: str
    trigger_name: str
    dataset_id: str
    event_id: int | None
    caused_by: str | None
    started: int
    outcome: str | None


class NamedFile(NamedTuple):
    """A file that an evaluation is about."""

    file_id: str
    path: str


class Candidate(NamedTuple):
    """A file that a trigger may fire for; ``ran`` is true when it ran for this version of the file before."""

    file_id: str
    path: str
    version: int
    ran: int
    document: str


class Settled(NamedTuple):
    """What came of an evaluation."""

    started: datetime
    ended: datetime
    status: TriggerEvaluationStatus
    detail: str | None = None
    outcome: TriggerEvaluationOutcome | None = None
    reason: TriggerEvaluationOutcomeReason | None = None


class EvaluationRows:
    """The statements about trigger evaluations, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_pending(self, event: DatasetEvent, *, deaf: Iterable[str], now: datetime) -> None:
        """Add an evaluation for each trigger that hears of the event; one that names no causes hears of the first.

        Triggers of the ids in ``deaf`` hear nothing. Those for each dataset look at all of it, those for each file at
        the files of the event.
        """
        event_id = self._add_files(event.file_ids)
        values = {
            "org_id": event.org_id,
            "dataset_id": event.dataset_id,
            "cause": event.cause.value,
            "is_first": event.cause in FIRST_CAUSES,
            "transaction_id": event.transaction_id,
            "event_id": event_id,
            "started": microseconds(now),
            "caused_by": event.invocation_id,
            "deaf": json.dumps(sorted(deaf)),
        }
        self._connection.execute(
            "INSERT INTO trigger_evaluations"
            " (org_id, trigger_id, trigger_name, dataset_id, cause, transaction_id, event_id, started, status,"
            " caused_by)"
            " SELECT org_id, json_extract(document, '$.trigger_id'), name, :dataset_id, :cause,"
            " iif(json_extract(document, '$.for_each') = 'dataset', NULL, :transaction_id),"
            " iif(json_extract(document, '$.for_each') = 'dataset', NULL, :event_id), :started, 'pending', :caused_by"
            " FROM triggers"
            " WHERE org_id = :org_id AND (json_extract(document, '$.causes') IS NULL AND :is_first"
            " OR EXISTS (SELECT 1 FROM json_each(document, '$.causes') WHERE value = :cause))"
            " AND json_extract(document, '$.trigger_id') NOT IN (SELECT value FROM json_each(:deaf))"
            " ORDER BY created, name",
            values,
        )
        self._forget_files(event_id)

    def next_pending(self, *, after: int) -> Pending | None:
        """Return the first evaluation that waits behind this one."""
        row = self._connection.execute(
            f"SELECT {_PENDING} FROM trigger_evaluations WHERE status = 'pending' AND evaluation_id > ?"  # noqa: S608
            " ORDER BY evaluation_id LIMIT 1",
            (after,),
        ).fetchone()
        return None if row is None else Pending._make(row)

    def begin(self, pending: Pending, *, started: datetime) -> None:
        """Record that an evaluation has fired, and has more to fire for."""
        self._connection.execute(
            "UPDATE trigger_evaluations SET started = ?, outcome = ? WHERE evaluation_id = ?",
            (microseconds(started), TriggerEvaluationOutcome.InvokedAction.value, pending.evaluation_id),
        )

    def settle(self, pending: Pending, settled: Settled) -> None:
        """Record what came of an evaluation that waited."""
        self._connection.execute(
            "UPDATE trigger_evaluations SET status = :status, started = :started, ended = :ended, detail = :detail,"
            " outcome = :outcome, reason = :reason, event_id = NULL WHERE evaluation_id = :evaluation_id",
            {
                "evaluation_id": pending.evaluation_id,
                "status": settled.status.value,
                "started": microseconds(settled.started),
                "ended": microseconds(settled.ended),
                "detail": settled.detail,
                "outcome": None if settled.outcome is None else settled.outcome.value,
                "reason": None if settled.reason is None else settled.reason.value,
            },
        )
        self._forget_files(pending.event_id)

    def paths(self, dataset_id: str) -> list[str]:
        """Return the paths of a dataset's files, in order."""
        statement = "SELECT relative_path FROM files WHERE dataset_id = ? ORDER BY relative_path"
        return [path for (path,) in self._connection.execute(statement, (dataset_id,))]

    def named_files(self, pending: Pending) -> list[NamedFile]:
        """Return the files an evaluation is about, those of its event or all of the dataset, by path."""
        statement = _FILES_OF_DATASET if pending.event_id is None else _FILES_OF_EVENT
        return [NamedFile._make(row) for row in self._connection.execute(statement, pending._asdict())]

    def candidates(self, pending: Pending, file_ids: Iterable[str]) -> list[Candidate]:
        """Return what there is to know about some files, by path."""
        values = {**pending._asdict(), "file_ids": json.dumps(list(file_ids))}
        return [Candidate._make(row) for row in self._connection.execute(_CANDIDATES, values)]

    def ran_for_dataset(self, pending: Pending) -> bool:
        """Return True when the trigger ran for the dataset as a whole."""
        statement = "SELECT 1 FROM trigger_memory WHERE trigger_id = ? AND dataset_id = ? AND file_id = ''"
        return self._connection.execute(statement, (pending.trigger_id, pending.dataset_id)).fetchone() is not None

    def remember_dataset(self, pending: Pending) -> None:
        """Remember that the trigger ran for the dataset as a whole."""
        self._remember([(pending.trigger_id, pending.dataset_id, "", 0)])

    def remember_files(self, pending: Pending, files: Iterable[Candidate]) -> None:
        """Remember that the trigger ran for these versions of these files."""
        self._remember((pending.trigger_id, pending.dataset_id, file.file_id, file.version) for file in files)

    def of_trigger(self, trigger_id: str, *, before: int, limit: int) -> list[TriggerEvaluationRecord]:
        """Return evaluations of a trigger, the newest first, from the one before ``before`` on."""
        return self._records("trigger_id = ?", (trigger_id, before, limit))

    def of_dataset(self, dataset_id: str, *, before: int, limit: int) -> list[TriggerEvaluationRecord]:
        """Return evaluations for a dataset, the newest first, from the one before ``before`` on."""
        return self._records("dataset_id = ?", (dataset_id, before, limit))

    def _add_files(self, file_ids: tuple[str, ...]) -> int | None:
        if not file_ids:
            return None
        statement = "INSERT INTO pending_files (file_ids) VALUES (?)"
        return self._connection.execute(statement, (json.dumps(file_ids),)).lastrowid

    def _forget_files(self, event_id: int | None) -> None:
        """Forget which files an event was about, once no evaluation waits for it."""
        self._connection.execute(
            "DELETE FROM pending_files WHERE event_id = :event_id"
            " AND NOT EXISTS (SELECT 1 FROM trigger_evaluations WHERE event_id = :event_id)",
            {"event_id": event_id},
        )

    def _remember(self, entries: Iterable[tuple[str, str, str, int]]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO trigger_memory VALUES (?, ?, ?, ?)", entries)

    def _records(self, where: str, values: tuple[SqlValue, ...]) -> list[TriggerEvaluationRecord]:
        statement = f"{_RECORDS} WHERE {where} AND evaluation_id < ? ORDER BY evaluation_id DESC LIMIT ?"
        found = self._connection.execute(statement, values)
        return [_record(row) for row in found]


_PENDING: Final = ", ".join(Pending._fields)

_RECORDS: Final = (
    "SELECT evaluation_id, trigger_id, dataset_id, cause, transaction_id, started, ended, status, detail, outcome,"
    " reason FROM trigger_evaluations"
)
# Both are answered by an index alone, or by the ids that are named: a record is not read before somebody wants it.
_FILES_OF_DATASET: Final = (
    "SELECT file_id, relative_path FROM files WHERE dataset_id = :dataset_id ORDER BY relative_path"
)
_FILES_OF_EVENT: Final = (
    "SELECT file_id, relative_path FROM pending_files CROSS JOIN json_each(pending_files.file_ids) AS named"
    " CROSS JOIN files ON files.file_id = named.value"
    " WHERE pending_files.event_id = :event_id AND files.dataset_id = :dataset_id ORDER BY relative_path"
)
_CANDIDATES: Final = (
    "SELECT file_id, relative_path, json_extract(document, '$.version'), EXISTS (SELECT 1 FROM trigger_memory AS memory"
    " WHERE memory.trigger_id = :trigger_id AND memory.dataset_id = :dataset_id AND memory.file_id = files.file_id"
    " AND memory.version = json_extract(document, '$.version')), document"
    " FROM json_each(:file_ids) AS named CROSS JOIN files ON files.file_id = named.value ORDER BY relative_path"
)

_Row = tuple[int, str, str, str, str | None, int, int | None, str, str | None, str | None, str | None]


def _record(row: _Row) -> TriggerEvaluationRecord:
    evaluation_id, trigger_id, dataset_id, cause, transaction_id, started, ended, status, detail, outcome, reason = row
    return TriggerEvaluationRecord(
        trigger_evaluation_id=evaluation_id,
        trigger_id=trigger_id,
        data_source=InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id=dataset_id),
        data_constraint=None
        if transaction_id is None
        else TriggerEvaluationDataConstraint(transaction_id=transaction_id),
        evaluation_start=time_of(started),
        evaluation_end=None if ended is None else time_of(ended),
        status=TriggerEvaluationStatus(status),
        status_detail=detail,
        outcome=None if outcome is None else TriggerEvaluationOutcome(outcome),
        outcome_reason=None if reason is None else TriggerEvaluationOutcomeReason(reason),
        cause=TriggerEvaluationCause(cause),
    )


def begun(pending: Pending) -> datetime | None:
    """Return when a waiting evaluation began to fire, before a crash perhaps; None while it has not."""
    return None if pending.outcome is None else time_of(pending.started)
