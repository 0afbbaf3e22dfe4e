"""What an executor does with invocations, of every organization: it is part of the platform and asks for no leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.embedded.actions import after
from reconciler.embedded.invocation_rows import Run
from reconciler.embedded.moving import moved
from reconciler.embedded.store import Rows
from reconciler.errors import NotFound


def claim_queued(rows: Rows, *, limit: int, now: datetime) -> list[Run]:
    """Take invocations that wait, the oldest first: they are Scheduled from now on, and nobody else gets them."""
    return [
        replace(run, record=moved(rows, run.record, InvocationStatus.Scheduled, detail=None, now=now))
        for run in rows.invocations.queued(limit)
    ]


def heartbeat(rows: Rows, invocation_id: str, *, now: datetime) -> InvocationRecord:
    """Record that a run is alive; one that has ended stays as it is. The answer tells who cancels it."""
    record = rows.invocations.find(invocation_id)
    if record is None:
        raise NotFound(f'there is no invocation "{invocation_id}"')
    if record.last_status.is_terminal():
        return record
    moment = now if record.last_heartbeat is None else after(record.last_heartbeat, now)
    beaten = record.model_copy(update={"last_heartbeat": moment})
    rows.invocations.replace(beaten)
    return beaten


def give_back(rows: Rows, invocation_id: str, *, reason: str, now: datetime) -> None:
    """Queue again what was claimed and cannot be seen through; the third time it is Deadly."""
    record = rows.invocations.find(invocation_id)
    if record is None:
        raise NotFound(f'there is no invocation "{invocation_id}"')
    _retried(rows, record, reasons=(reason, "waits for a runner again"), now=now)


def retry_orphans(rows: Rows, *, silent_since: datetime, now: datetime) -> list[InvocationRecord]:
    """Queue again what is under way but silent since then; what failed for the third time so is Deadly."""
    reasons = ("its executor gave no sign of life", "tried again")
    return [_retried(rows, record, reasons=reasons, now=now) for record in rows.invocations.silent(silent_since)]


def _retried(rows: Rows, record: InvocationRecord, *, reasons: tuple[str, str], now: datetime) -> InvocationRecord:
    why_failed, why_queued = reasons
    failed = moved(rows, record, InvocationStatus.Failed, detail=why_failed, now=now)
    if failed.last_status is InvocationStatus.Deadly:
        return failed
    return moved(rows, failed, InvocationStatus.Queued, detail=why_queued, now=now)
