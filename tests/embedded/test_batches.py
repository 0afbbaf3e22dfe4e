"""Triggers that fire for many files do so batch by batch: others write in between, and a crash loses nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.evaluations import TriggerEvaluationOutcome, TriggerEvaluationRecord, TriggerEvaluationStatus
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification
from reconciler.domain.requests import UpdateTriggerRequest
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.embedded.noting import FILES_AT_ONCE
from reconciler.embedded.platform import LOCAL_CALLER, EmbeddedPlatform
from reconciler.embedded.scheduler import utc_now
from reconciler.embedded.store import Store
from reconciler.embedded.turns import Turns
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset, new_import
from tests.embedded.targeting import create, on, target

#: Files that take three batches.
PATHS = [f"{number:03}.bag" for number in range(2 * FILES_AT_ONCE + 50)]


class Killed(BaseException):
    """Stands for a process that is killed between two transactions."""


class Interrupted(Store):
    """A database whose users are interrupted each time they give way."""

    interrupt: Callable[[], object] = staticmethod(lambda: None)

    def give_way(self) -> None:
        self.interrupt()


@pytest.fixture
def store(path: Path) -> Interrupted:
    """A database that nobody interrupts yet."""
    opened = Interrupted.open(path)
    assert isinstance(opened, Interrupted)
    return opened


@pytest.fixture
def platform(store: Interrupted) -> Iterator[EmbeddedPlatform]:
    """A platform on it, with an action."""
    opened = EmbeddedPlatform(store, caller=LOCAL_CALLER, clock=utc_now)
    opened.create_action(new_action())
    yield opened
    opened.close()


def older(platform: EmbeddedPlatform) -> None:
    """A trigger of the older shape."""
    platform.create_trigger(new_trigger(for_each=TriggerForEachPrimitive.DatasetFile))


def newer(platform: EmbeddedPlatform) -> None:
    """A trigger that only the newer shape can say."""
    create(platform, on("file.ingested", once_per="occurrence"), target(required_inputs=["*.bag"]))


SHAPES = pytest.mark.parametrize("make", [older, newer])


def fired_for(platform: EmbeddedPlatform) -> Counter[str]:
    """For which files there are invocations, and how many."""
    found: list[str] = []
    token: str | None = None
    while True:
        page = platform.query_invocations(QuerySpecification(limit=PAGE_LIMIT, after=token))
        found += [record.input_data[0].removeprefix("/") for record in page.items]
        token = page.next_token
        if token is None:
            return Counter(found)


def import_all(platform: EmbeddedPlatform) -> None:
    """Import every file at once."""
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    platform.import_files([new_import(dataset_id, path) for path in PATHS])


def only_evaluation(platform: EmbeddedPlatform) -> TriggerEvaluationRecord:
    """The one evaluation there is."""
    (only,) = platform.trigger_evaluations("on_bag").items
    return only


def killing() -> Any:
    """Return what kills whoever gives way."""

    def kill() -> None:
        raise Killed

    return kill


@SHAPES
def test_a_crash_between_two_batches_loses_nothing(
    platform: EmbeddedPlatform, store: Interrupted, make: Callable[[EmbeddedPlatform], None]
) -> None:
    """And doubles nothing: what was fired for is remembered, the rest waits for whoever comes by."""
    make(platform)
    store.interrupt = killing()
    with pytest.raises(Killed):
        import_all(platform)
    assert len(fired_for(platform)) == FILES_AT_ONCE
    with pytest.raises(Killed):
        platform.evaluate_pending()
    assert len(fired_for(platform)) == 2 * FILES_AT_ONCE

    store.interrupt = lambda: None
    platform.evaluate_pending()
    platform.evaluate_pending()

    assert fired_for(platform) == Counter(PATHS)


def test_an_evaluation_that_was_interrupted_is_one(platform: EmbeddedPlatform, store: Interrupted) -> None:
    """It tells of its beginning, and that it invoked, though all it still found had had its turn."""
    older(platform)
    store.interrupt = killing()
    with pytest.raises(Killed):
        import_all(platform)
    waiting = only_evaluation(platform)
    assert waiting.status is TriggerEvaluationStatus.Pending

    store.interrupt = lambda: None
    platform.evaluate_pending()

    done = only_evaluation(platform)
    assert (done.status, done.outcome) == (
        TriggerEvaluationStatus.Evaluated,
        TriggerEvaluationOutcome.InvokedAction,
    )
    assert done.evaluation_start == waiting.evaluation_start
    trigger_id = platform.get_trigger("on_bag").trigger_id
    assert len(platform.targeted_triggers.dispatches(trigger_id, limit=PAGE_LIMIT).items) == len(PATHS)


@SHAPES
def test_others_write_between_two_batches(
    platform: EmbeddedPlatform, store: Interrupted, make: Callable[[EmbeddedPlatform], None]
) -> None:
    """Nobody waits until all is done."""
    make(platform)
    seen: list[int] = []

    def write() -> None:
        platform.create_action(new_action(f"between_{len(seen)}"))
        seen.append(sum(fired_for(platform).values()))

    store.interrupt = write
    import_all(platform)

    assert seen[:2] == [FILES_AT_ONCE, 2 * FILES_AT_ONCE]


@SHAPES
def test_two_at_once_do_it_once(
    platform: EmbeddedPlatform, store: Interrupted, make: Callable[[EmbeddedPlatform], None]
) -> None:
    """Somebody else goes on where this one gave way, and finds nothing left in the end."""
    make(platform)

    def overtake() -> None:
        store.interrupt = lambda: None
        platform.evaluate_pending()

    store.interrupt = overtake
    import_all(platform)

    assert fired_for(platform) == Counter(PATHS)


def test_a_trigger_that_is_disabled_in_between_stops(platform: EmbeddedPlatform, store: Interrupted) -> None:
    """Its evaluation has invoked, and fires for nothing more."""
    older(platform)
    store.interrupt = lambda: platform.update_trigger("on_bag", UpdateTriggerRequest(enabled=False))

    import_all(platform)

    assert len(fired_for(platform)) == FILES_AT_ONCE
    assert only_evaluation(platform).outcome is TriggerEvaluationOutcome.InvokedAction


def test_a_trigger_that_is_changed_in_between_is_decided_again(platform: EmbeddedPlatform, store: Interrupted) -> None:
    """By what it asks for now."""
    older(platform)
    change = UpdateTriggerRequest(required_inputs=["*9.bag"])

    def change_once() -> None:
        store.interrupt = lambda: None
        platform.update_trigger("on_bag", change)

    store.interrupt = change_once
    import_all(platform)

    rest = [path for path in PATHS[FILES_AT_ONCE:] if path.endswith("9.bag")]
    assert fired_for(platform) == Counter(PATHS[:FILES_AT_ONCE] + rest)


def test_a_trigger_that_is_deleted_in_between_has_failed(platform: EmbeddedPlatform, store: Interrupted) -> None:
    """What it did stays, and so does the record of it."""
    older(platform)
    store.interrupt = lambda: platform.delete_trigger("on_bag")

    import_all(platform)

    assert len(fired_for(platform)) == FILES_AT_ONCE
    (dataset,) = platform.query_datasets(QuerySpecification()).items
    (evaluation,) = platform.dataset_evaluations(dataset.dataset_id).items
    assert evaluation.status is TriggerEvaluationStatus.Failed
    assert evaluation.outcome is TriggerEvaluationOutcome.InvokedAction


def test_turns_are_taken_in_order() -> None:
    """Whoever lets go and comes again at once stands behind those who wait."""
    turns, order = Turns(), list[str]()
    queued = threading.Semaphore(0)

    def wait(name: str) -> None:
        queued.release()
        with turns:
            order.append(name)

    with turns:
        threads = [threading.Thread(target=wait, args=[name]) for name in "ab"]
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            queued.acquire()
            while len(turns._waiting) < waiting:
                pass
    with turns:
        order.append("again")
    for thread in threads:
        thread.join()

    assert order == ["a", "b", "again"]
