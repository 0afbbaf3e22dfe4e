"""Effects of evaluations: at most once, whoever does them and whatever crashes; and what they cost."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason as Reason
from reconciler.domain.evaluations import TriggerEvaluationRecord, TriggerEvaluationStatus
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import UpdateTriggerRequest
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerSpec
from reconciler.embedded import events
from reconciler.embedded.dataset_event import DatasetEvent
from reconciler.embedded.explaining import explain
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import NotFound, PlatformUnavailable
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset, new_import
from tests.embedded.evaluations import exists, on_files, trigger
from tests.embedded.test_processes import started

FILE = TriggerForEachPrimitive.DatasetFile
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def dataset_id(platform: EmbeddedPlatform) -> str:
    """A dataset without files, and the action that triggers invoke."""
    platform.create_action(new_action())
    return platform.create_dataset(new_dataset()).dataset_id


def imported(platform: EmbeddedPlatform, dataset_id: str, *paths: str) -> list[str]:
    """Import files, and return their ids."""
    return [record.file_id for record in platform.import_files([new_import(dataset_id, path) for path in paths])]


def noted(platform: EmbeddedPlatform, dataset_id: str, *file_ids: str) -> None:
    """Note an event, as by a process that is killed before it evaluates."""
    event = DatasetEvent(
        org_id="og_local",
        dataset_id=dataset_id,
        cause=TriggerEvaluationCause.FileIngest,
        file_ids=file_ids,
        transaction_id=None,
    )
    with platform._store.atomic() as rows:
        events.note(rows, event, now=NOW)


def evaluations(platform: EmbeddedPlatform, name: str = "on_bag") -> list[TriggerEvaluationRecord]:
    """The evaluations of a trigger, the oldest first."""
    return list(reversed(platform.trigger_evaluations(name).items))


def run_count(platform: EmbeddedPlatform) -> int:
    """How many invocations there are."""
    return len(platform.query_invocations(QuerySpecification(limit=1000)).items)


def test_what_a_crash_leaves_waiting_is_evaluated_the_next_time(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Noted with the event, pending until somebody comes by."""
    imported(platform, dataset_id, "a.bag")
    platform.create_trigger(new_trigger())
    noted(platform, dataset_id)
    (waiting,) = evaluations(platform)
    assert (waiting.status, waiting.evaluation_start, waiting.evaluation_end) == (
        TriggerEvaluationStatus.Pending,
        NOW,
        None,
    )

    platform.evaluate_pending()

    (done,) = evaluations(platform)
    assert (done.status, done.trigger_evaluation_id) == (
        TriggerEvaluationStatus.Evaluated,
        waiting.trigger_evaluation_id,
    )
    assert run_count(platform) == 1


