"""Events on their way to targeted triggers: noted in the transaction of the event itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.trigger_projection import EVENTS
from reconciler.embedded.dispatch_rows import NotedEvent
from reconciler.embedded.store import Rows

if TYPE_CHECKING:
    from reconciler.embedded.events import DatasetEvent


def note_for_targeted(rows: Rows, event: DatasetEvent, *, now: datetime) -> None:
    """Have each targeted trigger that listens wait for its turn to see what happened to a dataset."""
    for kind in _kinds(event):
        trigger_ids = [row.record.trigger_id for row in rows.targeted.subscribed(event.org_id, kind)]
        noted = NotedEvent(
            event_id=secrets.token_hex(10),
            type=kind,
            time=now,
            dataset_id=event.dataset_id,
            file_ids=event.file_ids,
            transaction_id=event.transaction_id,
        )
        rows.dispatches.add_waiting(event.org_id, trigger_ids, noted)


def _kinds(event: DatasetEvent) -> Iterator[PlatformEventType]:
    yield EVENTS[event.cause]
    if event.transaction_id is not None:
        yield PlatformEventType.UploadCompleted
