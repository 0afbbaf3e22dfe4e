"""Invocations as handles."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from reconciler.actions import (
    ExecutorContainer,
    Invocation,
    InvocationInput,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    LogRecord,
    LogsLocation,
)
from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidTransition, NotFound
from reconciler.handles.waiting import Pace, pacing
from tests.handles.builders import new_action, new_invocation

Queued, Scheduled, Downloading, Processing, Uploading, Completed, Cancelled, Failed, Deadly = InvocationStatus

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)

Entry = TypeVar("Entry")


@pytest.fixture
def invocation(platform: EmbeddedPlatform) -> Invocation:
    """A run that was just queued."""
    return new_invocation(new_action(), parameter_values=None)


def with_history(
    invocation: Invocation, platform: EmbeddedPlatform, *entries: tuple[int, InvocationStatus]
) -> Invocation:
    """The same invocation as if it had had these statuses, so many seconds after its begin."""
    history = [
        InvocationStatusRecord(status=status, timestamp=BEGIN + timedelta(seconds=seconds))
        for seconds, status in entries
    ]
    return Invocation(invocation.record.model_copy(update={"status": history}), platform)


def log(text: str) -> LogRecord:
    """A line the action wrote."""
    return LogRecord(log=text, process=ExecutorContainer.Action, timestamp=BEGIN)


def returned(generator: Generator[Entry, None, str | None]) -> tuple[list[Entry], str | None]:
    """Return everything a generator yields, and what it returns."""
    entries: list[Entry] = []
    while True:
        try:
            entries.append(next(generator))
        except StopIteration as end:
            return entries, end.value


def test_an_invocation_shows_its_record(invocation: Invocation) -> None:
    """Each property is the record's field, by id the same invocation is found."""
    record = invocation.record

    assert (invocation.id, invocation.org_id, invocation.created) == (record.invocation_id, "og_ours", record.created)
    assert (invocation.action.name, invocation.source.source_type) == ("ros_ingestion", InvocationSource.Manual)
    assert invocation.executable.container_image_uri == "registry.example.com/ros:1"
    assert (invocation.data_source, invocation.upload_destination) == (record.data_source, None)
    assert (invocation.parameter_values, invocation.timeout) == ({}, record.timeout)
    assert (invocation.compute_requirements, invocation.container_parameters) == (
        record.compute_requirements,
        record.container_parameters,
    )
    assert invocation.input_data is None
    assert invocation.status_log == record.status
    assert Invocation.from_id(invocation.id).record == record


def test_an_invocation_is_a_json_object_too(invocation: Invocation) -> None:
    """``to_dict`` has every field and nothing that JSON has not."""
    written = invocation.to_dict()

    assert json.loads(json.dumps(written)) == written
    assert set(written) == set(InvocationRecord.model_fields)


def test_a_handle_says_which_invocation_it_is(invocation: Invocation) -> None:
    """The representation says how it stands."""
    assert repr(invocation) == f"Invocation({invocation.id!r}, action='ros_ingestion', status=Queued)"


@pytest.mark.usefixtures("platform")
def test_an_unknown_invocation_is_not_found() -> None:
    """An id that never was is not found."""
    with pytest.raises(NotFound):
        Invocation.from_id("iv_none")


@pytest.mark.parametrize(
    ("entries", "current", "queued"),
    [
        ([(1, Queued), (2, Failed), (3, Queued)], Queued, True),
        ([(3, Queued), (2, Failed)], Queued, True),
        ([(1, Queued), (1, Failed)], Failed, False),
        ([(1, Deadly), (2, Queued)], Queued, False),
        ([(1, Queued), (2, Processing)], Processing, False),
        ([], Queued, True),
    ],
)
def test_the_current_status_is_the_latest(
    invocation: Invocation,
    platform: EmbeddedPlatform,
    entries: list[tuple[int, InvocationStatus]],
    current: InvocationStatus,
    queued: bool,
) -> None:
    """By time, then by number; without any history it is the last status. What was given up waits for nothing."""
    handle = with_history(invocation, platform, *entries)

    assert (handle.current_status, handle.is_queued_for_scheduling()) == (current, queued)
    assert handle.reached_terminal_status == current.is_terminal()


def test_a_handle_shows_the_status_it_sets(invocation: Invocation) -> None:
    """An update is the handle's new record; what goes on elsewhere shows after a refresh."""
    elsewhere = Invocation.from_id(invocation.id)

    assert invocation.update_status(Scheduled, "a machine is there") is invocation

    assert (invocation.current_status, elsewhere.current_status) == (Scheduled, Queued)
    assert elsewhere.refresh().current_status is Scheduled
    assert elsewhere.status_log[-1].detail == "a machine is there"


def test_a_status_without_detail_has_none(invocation: Invocation) -> None:
    """The wire has no null there, and the record does not show what stands for it."""
    assert invocation.update_status(Scheduled).status_log[-1].detail is None


def test_a_status_that_does_not_follow_is_refused(invocation: Invocation) -> None:
    """The platform has the transition table."""
    invocation.update_status(Processing)

    with pytest.raises(InvalidTransition):
        invocation.update_status(Scheduled)


