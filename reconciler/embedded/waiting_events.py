"""Events that were noted for targeted triggers, seen by each of them after the transaction of the event.

===========================  ====================================================================================
per file                     once_per file and occurrence: each file of the event is an occasion of its own; of an
                             event with many files, so many at a time
per dataset                  the event is one occasion; where a condition or a placeholder looks at the file, each
                             file of the event is tried until the slot of the dataset is taken
an end of an invocation      one occasion, once_per occurrence or invocation; its records are as they are by then
gone meanwhile               the dataset, the file or the trigger: nothing is left to fire for
===========================  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from reconciler.domain.conditions import fields_of
from reconciler.domain.datasets import FileRecord
from reconciler.domain.placeholders import paths_in
from reconciler.domain.platform_events import TRAITS
from reconciler.domain.trigger_shapes import EventSubscription, TargetedTriggerRecord
from reconciler.embedded import occasions, shapes
from reconciler.embedded.dispatch_rows import NotedEvent, Waiting
from reconciler.embedded.dispatching import dispatch
from reconciler.embedded.invocations import action_of
from reconciler.embedded.noting import FILES_AT_ONCE
from reconciler.embedded.occasions import DatasetPaths, Occasion, is_per_file
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows, Store

#: Tells the time, in UTC.
Clock = Callable[[], datetime]

#: Roots that differ from file to file of one event.
_PER_FILE: Final = frozenset({"file", "envelope"})


def run_waiting(store: Store, *, now: Clock) -> None:
    """Show triggers the events they wait for, oldest first; several threads and processes may do so at once.

    Raises:
        PlatformUnavailable: The database failed; what was not seen goes on waiting.
    """
    done = 0
    while (waiting := _next(store, after=done)) is not None:
        with store.atomic() as rows:
            if rows.dispatches.take_waiting(waiting.waiting_id):
                _see(rows, waiting, now=now())
        done = waiting.waiting_id
        if len(waiting.event.file_ids) >= FILES_AT_ONCE:
            store.give_way()


def _next(store: Store, *, after: int) -> Waiting | None:
    # Most often nothing waits: looking takes no lock.
    with store.reading() as rows:
        return rows.dispatches.next_waiting(after=after)


def _see(rows: Rows, waiting: Waiting, *, now: datetime) -> None:
    kept = shapes.of_id(rows, waiting.org_id, waiting.trigger_id)
    if kept is None or kept.older is not None or not kept.record.enabled:
        return
    for occasion in _occasions(rows, kept, waiting.event):
        fired = dispatch(rows, kept, occasion, now=now)
        if fired and occasion.file_path is None:
            return


def _occasions(rows: Rows, kept: Kept, event: NotedEvent) -> Iterator[Occasion]:
    if event.invocation_id is not None:
        return _of_invocation(rows, kept.record, event.invocation_id, event)
    return _of_dataset(rows, kept.record, event)


def _of_invocation(
    rows: Rows, trigger: TargetedTriggerRecord, invocation_id: str, event: NotedEvent
) -> Iterator[Occasion]:
    invocation = rows.invocations.find(invocation_id)
    if invocation is not None and isinstance(trigger.fires_on, EventSubscription):
        yield occasions.of_invocation(trigger, invocation, action_of(rows, invocation), event)


def _of_dataset(rows: Rows, trigger: TargetedTriggerRecord, event: NotedEvent) -> Iterator[Occasion]:
    dataset = None if event.dataset_id is None else rows.datasets.find(event.dataset_id)
    if dataset is None or not isinstance(trigger.fires_on, EventSubscription):
        return
    per_file = is_per_file(trigger, event.type)
    paths = DatasetPaths([] if per_file else rows.evaluations.paths(dataset.dataset_id))
    for file in _files(rows, trigger, event, per_file=per_file):
        yield occasions.of_dataset(trigger, dataset, event, paths=paths, file=file)


def _files(
    rows: Rows, trigger: TargetedTriggerRecord, event: NotedEvent, *, per_file: bool
) -> Iterator[FileRecord | None]:
    if TRAITS[event.type].entity != "file" or not (per_file or _looks_at_files(trigger)):
        yield None
        return
    for file_id in event.file_ids:
        file = rows.files.find(file_id)
        if file is not None:
            yield file


def _looks_at_files(trigger: TargetedTriggerRecord) -> bool:
    """Return True when it makes a difference to the trigger which file of a dataset an event is about."""
    asked = [] if trigger.condition is None else fields_of(trigger.condition)
    asked += [path for target in trigger.targets for path in paths_in(target)]
    return any(path.partition(".")[0] in _PER_FILE for path in asked)
