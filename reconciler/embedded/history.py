"""The history of an invocation: what a step to another status makes of its record. Pure.

Which steps there are is :meth:`InvocationStatus.can_transition_to`'s to say. On top of it:

===========================  ==============================================================================
the status it has            nothing happens: clients repeat requests whose answers they missed
Failed, for the third time   Failed, and at once Deadly: it is not tried again
Deadly, after two failures   the same: the official client counts, too, and asks for what it expects
===========================  ==============================================================================

Timestamps strictly increase: clients sort by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from reconciler.domain.invocations import InvocationRecord, InvocationStatus, InvocationStatusRecord
from reconciler.embedded.actions import after
from reconciler.errors import InvalidTransition

#: Failures after which an invocation is given up.
MOST_FAILURES: Final = 3


def advanced(
    record: InvocationRecord, status: InvocationStatus, *, detail: str | None, now: datetime
) -> InvocationRecord:
    """Return the record after a step to another status.

    Raises:
        InvalidTransition: There is no such step from where the invocation stands.
    """
    if status is record.last_status:
        return record
    entries = list(record.status)
    for step in _steps(record, status):
        if not entries[-1].status.can_transition_to(step):
            raise InvalidTransition(
                f"invocation {record.invocation_id} cannot go from {entries[-1].status.name} to {step.name}"
            )
        moment = after(entries[-1].timestamp, now)
        entries.append(InvocationStatusRecord(status=step, detail=detail, timestamp=moment))
    return record.model_copy(
        update={"status": entries, "last_status": entries[-1].status, "duration": run_time(entries)}
    )


def run_time(entries: Sequence[InvocationStatusRecord]) -> timedelta:
    """Return how long the latest attempt ran, from its first running status to its end, or to its latest step."""
    attempt = list(takewhile(lambda entry: entry.status is not InvocationStatus.Queued, reversed(entries)))[::-1]
    started = next((entry.timestamp for entry in attempt if entry.status.is_running()), None)
    if started is None:
        return timedelta()
    ended = next((entry.timestamp for entry in attempt if entry.status.is_terminal()), attempt[-1].timestamp)
    return ended - started


def _steps(record: InvocationRecord, status: InvocationStatus) -> tuple[InvocationStatus, ...]:
    failures = sum(entry.status is InvocationStatus.Failed for entry in record.status)
    given_up = status in {InvocationStatus.Failed, InvocationStatus.Deadly} and failures >= MOST_FAILURES - 1
    if given_up and not record.last_status.is_terminal():
        return InvocationStatus.Failed, InvocationStatus.Deadly
    return (status,)
