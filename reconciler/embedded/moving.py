"""Steps of invocations to other statuses: recorded, and told to the triggers that wait for an end."""

from __future__ import annotations

from datetime import datetime

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.embedded.history import advanced
from reconciler.embedded.noting import note_end
from reconciler.embedded.store import Rows


def moved(
    rows: Rows, record: InvocationRecord, status: InvocationStatus, *, detail: str | None, now: datetime
) -> InvocationRecord:
    """Take an invocation to another status and return what it is then; a step said twice is taken once.

    Raises:
        InvalidTransition: There is no such step from where the invocation stands.
    """
    after = advanced(record, status, detail=detail, now=now)
    if after is record:
        return record
    rows.invocations.replace(after)
    note_end(rows, after)
    return after
