"""What is sent again, after which pause, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.client.http import HttpPlatform
from reconciler.client.retry import LONGEST_PAUSE, Failure, Resend, RetryPolicy, retry_after
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.values import Accessibility
from reconciler.errors import (
    Conflict,
    MalformedAnswer,
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
    create_trigger,
    page_data,
    trigger_data,
)
from tests.client.scripted_server import Answer, ScriptedServer, refusal

Use = Callable[[HttpPlatform], object]

READS: dict[str, tuple[Use, Any]] = {
    "get action": (lambda p: p.get_action("a"), action_data()),
    "get trigger": (lambda p: p.get_trigger("t"), trigger_data()),
    "query actions": (lambda p: p.query_actions(QuerySpecification()), page_data()),
    "query triggers": (lambda p: p.query_triggers(QuerySpecification()), page_data()),
}
PUBLISH = SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)
WRITES: dict[str, tuple[Use, Any]] = {
    "create action": (lambda p: p.create_action(create_action()), action_data()),
    "update action": (lambda p: p.update_action("a", UpdateActionRequest(timeout=5)), action_data()),
    "publish": (lambda p: p.set_action_accessibility("a", PUBLISH), action_data()),
    "delete action": (lambda p: p.delete_action("a"), None),
    "create trigger": (lambda p: p.create_trigger(create_trigger()), trigger_data()),
    "update trigger": (lambda p: p.update_trigger("t", UpdateTriggerRequest(enabled=False)), trigger_data()),
    "delete trigger": (lambda p: p.delete_trigger("t"), None),
}

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
    if use is WRITES["delete action"][0] and answer is LOST["cut off"]:
        data = None
    server.answer_with(answer, Answer(data=data))

    with pytest.raises(OutcomeUnknown) as caught:
        use(platform)

    assert len(server.asked) == 1
    assert caught.value.operation
    assert "plan again" in caught.value.hint


@pytest.mark.parametrize("use", [WRITES["create action"][0], WRITES["delete trigger"][0]])
def test_a_write_without_an_answer_in_time_is_never_sent_again(server: ScriptedServer, use: Use) -> None:
    """A read time-out leaves the outcome of a write unknown."""
    server.answer_with(Answer(hang=True))
    platform = connected(server.endpoint, timeout=0.1)

    with pytest.raises(OutcomeUnknown, match="did not answer in time"):
        use(platform)
    platform.close()

    assert len(server.asked) == 1


def test_a_read_without_an_answer_in_time_is_asked_again(server: ScriptedServer) -> None:
    """The second attempt gets the answer."""
    server.answer_with(Answer(hang=True), Answer(data=action_data()))
    platform = connected(server.endpoint, timeout=0.1)

    assert platform.get_action("a").name == "ros_ingest"
    platform.close()


@pytest.mark.parametrize(("use", "data"), [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
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


@pytest.mark.parametrize(("use", "data"), [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
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
