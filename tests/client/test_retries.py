"""What is sent again, after which pause, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.client.http import HttpPlatform
from reconciler.client.retry import LONGEST_PAUSE, Failure, Resend, RetryPolicy, retry_after
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    ImportFileRequest,
    QueryFilesRequest,
    UpdateDatasetRequest,
    UpdateFileRequest,
)
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import InvocationStatus
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.values import Accessibility
from reconciler.errors import (
    Conflict,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    TooManyRequests,
)
from tests.client.builders import (
    Pauses,
    action_data,
    connected,
    create_action,
    create_invocation,
    create_trigger,
    dataset_data,
    file_data,
    invocation_data,
    page_data,
    stream_data,
    trigger_data,
)
from tests.client.scripted_server import Answer, ScriptedServer, refusal

Use = Callable[[HttpPlatform], object]

READS: dict[str, tuple[Use, Any]] = {
    "get action": (lambda p: p.get_action("a"), action_data()),
    "get trigger": (lambda p: p.get_trigger("t"), trigger_data()),
    "query actions": (lambda p: p.query_actions(QuerySpecification()), page_data()),
    "query triggers": (lambda p: p.query_triggers(QuerySpecification()), page_data()),
    "stream logs": (lambda p: p.stream_invocation_logs("iv_1"), stream_data()),
    "query files": (lambda p: p.query_files("ds_1", QueryFilesRequest()), page_data()),
}
PUBLISH = SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)
PROCESSING = UpdateInvocationStatus(status=InvocationStatus.Processing, detail="started")
IMPORT = ImportFileRequest(dataset_id="ds_1", relative_path="a.bag", uri="s3://bucket/a.bag")
CANCELLED = {"success_count": 1, "failure_count": 0, "count_remaining": 0}
WRITES: dict[str, tuple[Use, Any]] = {
    "create action": (lambda p: p.create_action(create_action()), action_data()),
    "update action": (lambda p: p.update_action("a", UpdateActionRequest(timeout=5)), action_data()),
    "publish": (lambda p: p.set_action_accessibility("a", PUBLISH), action_data()),
    "delete action": (lambda p: p.delete_action("a"), None),
    "create trigger": (lambda p: p.create_trigger(create_trigger()), trigger_data()),
    "update trigger": (lambda p: p.update_trigger("t", UpdateTriggerRequest(enabled=False)), trigger_data()),
    "delete trigger": (lambda p: p.delete_trigger("t"), None),
    "invoke": (lambda p: p.invoke_action("a", create_invocation()), invocation_data()),
    "update status": (lambda p: p.update_invocation_status("iv_1", PROCESSING), invocation_data()),
    "cancel all": (lambda p: p.cancel_active_invocations(CancelActiveInvocationsRequest()), CANCELLED),
    "create dataset": (lambda p: p.create_dataset(CreateDatasetRequest()), dataset_data()),
    "update dataset": (lambda p: p.update_dataset("ds_1", UpdateDatasetRequest(name="n")), dataset_data()),
    "delete dataset": (lambda p: p.delete_dataset("ds_1"), None),
    "import files": (lambda p: p.import_files([IMPORT]), [file_data()]),
    "update file": (lambda p: p.update_file("fl_1", UpdateFileRequest(description="d")), file_data()),
    "delete file": (lambda p: p.delete_file("fl_1"), None),
}
#: Writes of which a second one changes nothing.
REPEATED: dict[str, tuple[Use, Any]] = {
    "cancel": (lambda p: p.cancel_invocation("iv_1"), None),
    "container info": (
        lambda p: p.set_container_info("iv_1", SetContainerInfoRequest(image_digest="sha256:1")),
        invocation_data(),
    ),
    "logs location": (
        lambda p: p.set_logs_location("iv_1", SetLogsLocationRequest(bucket="b", prefix="p")),
        invocation_data(),
    ),
    "invoke once": (lambda p: p.invoke_action("a", create_invocation(idempotency_id="once")), invocation_data()),
}

EVERY = {**READS, **WRITES, **REPEATED}

LOST = {
    "500": Answer(status=500, body=b""),
    "502 page": Answer(status=502, body=b"<html>Bad Gateway</html>", headers={"Content-Type": "text/html"}),
    "503 without Retry-After": Answer(status=503, body=b""),
    "504": Answer(status=504, body=b""),
    "408": Answer(status=408, body=b""),
    "reset": Answer(reset=True),
    "cut off": Answer(data=action_data(), cut_off=True),
    "broken JSON": Answer(body=b'{"data": {"name": "a'),
    "web page": Answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"}),
}

reads = pytest.mark.parametrize(("use", "data"), READS.values(), ids=READS)
writes = pytest.mark.parametrize(("use", "data"), WRITES.values(), ids=WRITES)
repeated = pytest.mark.parametrize(("use", "data"), REPEATED.values(), ids=REPEATED)
lost = pytest.mark.parametrize("answer", LOST.values(), ids=LOST)


@reads
@lost
def test_a_read_is_asked_again(
    server: ScriptedServer, platform: HttpPlatform, use: Use, data: Any, answer: Answer
) -> None:
    """Whatever was lost of a read, the second answer counts."""
    server.answer_with(answer, Answer(data=data))

    use(platform)

    assert len(server.asked) == 2


@writes
@lost
def test_a_write_whose_answer_is_lost_is_never_sent_again(
    server: ScriptedServer, platform: HttpPlatform, use: Use, data: Any, answer: Answer
) -> None:
    """It may have landed: the outcome is unknown, and the operation says of what."""
    server.answer_with(answer, Answer(data=data))

    with pytest.raises(OutcomeUnknown) as caught:
        use(platform)

    assert len(server.asked) == 1
    assert caught.value.operation
    assert "before anything is repeated" in caught.value.hint


@repeated
@lost
def test_a_write_of_which_a_second_one_changes_nothing_is_sent_again(
    server: ScriptedServer, platform: HttpPlatform, use: Use, data: Any, answer: Answer
) -> None:
    """Whatever was lost of it, the second answer counts."""
    server.answer_with(answer, Answer(data=data))

    use(platform)

    assert len(server.asked) == 2
    assert server.asked[0] == server.asked[1]


def test_a_repeated_write_that_is_never_answered_is_of_unknown_outcome(
    server: ScriptedServer, platform: HttpPlatform, pauses: Pauses
) -> None:
    """Any of the attempts may have landed."""
    server.answer_with(Answer(status=504, body=b""))

    with pytest.raises(OutcomeUnknown, match="504") as caught:
        platform.cancel_invocation("iv_1")

    assert caught.value.operation == 'cancel invocation "iv_1"'
    assert "list the invocations" in caught.value.hint
    assert len(pauses) == 4


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (refusal(404, message="no such invocation"), "no such invocation (404)"),
        (refusal(401, message="expired"), "expired (401)"),
        (refusal(503, headers={"Retry-After": "3600"}), "asks to wait 3600 seconds"),
        (refusal(429, message="slow down", headers={"Retry-After": "3600"}), "slow down"),
    ],
)
def test_a_refusal_after_a_lost_answer_does_not_settle_the_outcome(
    server: ScriptedServer, platform: HttpPlatform, last: Answer, said: str
) -> None:
    """It says nothing about the attempt before, and its words are kept."""
    server.answer_with(Answer(reset=True), last)

    with pytest.raises(OutcomeUnknown, match="an earlier attempt had no answer") as caught:
        platform.cancel_invocation("iv_1")

    assert said in caught.value.message
    assert len(server.asked) == 2


def test_a_refusal_of_a_repeated_write_is_final(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Without a lost answer before it, it means what it says."""
    server.answer_with(refusal(404, message="no such invocation"))

    with pytest.raises(NotFound, match="no such invocation"):
        platform.cancel_invocation("iv_1")

    assert len(server.asked) == 1


