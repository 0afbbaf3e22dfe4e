"""Answers about runs, datasets and files become the records that the port promises."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.datasets import ImportFileRequest, QueryFilesRequest
from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason
from reconciler.domain.invocation_requests import CancelActiveInvocationsRequest
from reconciler.domain.invocations import ExecutorContainer, InvocationStatus
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.whole_platform import Stream
from tests.client.builders import (
    create_invocation,
    dataset_data,
    evaluation_data,
    file_data,
    invocation_data,
    log_data,
    page_data,
    stream_data,
)
from tests.client.scripted_server import Answer, ScriptedServer


def test_an_invocation_is_read_with_its_history(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Statuses come as numbers, durations as seconds or in ISO 8601."""
    history = [{"status": 0, "timestamp": "2026-01-02T03:04:05Z"}, {"status": 5, "timestamp": "2026-01-02T03:05:05Z"}]
    ended = invocation_data(status=history, last_status=5, duration="PT1M")
    server.answer_with(Answer(data=ended), Answer(data={**ended, "duration": 60.0}))

    invoked = platform.invoke_action("ros_ingest", create_invocation())
    read = platform.get_invocation("iv_1")

    assert invoked == read
    assert read.last_status is InvocationStatus.Completed
    assert [entry.status for entry in read.status] == [InvocationStatus.Queued, InvocationStatus.Completed]
    assert read.duration == timedelta(minutes=1)


def test_pages_of_invocations_logs_and_evaluations_say_where_to_go_on(
    server: ScriptedServer, platform: HttpPlatform
) -> None:
    """Records come in the platform's order, with the token of the next page."""
    server.answer_with(
        Answer(data=page_data(invocation_data("iv_2"), invocation_data("iv_1"), next_token="t1")),
        Answer(data=page_data(log_data("first", partial_id="p1"), log_data("second"), next_token="t2")),
        Answer(data=page_data(evaluation_data(2), evaluation_data(1), next_token="t3")),
        Answer(data=page_data(evaluation_data(3), next_token="")),
    )

    runs = platform.query_invocations(QuerySpecification())
    logs = platform.invocation_logs("iv_1")
    evaluations = platform.trigger_evaluations("on_upload", limit=2)
    last = platform.dataset_evaluations("ds_1")

    assert ([run.invocation_id for run in runs.items], runs.next_token) == (["iv_2", "iv_1"], "t1")
    assert ([record.log for record in logs.items], logs.next_token) == (["first", "second"], "t2")
    assert logs.items[0].process is ExecutorContainer.Action
    assert ([one.trigger_evaluation_id for one in evaluations.items], evaluations.next_token) == ([2, 1], "t3")
    assert evaluations.items[0].outcome_reason is TriggerEvaluationOutcomeReason.NoMatchingFiles
    assert last.next_token is None


@pytest.mark.parametrize(
    ("last_read", "has_next", "cursor"),
    [("r1", True, "r1"), ("r2", False, "r2"), (None, False, None), ("", True, None)],
)
def test_a_stream_says_where_to_go_on_and_whether_more_is_to_come(
    server: ScriptedServer, platform: HttpPlatform, last_read: str | None, has_next: bool, cursor: str | None
) -> None:
    """The cursor outlives the end of a stream, for a later look; an empty one is none."""
    server.answer_with(Answer(data=stream_data(last_read=last_read, has_next=has_next)))

    assert platform.stream_invocation_logs("iv_1") == Stream((), cursor, has_next)


def test_a_bulk_cancellation_tells_how_many_are_left(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The caller repeats it while there are any."""
    answers = [{"success_count": 3, "failure_count": 1, "count_remaining": left} for left in (2, 0)]
    server.answer_with(*(Answer(data=answer) for answer in answers))

    first = platform.cancel_active_invocations(CancelActiveInvocationsRequest())
    second = platform.cancel_active_invocations(CancelActiveInvocationsRequest())

    assert (first.success_count, first.failure_count, first.count_remaining, first.has_more) == (3, 1, 2, True)
    assert not second.has_more


@pytest.mark.parametrize("more", [True, False])
def test_a_newer_platform_says_only_whether_anything_is_left(
    server: ScriptedServer, platform: HttpPlatform, more: bool
) -> None:
    """Its clients read no count any more."""
    server.answer_with(Answer(data={"success_count": 3, "failure_count": 0, "has_more": more}))

    answer = platform.cancel_active_invocations(CancelActiveInvocationsRequest())

    assert (answer.count_remaining, answer.has_more) == (int(more), more)


def test_datasets_and_files_are_read(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Nested metadata stays as it is; an import is answered with a plain list."""
    nested = {"sensor": {"type": "lidar", "rates": [10, None]}}
    server.answer_with(
        Answer(data=dataset_data(metadata=nested, tags=["night"])),
        Answer(data=page_data(file_data("fl_1"), file_data("fl_2"), next_token="t1")),
        Answer(data=[file_data("fl_1", storage_type="imported", ingestion_status="ingested")]),
    )

    dataset = platform.get_dataset("ds_1")
    files = platform.query_files("ds_1", QueryFilesRequest())
    imported = platform.import_files([ImportFileRequest(dataset_id="ds_1", relative_path="a", uri="s3://x/a")])

    assert (dataset.metadata, dataset.tags) == (nested, ["night"])
    assert ([file.file_id for file in files.items], files.next_token) == (["fl_1", "fl_2"], "t1")
    assert [file.ingestion_status.value for file in imported] == ["ingested"]


def test_planning_loads_no_model_of_runs_and_files() -> None:
    """They would take a tenth of its start, and are loaded by the first call that needs them."""
    program = (
        "import sys, reconciler.client.http; "
        "print([name for name in sys.modules if name.split('.')[-1] in "
        "('invocations', 'invocation_requests', 'evaluations', 'datasets', 'whole_platform') "
        "and name.startswith('reconciler.domain')])"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
