"""What happens to datasets is noted in the transaction that does it, and evaluated after it."""

from __future__ import annotations

from datetime import datetime

from reconciler.embedded.dataset_event import DatasetEvent
from reconciler.embedded.noting import note_for_targeted
from reconciler.embedded.store import Rows


def note(rows: Rows, event: DatasetEvent, *, now: datetime) -> None:
    """Remember that triggers are to be evaluated for this, in the transaction of the event itself."""
    rows.evaluations.add_pending(event, deaf=rows.invocations.lineage(event.invocation_id), now=now)
    note_for_targeted(rows, event, now=now)