@pytest.mark.parametrize("use", [WRITES["create action"][0], WRITES["delete trigger"][0]])
def test_a_write_without_an_answer_in_time_is_never_sent_again(server: ScriptedServer, use: Use) -> None:
    """A read time-out leaves the outcome of a write unknown."""
    server.answer_with(Answer(hang=True))
    pauses = Pauses()
    platform = connected(server.endpoint, pauses, timeout=0.1)

    with pytest.raises(OutcomeUnknown, match="did not answer in time"):
        use(platform)
    platform.close()

    # The server cannot be asked: on a busy machine it reads the request later than we give up on it.
    assert pauses == []


def test_a_read_without_an_answer_in_time_is_asked_again(server: ScriptedServer) -> None:
    """Another attempt gets the answer; on a busy machine it may be a later one than the second."""
    server.answer_with(Answer(hang=True), Answer(data=action_data()))
    platform = connected(server.endpoint, timeout=0.1, retries=100)

    assert platform.get_action("a").name == "ros_ingest"
    assert len(server.asked) > 1
    platform.close()


@pytest.mark.parametrize(("use", "data"), EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_processed_is_sent_again_after_the_wait_asked_for(
    server: ScriptedServer, use: Use, data: Any, status: int
) -> None:
    """429, and 503 with Retry-After, are safe to repeat for writes too; the jitter comes on top of the wait."""
    pauses = Pauses()
    platform = connected(server.endpoint, pauses)
    server.answer_with(refusal(status, headers={"Retry-After": "7"}), Answer(data=data))

    use(platform)
    platform.close()

    assert len(server.asked) == 2
    assert pauses == [7 + 0.5 * 1.0]


def test_a_429_that_names_no_wait_is_repeated_with_jitter_alone(
    server: ScriptedServer, platform: HttpPlatform, pauses: Pauses
) -> None:
    """Pauses grow with the attempts: half of 1, 2, 4 and 8 seconds with a jitter of one half."""
    server.answer_with(refusal(429, code="RobotoTooManyRequestsException", message="slow down"))

    with pytest.raises(TooManyRequests, match="slow down") as caught:
        platform.create_action(create_action())

    assert pauses == [0.5, 1.0, 2.0, 4.0]
    assert len(server.asked) == 5
    assert caught.value.retry_after is None


def test_a_wait_beyond_patience_is_reported_and_not_waited_for(
    server: ScriptedServer, platform: HttpPlatform, pauses: Pauses
) -> None:
    """An hour is the user's to decide on."""
    server.answer_with(refusal(429, headers={"Retry-After": "3600"}))

    with pytest.raises(TooManyRequests, match="asks to wait 3600 seconds") as caught:
        platform.get_action("a")

    assert caught.value.retry_after == 3600
    assert pauses == []


def test_a_503_beyond_patience_changed_nothing(server: ScriptedServer, platform: HttpPlatform) -> None:
    """It says that the request was not processed, so the outcome of a write is known."""
    server.answer_with(refusal(503, headers={"Retry-After": "3600"}))

    with pytest.raises(PlatformUnavailable):
        platform.create_action(create_action())


def test_attempts_are_bounded(server: ScriptedServer, pauses: Pauses) -> None:
    """``retries`` counts the attempts after the first."""
    server.answer_with(Answer(status=502, body=b""))
    platform = connected(server.endpoint, pauses, retries=2)

    with pytest.raises(PlatformUnavailable, match="502 Bad Gateway"):
        platform.get_action("a")
    platform.close()

    assert len(server.asked) == 3
    assert len(pauses) == 2


def test_broken_json_is_asked_for_once_more_only(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A platform that cannot write JSON will not learn it by being asked four times."""
    server.answer_with(Answer(body=b"{"))

    with pytest.raises(MalformedAnswer):
        platform.get_action("a")

    assert len(server.asked) == 2


@writes
def test_a_conflict_is_final(server: ScriptedServer, platform: HttpPlatform, use: Use, data: Any) -> None:
    """409 is an answer like any other."""
    server.answer_with(refusal(409, code="RobotoConflictException", message="exists"), Answer(data=data))

    with pytest.raises(Conflict, match="exists"):
        use(platform)

    assert len(server.asked) == 1


@pytest.mark.parametrize(("use", "data"), EVERY.values(), ids=EVERY)
def test_what_never_left_is_tried_again_for_reads_and_writes(use: Use, data: Any) -> None:
    """Nobody listens: every attempt is made, and the outcome is known to be nothing."""
    pauses = Pauses()
    platform = connected(_closed_endpoint(), pauses)

    with pytest.raises(PlatformUnavailable, match="the connection is refused"):
        use(platform)
    platform.close()

    assert len(pauses) == 4


def _closed_endpoint() -> str:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("Thu, 01 Jan 1970 00:16:45 GMT", 5.0),
        ("Thu, 01 Jan 1970 00:16:45 -0000", 5.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1e3", None),
        ("٣", None),
        ("9" * 5000, None),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(text: str, seconds: float | None) -> None:
    """Anything else counts as not having asked."""
    assert seconds == retry_after({"Retry-After": text}, now=1000.0)


@given(st.text(max_size=60), st.floats(0, 4e9))
def test_retry_after_never_fails(text: str, now: float) -> None:
    """Whatever a proxy writes there."""
    seconds = retry_after({"Retry-After": text}, now=now)
    assert seconds is None or seconds >= 0


@given(
    random=st.floats(0, 1, exclude_max=True),
    attempts=st.integers(1, 5000),
    asked=st.none() | st.floats(0, 60),
    retries=st.integers(0, 5000),
)
def test_pauses_are_bounded_and_never_shorter_than_asked(
    random: float, attempts: int, asked: float | None, retries: int
) -> None:
    """Full jitter below half a second times two to the attempts, on top of the wait asked for."""
    failure = Failure(PlatformError("x"), Resend.ALWAYS, asked)

    pause = RetryPolicy(retries, lambda: random).pause(failure, attempts=attempts)

    if attempts > retries:
        assert pause is None
        return
    assert pause is not None
    assert (asked or 0) <= pause <= (asked or 0) + min(LONGEST_PAUSE, 0.5 * 2.0 ** min(attempts, 100))
