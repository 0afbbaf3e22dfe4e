"""What executors do: claim, beat, log, and take over from those that fell silent."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.domain.invocation_requests import UpdateInvocationStatus
from reconciler.domain.invocations import ExecutorContainer, InvocationRecord, InvocationStatus, LogRecord
from reconciler.domain.requests import UpdateActionRequest
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.embedded.access import Caller
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest, NotFound
from tests.contract.builders import new_action
from tests.contract.run_builders import moved, new_invocation

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """Tells the time it is told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def platform(path: Path, clock: Clock) -> Iterator[EmbeddedPlatform]:
    """A platform with one action, on a clock of ours."""
    opened = EmbeddedPlatform.open(path, clock=clock)
    opened.create_action(new_action())
    yield opened
    opened.close()


def queued(platform: EmbeddedPlatform) -> InvocationRecord:
    """Queue a run."""
    return platform.invoke_action("ros_ingest", new_invocation())


def line(number: int) -> LogRecord:
    """One line of output."""
    return LogRecord(log=f"line {number}", process=ExecutorContainer.Action, timestamp=START)


def test_the_oldest_runs_are_claimed_first(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Each is claimed once and Scheduled from then on."""
    made = []
    for _ in range(3):
        made.append(queued(platform).invocation_id)
        clock.advance(1)

    claimed = platform.run_queue.claim(2) + platform.run_queue.claim(2) + platform.run_queue.claim(2)

    assert [run.record.invocation_id for run in claimed] == made
    for run in claimed:
        assert run.record.last_status is InvocationStatus.Scheduled
        assert platform.get_invocation(run.record.invocation_id) == run.record


def test_no_run_is_claimed_twice(platform: EmbeddedPlatform) -> None:
    """Executors that ask at once share what waits."""
    made = {queued(platform).invocation_id for _ in range(60)}

    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: platform.run_queue.claim(5), range(16)))

    claimed = [run.record.invocation_id for batch in batches for run in batch]
    assert len(claimed) == 60
    assert set(claimed) == made


def test_runs_of_every_organization_are_claimed(platform: EmbeddedPlatform) -> None:
    """The executor serves the platform, not a caller."""
    other = platform.as_caller(Caller(user_id="bob", org_id="og_theirs"))
    other.create_action(new_action())
    mine, theirs = queued(platform), queued(other)

    claimed = platform.run_queue.claim(10)

    assert {run.record.org_id for run in claimed} == {mine.org_id, theirs.org_id}


def test_a_run_is_given_values_over_defaults(platform: EmbeddedPlatform) -> None:
    """Defaults are those of the moment of the invocation, inherited ones included: later updates change no run."""
    parameters = [
        ActionParameter(name="rate", default=10),
        ActionParameter(name="topic", default="/imu"),
        ActionParameter(name="none"),
    ]
    platform.create_action(new_action("root", parameters=parameters, requires_downloaded_inputs=False))
    platform.create_action(new_action("heir", uri=None, inherits=ActionReference(name="root")))
    platform.invoke_action("heir", new_invocation(parameter_values={"rate": 5, "topic": None}))
    platform.delete_action("heir")
    platform.update_action("root", UpdateActionRequest(requires_downloaded_inputs=True))

    (run,) = platform.run_queue.claim(1)

    assert run.parameters == {"rate": 5, "topic": "/imu"}
    assert run.downloads_inputs is False
    assert run.record.parameter_values == {"rate": 5, "topic": None}


def test_a_cancelled_run_is_not_claimed(platform: EmbeddedPlatform) -> None:
    """What ended while it waited never starts."""
    platform.cancel_invocation(queued(platform).invocation_id)

    assert platform.run_queue.claim(1) == []


def test_a_heartbeat_is_recorded_and_tells_of_a_cancellation(platform: EmbeddedPlatform, clock: Clock) -> None:
    """The answer is the record as it is; one that has ended is not brought back to life."""
    invocation_id = queued(platform).invocation_id
    clock.advance(5)

    assert platform.run_queue.heartbeat(invocation_id).last_heartbeat == clock.now
    platform.cancel_invocation(invocation_id)
    clock.advance(5)
    answered = platform.run_queue.heartbeat(invocation_id)

    assert answered.last_status is InvocationStatus.Cancelled
    assert answered.last_heartbeat == clock.now - timedelta(seconds=5)
    assert platform.get_invocation(invocation_id) == answered
    with pytest.raises(NotFound):
        platform.run_queue.heartbeat("iv_ghost")


def test_a_silent_run_is_queued_again(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Only what is under way and silent: heartbeats and steps are signs of life."""
    silent, beating, stepping, waiting = (queued(platform).invocation_id for _ in range(4))
    for invocation_id in (silent, beating, stepping):
        moved(platform, invocation_id, InvocationStatus.Processing)
    clock.advance(60)
    platform.run_queue.heartbeat(beating)
    moved(platform, stepping, InvocationStatus.Uploading)

    retried = platform.run_queue.retry_orphans(silent_since=clock.now - timedelta(seconds=30))

    assert [record.invocation_id for record in retried] == [silent]
    assert [entry.status.name for entry in retried[0].status] == ["Queued", "Processing", "Failed", "Queued"]
    assert platform.get_invocation(beating).last_status is InvocationStatus.Processing
    assert platform.get_invocation(waiting).last_status is InvocationStatus.Queued
    assert platform.run_queue.retry_orphans(silent_since=clock.now - timedelta(seconds=30)) == []


def test_a_run_that_fell_silent_three_times_is_given_up(platform: EmbeddedPlatform, clock: Clock) -> None:
    """The third failure is Deadly, and nobody claims it any more."""
    invocation_id = queued(platform).invocation_id
    for _ in range(3):
        platform.run_queue.claim(1)
        clock.advance(60)
        platform.run_queue.retry_orphans(silent_since=clock.now - timedelta(seconds=30))

    assert platform.get_invocation(invocation_id).last_status is InvocationStatus.Deadly
    assert platform.run_queue.claim(1) == []


def test_the_time_of_a_run_is_that_of_its_latest_attempt(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Waiting does not count, nor does what failed before."""
    invocation_id = queued(platform).invocation_id
    for status in ("Scheduled", "Downloading", "Failed", "Queued", "Scheduled", "Downloading", "Processing"):
        clock.advance(10)
        moved(platform, invocation_id, InvocationStatus[status])
    clock.advance(7)

    assert moved(platform, invocation_id, InvocationStatus.Completed).duration == timedelta(seconds=17)


def test_logs_are_read_in_the_order_they_were_written(platform: EmbeddedPlatform) -> None:
    """In pages, whatever else is logged in between, and whatever their timestamps say."""
    mine, other = queued(platform).invocation_id, queued(platform).invocation_id
    written = [line(number) for number in range(2300)]
    for start in range(0, 2300, 100):
        platform.run_queue.append_logs(mine, written[start : start + 100])
        platform.run_queue.append_logs(other, [line(0)])
    pages, token = [], None
    while True:
        page = platform.invocation_logs(mine, page_token=token)
        pages.append(page.items)
        token = page.next_token
        if token is None:
            break

    assert [record for page in pages for record in page] == written
    assert [len(page) for page in pages] == [1000, 1000, 300]


def test_a_stream_goes_on_where_it_stopped(platform: EmbeddedPlatform) -> None:
    """It has a next part while more is there already; its cursor finds what is written later."""
    invocation_id = queued(platform).invocation_id
    platform.run_queue.append_logs(invocation_id, [line(number) for number in range(1001)])

    first = platform.stream_invocation_logs(invocation_id)
    second = platform.stream_invocation_logs(invocation_id, last_read=first.last_read)
    third = platform.stream_invocation_logs(invocation_id, last_read=second.last_read)
    platform.run_queue.append_logs(invocation_id, [line(7)])
    fourth = platform.stream_invocation_logs(invocation_id, last_read=third.last_read)

    assert [len(part.items) for part in (first, second, third, fourth)] == [1000, 1, 0, 1]
    assert [part.has_next for part in (first, second, third, fourth)] == [True, False, False, False]
    assert third.last_read == second.last_read
    assert fourth.items == (line(7),)


def test_parts_of_a_long_line_stay_together(platform: EmbeddedPlatform) -> None:
    """What they share is kept."""
    invocation_id = queued(platform).invocation_id
    parts = [line(number).model_copy(update={"partial_id": "p1"}) for number in range(2)]

    platform.run_queue.append_logs(invocation_id, parts)

    assert list(platform.invocation_logs(invocation_id).items) == parts


def test_logs_that_cannot_be_kept_are_refused(platform: EmbeddedPlatform) -> None:
    """Logs belong to an invocation, and are text."""
    invocation_id = queued(platform).invocation_id
    broken = line(1).model_copy(update={"log": "\ud800"})

    with pytest.raises(NotFound):
        platform.run_queue.append_logs("iv_ghost", [line(1)])
    with pytest.raises(InvalidRequest):
        platform.run_queue.append_logs(invocation_id, [line(1), broken])
    assert platform.invocation_logs(invocation_id).items == ()


def test_times_increase_though_the_clock_stands_still(platform: EmbeddedPlatform) -> None:
    """Clients sort the history by time."""
    invocation_id = queued(platform).invocation_id
    platform.update_invocation_status(
        invocation_id, UpdateInvocationStatus(status=InvocationStatus.Completed, detail="")
    )

    first, second = platform.get_invocation(invocation_id).status

    assert second.timestamp > first.timestamp == START