def test_an_event_that_is_undone_leaves_nothing_to_evaluate(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """The note belongs to the transaction of the event."""
    platform.create_trigger(new_trigger())

    with pytest.raises(NotFound):
        platform.import_files([new_import(dataset_id, "a.bag"), new_import("ds_nothing", "b.bag")])

    assert evaluations(platform) == []


def test_events_that_nobody_hears_leave_no_trace(platform: EmbeddedPlatform, dataset_id: str, path: Path) -> None:
    """And those that were heard are forgotten once they are evaluated."""
    imported(platform, dataset_id, "a.bag")
    platform.create_trigger(new_trigger(for_each=FILE))
    imported(platform, dataset_id, "b.bag")

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM pending_files").fetchone() == (0,)


def test_a_file_that_is_gone_by_then_is_not_evaluated(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Only what is there counts."""
    kept, gone = imported(platform, dataset_id, "a.bag", "b.bag")
    platform.create_trigger(new_trigger(for_each=FILE))
    noted(platform, dataset_id, kept, gone)
    platform.delete_file(gone)

    platform.evaluate_pending()

    (run,) = platform.query_invocations(QuerySpecification()).items
    assert run.input_data == ["/a.bag"]


def test_a_trigger_that_is_gone_by_then_fails_its_evaluation(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Also when another of the same name is there by then."""
    platform.create_trigger(new_trigger())
    noted(platform, dataset_id)
    platform.delete_trigger("on_bag")
    platform.create_trigger(new_trigger())

    platform.evaluate_pending()

    (evaluation,) = platform.dataset_evaluations(dataset_id).items
    assert evaluation.status is TriggerEvaluationStatus.Failed
    assert "deleted" in (evaluation.status_detail or "")


def test_a_dataset_that_is_gone_by_then_fails_its_evaluations(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """There is nothing to evaluate for; the next in line is evaluated all the same."""
    other = platform.create_dataset(new_dataset("other")).dataset_id
    platform.create_trigger(new_trigger())
    noted(platform, dataset_id)
    noted(platform, other)
    platform.delete_dataset(dataset_id)

    platform.evaluate_pending()

    first, second = evaluations(platform)
    assert (first.status, second.status) == (TriggerEvaluationStatus.Failed, TriggerEvaluationStatus.Evaluated)


def test_threads_that_evaluate_at_once_fire_once(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Whoever comes second finds it done."""
    ids = imported(platform, dataset_id, *(f"{number}.bag" for number in range(20)))
    for number in range(5):
        platform.create_trigger(new_trigger(f"whole_{number}"))
        platform.create_trigger(new_trigger(f"each_{number}", for_each=FILE))
    for _ in range(2):
        noted(platform, dataset_id, *ids)

    threads = [threading.Thread(target=platform.evaluate_pending) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert run_count(platform) == 5 + 5 * 20
    found = platform.dataset_evaluations(dataset_id).items
    assert {each.status for each in found} == {TriggerEvaluationStatus.Evaluated}
    assert sorted(each.outcome_reason is None for each in found) == [False] * 10 + [True] * 10


def test_processes_that_evaluate_at_once_fire_once(platform: EmbeddedPlatform, dataset_id: str, path: Path) -> None:
    """The database decides, not the process."""
    ids = imported(platform, dataset_id, *(f"{number}.bag" for number in range(20)))
    for number in range(10):
        platform.create_trigger(new_trigger(f"each_{number}", for_each=FILE))
    noted(platform, dataset_id, *ids)

    ended = [process.communicate() for process in [started("platform.evaluate_pending()", path) for _ in range(2)]]

    assert [errors for _, errors in ended] == ["", ""]
    assert run_count(platform) == 10 * 20


def test_what_was_invoked_under_the_same_id_is_not_invoked_again(
    platform: EmbeddedPlatform, dataset_id: str, path: Path
) -> None:
    """Even a trigger that lost its memory invokes once."""
    platform.create_trigger(new_trigger())
    platform.create_trigger(new_trigger("each", for_each=FILE))
    ids = imported(platform, dataset_id, "a.bag")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM trigger_memory")

    noted(platform, dataset_id, *ids)
    platform.evaluate_pending()

    assert [each.outcome_reason for each in evaluations(platform)] == [None, Reason.AlreadyRun]
    assert [each.outcome_reason for each in evaluations(platform, "each")] == [None, Reason.AlreadyRun]
    assert run_count(platform) == 2


def test_a_database_that_fails_leaves_evaluations_waiting(
    platform: EmbeddedPlatform, dataset_id: str, path: Path
) -> None:
    """That is nothing about the trigger."""
    imported(platform, dataset_id, "a.bag")
    platform.create_trigger(new_trigger())
    noted(platform, dataset_id)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE trigger_memory RENAME TO lost")

    with pytest.raises(PlatformUnavailable):
        platform.evaluate_pending()

    assert [each.status for each in evaluations(platform)] == [TriggerEvaluationStatus.Pending]


@pytest.mark.parametrize("listing", ["trigger", "dataset", "pending"])
def test_history_walks_an_index(platform: EmbeddedPlatform, dataset_id: str, listing: str) -> None:
    """The latest evaluation costs the same however many there are."""
    platform.create_trigger(new_trigger())
    imported(platform, dataset_id, "a.bag")

    def look() -> None:
        if listing == "trigger":
            platform.trigger_evaluations("on_bag", limit=1)
        elif listing == "dataset":
            platform.dataset_evaluations(dataset_id)
        else:
            platform.evaluate_pending()

    look()
    connection, statements = platform._store._connections._to_file[-1], list[str]()
    connection.set_trace_callback(statements.append)
    look()
    connection.set_trace_callback(None)

    (statement,) = [each for each in statements if "FROM trigger_evaluations" in each]
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert len(steps) == 1
    assert "USING" in steps[0]
    assert "INDEX" in steps[0]


@pytest.mark.parametrize("of_event", [True, False])
def test_paths_are_listed_without_reading_records(platform: EmbeddedPlatform, dataset_id: str, of_event: bool) -> None:
    """A scan of the files table would read every dataset's."""
    (file_id,) = imported(platform, dataset_id, "a.bag")
    platform.create_trigger(new_trigger(for_each=FILE, required_inputs=["*.txt"]))
    noted(platform, dataset_id, *([file_id] if of_event else []))
    connection, statements = platform._store._connections._to_file[-1], list[str]()
    connection.set_trace_callback(statements.append)
    platform.evaluate_pending()
    connection.set_trace_callback(None)

    (statement,) = [each for each in statements if each.startswith("SELECT file_id, relative_path FROM")]
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert not any(step.startswith("SCAN files") for step in steps)


def test_an_explanation_writes_nothing(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """It tells what would come of it."""
    imported(platform, dataset_id, "a.bag", "b.txt")

    evaluation = explain(platform, trigger("*.bag", "*.yaml"), dataset_id=dataset_id)

    assert evaluation.reason is Reason.NoMatchingFiles
    assert [(each.pattern, each.examples) for each in evaluation.required] == [("*.bag", ("a.bag",)), ("*.yaml", ())]
    assert platform.dataset_evaluations(dataset_id).items == ()
    assert run_count(platform) == 0


def test_an_explanation_of_a_live_trigger_knows_what_it_ran_for(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Exactly what the next evaluation will know."""
    whole = platform.create_trigger(new_trigger())
    each = platform.create_trigger(new_trigger("each", for_each=FILE))
    imported(platform, dataset_id, "a.bag")
    platform.update_trigger("each", UpdateTriggerRequest(enabled=False))
    imported(platform, dataset_id, "b.bag")
    spec = TriggerSpec.of(each)

    ran = explain(platform, TriggerSpec.of(whole), dataset_id=dataset_id, trigger_id=whole.trigger_id)
    left = explain(platform, spec, dataset_id=dataset_id, trigger_id=each.trigger_id)
    afresh = explain(platform, spec, dataset_id=dataset_id)

    assert ran.reason is Reason.AlreadyRun
    assert (left.fires_for, left.ran_for) == (("b.bag",), 1)
    assert afresh.fires_for == ("a.bag", "b.bag")


def test_an_explanation_sees_the_records_that_conditions_ask_for(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Dataset and files."""
    imported(platform, dataset_id, "a.bag")

    met = explain(platform, on_files(condition=exists("file.uri")), dataset_id=dataset_id)
    unmet = explain(platform, trigger(condition=exists("metadata.sensor")), dataset_id=dataset_id)

    assert met.fires_for == ("a.bag",)
    assert unmet.reason is Reason.ConditionNotMet


def test_an_explanation_for_no_dataset_is_refused(platform: EmbeddedPlatform) -> None:
    """Nothing is made up."""
    with pytest.raises(NotFound):
        explain(platform, trigger(), dataset_id="ds_nothing")
