"""Leases: an executor writes for one attempt at an invocation, and no more once that attempt is over.

An executor that stalled and wakes may find that its run was lost, tried again, and taken by somebody else. So each of
its writes says for which attempt it is, and is refused in its own transaction when another one counts.

===========================  ====================================================================================
an attempt                   is known by how often the invocation was scheduled: whoever claims it schedules it
is over                      once it failed, however it goes on; whoever finds a silent run fails it first
was cancelled, or completed  its executor may still say so in the log, and do nothing else
===========================  ====================================================================================
"""

from __future__ import annotations

from itertools import takewhile

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.embedded.access import Caller
from reconciler.embedded.store import Rows
from reconciler.errors import PlatformError


class LeaseLost(PlatformError):
    """The attempt that an executor writes for is over; only runners meet it, and none lets it out."""


def attempt_of(record: InvocationRecord) -> int:
    """Return the number of the latest attempt: how often the invocation was scheduled."""
    return sum(entry.status is InvocationStatus.Scheduled for entry in record.status)


def is_held(record: InvocationRecord, *, attempt: int) -> bool:
    """Return True while an attempt is the latest and has not failed."""
    since = takewhile(lambda entry: entry.status is not InvocationStatus.Scheduled, reversed(record.status))
    return attempt_of(record) == attempt and not any(entry.status in _OVER for entry in since)


def check_lease(rows: Rows, caller: Caller, *, may_have_ended: bool = False) -> None:
    """Refuse an executor whose attempt is over; asked in the transaction of what it writes. Others hold no lease.

    Raises:
        LeaseLost: The attempt is over; with ``may_have_ended``, in another way than by its own end or a cancellation.
    """
    if caller.attempt is None or caller.invocation_id is None:
        return
    record = rows.invocations.find(caller.invocation_id)
    if record is None or not is_held(record, attempt=caller.attempt):
        raise LeaseLost(f"attempt {caller.attempt} at invocation {caller.invocation_id} is over")
    if record.last_status.is_terminal() and not may_have_ended:
        raise LeaseLost(f"invocation {caller.invocation_id} is {record.last_status.name}")


_OVER = frozenset({InvocationStatus.Failed, InvocationStatus.Queued, InvocationStatus.Deadly})
