"""Events on their way to targeted triggers: noted in the transaction of the event itself.

A trigger does not hear of what its own runs do, nor of what comes of them through other triggers: of two triggers
that each fire when the other's run completes, the second does not wake the first. Otherwise they would never end.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.trigger_projection import EVENTS
from reconciler.embedded.access import Caller
from reconciler.embedded.dispatch_rows import NotedEvent
from reconciler.embedded.occasions import is_per_file
from reconciler.embedded.store import Rows

if TYPE_CHECKING:
    from reconciler.domain.datasets import DatasetRecord
    from reconciler.domain.trigger_shapes import TargetedTriggerRecord
    from reconciler.embedded.dataset_event import DatasetEvent


def note_for_targeted(rows: Rows, event: DatasetEvent, *, now: datetime) -> None:
    """Have each targeted trigger that listens wait for its turn to see what happened to a dataset."""
    for kind in _kinds(event):
        noted = NotedEvent(
            event_id=_event_id(),
            type=kind,
            time=now,
            dataset_id=event.dataset_id,
            file_ids=event.file_ids,
            transaction_id=event.transaction_id,
            changeset=event.changeset,
            caused_by=event.invocation_id,
        )
        _have_wait(rows, event.org_id, noted)


def note_created(rows: Rows, dataset: DatasetRecord, *, caller: Caller, now: datetime) -> None:
    """Note that there is a new dataset; what it is tagged with from the start was not added to it."""
    noted = NotedEvent(
        event_id=_event_id(),
        type=PlatformEventType.DatasetCreated,
        time=now,
        dataset_id=dataset.dataset_id,
        caused_by=caller.invocation_id,
    )
    _have_wait(rows, dataset.org_id, noted)


def note_end(rows: Rows, invocation: InvocationRecord) -> None:
    """Note that an invocation has completed or failed; nobody waits for one that was cancelled."""
    kind = _ENDS.get(invocation.last_status)
    if kind is None:
        return
    noted = NotedEvent(
        event_id=_event_id(),
        type=kind,
        time=invocation.status[-1].timestamp,
        invocation_id=invocation.invocation_id,
        status=invocation.last_status,
        caused_by=invocation.invocation_id,
    )
    _have_wait(rows, invocation.org_id, noted)


#: Files that one transaction fires for: in between, others may write.
FILES_AT_ONCE: Final = 100

_ENDS: Final = {
    InvocationStatus.Completed: PlatformEventType.InvocationCompleted,
    InvocationStatus.Failed: PlatformEventType.InvocationFailed,
    InvocationStatus.Deadly: PlatformEventType.InvocationFailed,
}


def _have_wait(rows: Rows, org_id: str, event: NotedEvent) -> None:
    subscribed = [row.record for row in rows.targeted.subscribed(org_id, event.type)]
    if not subscribed:
        return
    deaf = rows.invocations.lineage(event.caused_by)
    for trigger in subscribed:
        if trigger.trigger_id in deaf:
            continue
        for part in _parts(event, trigger):
            rows.dispatches.add_waiting(org_id, trigger.trigger_id, part)


def _parts(event: NotedEvent, trigger: TargetedTriggerRecord) -> Iterator[NotedEvent]:
    """Return the event so that one transaction can see it: with so many files, where each of them is an occasion."""
    if not is_per_file(trigger, event.type):
        yield event
        return
    ids = event.file_ids
    for start in range(0, len(ids), FILES_AT_ONCE):
        yield event.model_copy(update={"file_ids": ids[start : start + FILES_AT_ONCE]})


def _kinds(event: DatasetEvent) -> Iterator[PlatformEventType]:
    yield EVENTS[event.cause]
    if event.transaction_id is not None:
        yield PlatformEventType.UploadCompleted
    if event.changeset is not None and event.changeset.put_tags and not event.file_ids:
        yield PlatformEventType.DatasetTagAdded


def _event_id() -> str:
    return secrets.token_hex(10)
