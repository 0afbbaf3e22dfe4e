"""Evaluations of triggers and their effects: what waits is evaluated, what fires invokes, and everything is recorded.

=============  =====================================================================================================
when           an event adds an evaluation for each trigger that hears of it, in its own transaction; afterwards each
               is evaluated in transactions of its own. What a crash leaves waiting is evaluated the next time
how            decided as of one moment, then fired for so many files at a time: others write in between. What it
               fired for it remembers in the same transaction, so that nothing is lost or done twice by a crash. A
               trigger that is changed in between is looked at again
who hears      triggers of the dataset's organization that name the cause, and those that name none: the platform
               leaves its default open, and what a trigger ran for already it does not run for again
about what     for each dataset: all of its files, whichever of them are new, so that files that arrive one after
               another fulfil a trigger together. For each file: those of the event; a change of metadata is about all
at most once   for a dataset, or for a version of a file: whoever replaces a file has it worked on again. A trigger
               that is deleted and made again is another one and has run for nothing
what breaks    an action that is gone, a parameter it does not have: recorded with the evaluation, which is over then;
               the next event asks again
=============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.domain.evaluations import (
    TriggerEvaluationOutcome,
    TriggerEvaluationOutcomeReason,
    TriggerEvaluationRecord,
    TriggerEvaluationStatus,
)
from reconciler.domain.queries import PAGE_LIMIT, Page
from reconciler.domain.triggers import FIRST_CAUSES, TriggerForEachPrimitive, TriggerRecord, TriggerSpec
from reconciler.embedded.access import Caller
from reconciler.embedded.datasets import read_dataset
from reconciler.embedded.evaluation import Facts, evaluate, looks_at_files, settled_without_files, taken_in
from reconciler.embedded.evaluation_rows import Candidate, Pending, Settled, begun
from reconciler.embedded.firing import fire_for_dataset, fire_for_file
from reconciler.embedded.noting import FILES_AT_ONCE
from reconciler.embedded.paging import DEFAULT_LIMIT
from reconciler.embedded.store import Rows, Store
from reconciler.embedded.tokens import decoded, encoded
from reconciler.embedded.triggers import read_trigger
from reconciler.errors import InvalidRequest, NotFound, PlatformUnavailable

#: Tells the time, in UTC.
Clock = Callable[[], datetime]


def run_pending(store: Store, *, now: Clock) -> None:
    """Evaluate what waits, oldest first; several threads and processes may do so at once.

    Raises:
        PlatformUnavailable: The database failed; what was not evaluated goes on waiting.
    """
    done = 0
    while (pending := _next(store, after=done)) is not None:
        if _run(store, pending, now=now):
            done = pending.evaluation_id


def trigger_evaluations(
    rows: Rows, name: str, *, caller: Caller, owner: str | None, limit: int | None, page_token: str | None
) -> Page[TriggerEvaluationRecord]:
    """Return one page of a trigger's evaluations, newest first."""
    trigger = read_trigger(rows, name, caller=caller, owner=owner)
    return _page(
        lambda before, count: rows.evaluations.of_trigger(trigger.trigger_id, before=before, limit=count),
        caller=caller,
        limit=limit,
        page_token=page_token,
    )


def dataset_evaluations(
    rows: Rows, dataset_id: str, *, caller: Caller, owner: str | None, page_token: str | None
) -> Page[TriggerEvaluationRecord]:
    """Return one page of the evaluations for a dataset, newest first."""
    dataset = read_dataset(rows, dataset_id, caller=caller, owner=owner)
    return _page(
        lambda before, count: rows.evaluations.of_dataset(dataset.dataset_id, before=before, limit=count),
        caller=caller,
        limit=None,
        page_token=page_token,
    )


def _next(store: Store, *, after: int) -> Pending | None:
    # Most often nothing waits: looking takes no lock.
    with store.reading() as rows:
        return rows.evaluations.next_pending(after=after)


def _run(store: Store, pending: Pending, *, now: Clock) -> bool:
    """Evaluate what waits; False when its trigger was changed meanwhile, and it is to be looked at again."""
    try:
        return _fire_in_batches(store, pending, now=now)
    except PlatformUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  whatever broke it is its record, and no reason for the next to wait
        _fail(store, pending, error, now=now)
        return True