def test_the_third_failure_is_deadly(invocation: Invocation) -> None:
    """Two failures may be tried again."""
    for _ in range(2):
        assert invocation.update_status(Failed).current_status is Failed
        invocation.update_status(Queued)

    assert invocation.update_status(Failed).current_status is Deadly


def test_cancelling_is_known_after_a_refresh(invocation: Invocation) -> None:
    """A cancelled invocation has ended."""
    invocation.cancel()

    assert invocation.refresh().current_status is Cancelled
    assert invocation.reached_terminal_status


def test_what_has_ended_is_not_cancelled(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """Nothing is sent for a handle that knows of the end: a platform that is closed is not asked."""
    ended = with_history(invocation, platform, (1, Queued), (2, Completed))
    platform.close()

    ended.cancel()


def test_what_runs_invocations_records_where(invocation: Invocation) -> None:
    """The image's digest shows in the handle, the logs' location is kept."""
    assert invocation.set_container_image_digest("sha256:1") is invocation
    assert invocation.executable.container_image_digest == "sha256:1"
    assert invocation.set_logs_location(LogsLocation(bucket="logs", prefix="run")) is invocation


def test_logs_come_oldest_first(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """Paged or streamed, they are the same records; a stream says where to go on, and goes on there."""
    platform.run_queue.append_logs(invocation.id, [log("one"), log("two")])

    assert [record.log for record in invocation.get_logs()] == ["one", "two"]
    records, last_read = returned(invocation.stream_logs())
    assert [record.log for record in records] == ["one", "two"]

    platform.run_queue.append_logs(invocation.id, [log("three")])
    records, _ = returned(invocation.stream_logs(last_read))
    assert [record.log for record in records] == ["three"]


def test_logs_go_on_at_a_page(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """A token of a page before begins after that page."""
    platform.run_queue.append_logs(invocation.id, [log(str(number)) for number in range(2500)])
    token = platform.invocation_logs(invocation.id).next_token

    records = list(invocation.get_logs())

    assert [record.log for record in records] == [str(number) for number in range(2500)]
    assert list(invocation.get_logs(token)) == records[len(platform.invocation_logs(invocation.id).items) :]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_invocations_are_queried(platform: EmbeddedPlatform, limit: int) -> None:
    """Newest first, in order, at most as many as asked for."""
    action = new_action()
    ids = [new_invocation(action).id for _ in range(3)]

    assert [found.id for found in Invocation.query()] == ids[::-1]
    oldest = QuerySpecification().order_by("created").limit(limit)
    assert [found.id for found in Invocation.query(oldest)] == ids[:limit]


@pytest.mark.usefixtures("platform")
def test_a_query_knows_a_status_by_the_handles_name() -> None:
    """``current_status`` means the record's ``last_status``, alone, in groups and as an order."""
    action = new_action()
    completed, waiting = new_invocation(action), new_invocation(action)
    completed.update_status(Completed)

    def found(spec: QuerySpecification) -> list[str]:
        return [each.id for each in Invocation.query(spec)]

    query = QuerySpecification()
    assert found(query.where("current_status").equals(Completed)) == [completed.id]
    assert found(query.where("current_status").less_than(Completed).where("org_id").exists()) == [waiting.id]
    assert found(query.order_by("current_status")) == [waiting.id, completed.id]


@pytest.mark.usefixtures("platform")
def test_a_query_for_fields_that_invocations_do_not_have_is_refused() -> None:
    """The message says which one it is."""
    with pytest.raises(ValueError, match=r"colour\.x: a condition begins with one of"):
        Invocation.query(QuerySpecification().where("colour.x").equals(1))


def pace_of(platform: EmbeddedPlatform, invocation: Invocation, *statuses: InvocationStatus) -> Pace:
    """Time in which, pause by pause, an invocation moves on."""
    moment, upcoming = [0.0], list(statuses)

    def sleep(seconds: float) -> None:
        moment[0] += seconds
        if upcoming:
            Invocation.from_id(invocation.id, platform).update_status(upcoming.pop(0))

    return Pace(clock=lambda: moment[0], sleep=sleep)


def test_waiting_ends_with_the_run(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """It is the handle that says how the run has ended; the wait itself returns nothing."""
    with pacing(pace_of(platform, invocation, Processing, Completed)):
        answer: Any = invocation.wait_for_terminal_status()  # type: ignore[func-returns-value]  # that is the claim

    assert (answer, invocation.current_status) == (None, Completed)


def test_waiting_gives_up_in_time(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """A run that goes on is a timeout that names the invocation."""
    with (
        pacing(pace_of(platform, invocation, Processing)),
        pytest.raises(TimeoutError, match=f"waited 12 seconds for invocation {invocation.id} to end"),
    ):
        invocation.wait_for_terminal_status(timeout=12, poll_interval=5)

    assert invocation.current_status is Processing


def test_inputs_of_the_record_are_the_handles(invocation: Invocation, platform: EmbeddedPlatform) -> None:
    """``input_data`` of a handle is the rich form."""
    selected = InvocationInput.from_dataset_file_paths("ds_1", ["*.bag"])
    record = invocation.record.model_copy(update={"rich_input_data": selected})

    assert Invocation(record, platform).input_data == selected
