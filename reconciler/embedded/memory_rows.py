"""The rows of what older triggers ran for, as the newer shape sees it: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Final, NamedTuple

from reconciler.domain.trigger_projection import EVENTS
from reconciler.domain.triggers import FIRST_CAUSES, TriggerEvaluationCause, TriggerRecord
from reconciler.embedded.columns import microseconds, time_of


class Invoked(NamedTuple):
    """An invocation that an evaluation of an older trigger made.

    ``idempotency_id`` names the trigger, and the dataset or the version of a file.
    """

    evaluation_id: int
    cause: TriggerEvaluationCause
    dataset_id: str
    invocation_id: str
    idempotency_id: str
    started: datetime
    ended: datetime


class MemoryRows:
    """The statements about what older triggers ran for, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def invoked(self, org_id: str, trigger_id: str, *, before: tuple[int, str], limit: int) -> list[Invoked]:
        """Return what the evaluations of an older trigger invoked, the newest first, from the one before on."""
        found = self._connection.execute(_INVOKED, (org_id, trigger_id, *before, limit))
        return [
            Invoked(
                evaluation_id, TriggerEvaluationCause(cause), dataset_id, invocation_id, key, time_of(at), time_of(end)
            )
            for evaluation_id, cause, dataset_id, invocation_id, key, at, end in found
        ]

    def carry_over(self, trigger: TriggerRecord, *, target_id: str, now: datetime) -> None:
        """Take the slots of what an older trigger ran for, as it becomes a targeted one: it does not run again."""
        events = [EVENTS[cause].value for cause in trigger.causes or FIRST_CAUSES]
        self._connection.executemany(
            _CARRY_OVER,
            (
                {
                    "trigger_id": trigger.trigger_id,
                    "org_id": trigger.org_id,
                    "target_id": target_id,
                    "event": event,
                    "now": microseconds(now),
                }
                for event in events
            ),
        )

    def bring_back(self, trigger_id: str) -> None:
        """Remember what a targeted trigger ran for, as it becomes an older one: it does not run again."""
        for statement in (_BRING_BACK_DATASETS, _BRING_BACK_FILES):
            self._connection.execute(statement, (trigger_id,))

    def ran_for(self, trigger_id: str, dataset_id: str, file_id: str, version: int) -> bool:
        """Return True when an older trigger ran for a version of a file; for a dataset where ``file_id`` is empty."""
        statement = "SELECT 1 FROM trigger_memory WHERE (trigger_id, dataset_id, file_id, version) = (?, ?, ?, ?)"
        values = (trigger_id, dataset_id, file_id, version)
        return self._connection.execute(statement, values).fetchone() is not None


# An invocation is created at the moment its evaluation starts.
_INVOKED: Final = (
    "SELECT evaluation_id, cause, dataset_id, invocation_id, idempotency_id, started, coalesce(ended, started)"
    " FROM trigger_evaluations JOIN invocations USING (org_id)"
    " WHERE org_id = ? AND trigger_id = ? AND outcome = 'invoked_action' AND (evaluation_id, invocation_id) < (?, ?)"
    " AND source_id = trigger_id AND created = started AND data_source_id = dataset_id"
    " AND idempotency_id LIKE trigger_id || '/%' ORDER BY evaluation_id DESC, invocation_id DESC LIMIT ?"
)
_CARRY_OVER: Final = (
    "INSERT OR IGNORE INTO trigger_dispatches (trigger_id, token, target_id, org_id, target_type, event_type,"
    " event_id, subject, dataset_id, status, detail, result_ref, claimed, finalized)"
    " SELECT DISTINCT trigger_id, :event || iif(file_id = '', '|dataset:' || dataset_id, '|file:' || file_id),"
    " :target_id, :org_id, 'invoke_action', :event, 'evt:' || trigger_id || ':' || dataset_id || file_id,"
    " 'roboto://' || iif(file_id = '', 'dataset/' || dataset_id, 'file/' || file_id), dataset_id, 'dispatched',"
    " 'before the trigger was changed', NULL, :now, :now FROM trigger_memory WHERE trigger_id = :trigger_id"
)
_BRING_BACK_DATASETS: Final = (
    "INSERT OR IGNORE INTO trigger_memory SELECT trigger_id, dataset_id, '', 0 FROM trigger_dispatches"
    " WHERE trigger_id = ? AND status = 'dispatched' AND token LIKE '%|dataset:%'"
)
_BRING_BACK_FILES: Final = (
    "INSERT OR IGNORE INTO trigger_memory"
    " SELECT trigger_id, files.dataset_id, file_id, json_extract(files.document, '$.version')"
    " FROM trigger_dispatches JOIN files ON file_id = substr(token, instr(token, '|file:') + 6)"
    " WHERE trigger_id = ? AND status = 'dispatched' AND token LIKE '%|file:%'"
)