def _fire_in_batches(store: Store, pending: Pending, *, now: Clock) -> bool:
    """Decide once, from what one moment shows, and fire for so many files at a time: in between others may write."""
    with store.reading() as rows:
        decision = _decision(rows, pending, now=now)
    for batch in _batches(decision.file_ids):
        with store.atomic() as rows:
            after = _fire_batch(rows, pending, decision, batch, now=now)
        if after is not _After.MORE:
            return after is _After.OVER
        store.give_way()
    raise AssertionError("the last batch settles the evaluation")


class _After(Enum):
    """How an evaluation stands after a batch."""

    MORE = "there is another batch"
    OVER = "it is settled"
    CHANGED = "its trigger was changed: it is to be decided again"


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files of one transaction; none for a dataset, and where nothing fires."""

    file_ids: Sequence[str]
    is_last: bool


def _batches(file_ids: Sequence[str]) -> Iterator[_Batch]:
    for start in range(0, max(1, len(file_ids)), FILES_AT_ONCE):
        end = start + FILES_AT_ONCE
        yield _Batch(file_ids[start:end], is_last=end >= len(file_ids))


def _fire_batch(rows: Rows, pending: Pending, decision: _Decision, batch: _Batch, *, now: Clock) -> _After:
    current = _current(rows, pending)
    if current is None:
        return _After.OVER
    if _subjects(rows, pending)[0] != decision.trigger:
        return _After.CHANGED
    fired = _fire(rows, pending, decision, batch.file_ids) or begun(current) is not None
    if batch.is_last:
        rows.evaluations.settle(pending, _settled(decision, fired=fired, now=now))
        return _After.OVER
    if fired:
        rows.evaluations.begin(pending, started=decision.started)
    return _After.MORE


def _fail(store: Store, pending: Pending, error: Exception, *, now: Clock) -> None:
    moment = now()
    detail = str(error) or type(error).__name__
    with store.atomic() as rows:
        current = _current(rows, pending)
        if current is None:
            return
        started = begun(current)
        outcome = None if started is None else TriggerEvaluationOutcome.InvokedAction
        settled = Settled(started or moment, moment, TriggerEvaluationStatus.Failed, detail, outcome)
        rows.evaluations.settle(pending, settled)


def _current(rows: Rows, pending: Pending) -> Pending | None:
    """Return what waits as it is now; None when somebody else was quicker. Asked within the transaction it is for."""
    found = rows.evaluations.next_pending(after=pending.evaluation_id - 1)
    return found if found is not None and found.evaluation_id == pending.evaluation_id else None


def _subjects(rows: Rows, pending: Pending) -> tuple[TriggerRecord, DatasetRecord]:
    trigger = rows.trigger(pending.org_id, pending.trigger_name)
    if trigger is None or trigger.trigger_id != pending.trigger_id:
        raise NotFound(f'trigger "{pending.trigger_name}" was deleted before it was evaluated')
    dataset = rows.datasets.find(pending.dataset_id)
    if dataset is None:
        raise NotFound(f'dataset "{pending.dataset_id}" was deleted before the trigger was evaluated for it')
    return trigger, dataset


@dataclass(frozen=True, slots=True)
class _Decision:
    """What an evaluation comes to: why not, or for what it fires, whether for the dataset or for files of it."""

    trigger: TriggerRecord
    started: datetime
    reason: TriggerEvaluationOutcomeReason | None
    file_ids: tuple[str, ...] = ()


def _decision(rows: Rows, pending: Pending, *, now: Clock) -> _Decision:
    trigger, dataset = _subjects(rows, pending)
    started = begun(pending) or now()
    spec = TriggerSpec.of(trigger)
    if trigger.for_each is TriggerForEachPrimitive.Dataset:
        ran = rows.evaluations.ran_for_dataset(pending)
        paths = [] if settled_without_files(spec, ran=ran) else rows.evaluations.paths(dataset.dataset_id)
        evaluation = evaluate(spec, Facts(dataset=dataset.model_dump(), paths=paths, ran=ran))
        return _Decision(trigger, started, evaluation.reason)
    candidates = {} if settled_without_files(spec, ran=False) else _candidates(rows, pending, spec)
    evaluation = evaluate(spec, _file_facts(spec, dataset, candidates))
    return _Decision(
        trigger, started, evaluation.reason, tuple(candidates[path].file_id for path in evaluation.fires_for)
    )


def _fire(rows: Rows, pending: Pending, decision: _Decision, file_ids: Sequence[str]) -> bool:
    """Fire for the dataset, or for some files; what has had its turn meanwhile, here or elsewhere, is passed over."""
    if decision.reason is not None:
        return False
    if decision.trigger.for_each is TriggerForEachPrimitive.DatasetFile:
        return _fire_for_files(rows, pending, decision, file_ids)
    if rows.evaluations.ran_for_dataset(pending):
        return False
    rows.evaluations.remember_dataset(pending)
    return fire_for_dataset(
        rows, decision.trigger, pending.dataset_id, caused_by=pending.caused_by, now=decision.started
    )


def _fire_for_files(rows: Rows, pending: Pending, decision: _Decision, file_ids: Sequence[str]) -> bool:
    files = [file for file in rows.evaluations.candidates(pending, file_ids) if not file.ran]
    rows.evaluations.remember_files(pending, files)
    fired = [
        fire_for_file(
            rows, decision.trigger, pending.dataset_id, file, caused_by=pending.caused_by, now=decision.started
        )
        for file in files
    ]
    return any(fired)


def _settled(decision: _Decision, *, fired: bool, now: Clock) -> Settled:
    """Return what came of it; what was fired for before a crash counts, too."""
    started = decision.started
    outcome = TriggerEvaluationOutcome.InvokedAction if fired else TriggerEvaluationOutcome.Skipped
    reason = None if fired else decision.reason or TriggerEvaluationOutcomeReason.AlreadyRun
    ended = max(started, now())
    return Settled(started, ended, TriggerEvaluationStatus.Evaluated, outcome=outcome, reason=reason)


def _candidates(rows: Rows, pending: Pending, spec: TriggerSpec) -> dict[str, Candidate]:
    """Return the files that patterns take in, by path; of the others, however many, only the paths are read."""
    ids = {file.path: file.file_id for file in rows.evaluations.named_files(pending)}
    wanted = [ids[path] for path in taken_in(spec, list(ids))]
    return {candidate.path: candidate for candidate in rows.evaluations.candidates(pending, wanted)}


def _file_facts(spec: TriggerSpec, dataset: DatasetRecord, candidates: dict[str, Candidate]) -> Facts:
    records = candidates.values() if looks_at_files(spec) else ()
    return Facts(
        dataset=dataset.model_dump(),
        paths=candidates,
        files={each.path: FileRecord.model_validate_json(each.document).model_dump() for each in records},
        ran_for={candidate.path for candidate in candidates.values() if candidate.ran},
    )


_EVALUATION_ID: Final[TypeAdapter[int]] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**63)])


def _page(
    list_before: Callable[[int, int], list[TriggerEvaluationRecord]],
    *,
    caller: Caller,
    limit: int | None,
    page_token: str | None,
) -> Page[TriggerEvaluationRecord]:
    size = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= size <= PAGE_LIMIT:
        raise InvalidRequest(f"limit {size} is out of range: a page holds 1 to {PAGE_LIMIT} records")
    before = 2**63 - 1 if page_token is None else decoded(page_token, _EVALUATION_ID)
    found = list_before(before, size + 1)
    token = encoded(found[size - 1].trigger_evaluation_id) if len(found) > size else None
    return Page(tuple(_as_known(each, caller) for each in found[:size]), token)


def _as_known(record: TriggerEvaluationRecord, caller: Caller) -> TriggerEvaluationRecord:
    """Return an evaluation without a cause that the caller's API version does not have: it would not be read."""
    is_known = caller.knows_later_causes or record.cause is None or record.cause in FIRST_CAUSES
    return record if is_known else record.model_copy(update={"cause": None})
