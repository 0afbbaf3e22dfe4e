"""The executors' side of the platform: they take what is queued and say how it goes. No operations of any client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.domain.invocations import InvocationRecord, LogRecord
from reconciler.embedded import logs, runs
from reconciler.embedded.invocation_rows import Run
from reconciler.embedded.session import Session


class RunQueue:
    """Invocations of all organizations, as runners see them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, limit: int) -> list[Run]:
        """Take invocations that wait, the oldest first; they are Scheduled from now on."""
        with self._session.writing("claim invocations") as rows:
            return runs.claim_queued(rows, limit=limit, now=self._session.now())

    def any_under_way(self) -> bool:
        """Return True while an invocation is with some runner, which may be dead."""
        with self._session.reading("look for runs under way") as rows:
            return rows.invocations.any_under_way()

    def heartbeat(self, invocation_id: str) -> InvocationRecord:
        """Record that a run is alive; the answer tells when somebody has cancelled it."""
        with self._session.writing(f'heartbeat of invocation "{invocation_id}"', may_have_ended=True) as rows:
            return runs.heartbeat(rows, invocation_id, now=self._session.now())

    def retry_orphans(self, *, silent_since: datetime) -> list[InvocationRecord]:
        """Queue again what is under way but gave no sign of life since then; the third failure is Deadly."""
        with self._session.causing_events("retry orphaned invocations") as rows:
            return runs.retry_orphans(rows, silent_since=silent_since, now=self._session.now())

    def append_logs(self, invocation_id: str, records: Sequence[LogRecord]) -> None:
        """Add what a run wrote to its logs."""
        with self._session.writing(f'append logs of invocation "{invocation_id}"', may_have_ended=True) as rows:
            logs.append_logs(rows, invocation_id, records)

    def give_back(self, invocation_id: str, *, reason: str) -> None:
        """Queue again what an executor claimed and cannot see through; an attempt that is given back has failed."""
        with self._session.causing_events(f'give back invocation "{invocation_id}"') as rows:
            runs.give_back(rows, invocation_id, reason=reason, now=self._session.now())
