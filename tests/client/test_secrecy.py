"""The token is in the header of the requests, and nowhere else."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.errors import ConfigurationError, PlatformError
from tests.client.builders import TOKEN, action_data, connected, create_action
from tests.client.scripted_server import Answer, ScriptedServer, refusal

FAILURES = {
    "unauthorized": refusal(401, message=f"token {TOKEN} is expired"),
    "echo": refusal(400, message=f"Authorization: Bearer {TOKEN}"),
    "redirect": Answer(status=302, body=b"", headers={"Location": f"http://{TOKEN}.example.com/"}),
    "web page": Answer(body=f"<html>{TOKEN}</html>".encode()),
    "broken": Answer(body=b'{"data": '),
    "wrong": Answer(data={"name": TOKEN}),
    "reset": Answer(reset=True),
    "cut off": Answer(data=action_data(), cut_off=True),
    "hang": Answer(hang=True),
}

USES: dict[str, Callable[[HttpPlatform], object]] = {
    "read": lambda platform: platform.get_action("a"),
    "write": lambda platform: platform.create_action(create_action()),
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_no_error_and_no_log_holds_the_token(
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    use: Callable[[HttpPlatform], object],
) -> None:
    """Neither text, repr, traceback, chain of causes nor any log at DEBUG, whoever writes it."""
    server.answer_with(answer)
    with caplog.at_level(logging.DEBUG):
        platform = connected(server.endpoint, timeout=0.1, retries=1)
        with pytest.raises(PlatformError) as caught:
            use(platform)
        platform.close()

    error = caught.value
    told = "".join(traceback.format_exception(error))
    assert TOKEN not in f"{error} {error!r} {error.hint} {error.__dict__} {error.args} {told}"
    assert error.__cause__ is None
    assert error.__context__ is None
    logged = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    assert "httpcore" in logged
    if answer is not FAILURES["redirect"]:
        # The one exception is the server's own header, which the HTTP library logs at DEBUG as it came.
        assert TOKEN not in logged


def test_no_repr_holds_the_token(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A debugger or a careless log line shows a mask."""
    transport = platform._transport

    with transport.lanes.lane() as client:
        shown = f"{platform!r} {transport!r} {transport.target!r} {client!r} {client.headers!r}"

    assert TOKEN not in shown


def test_success_logs_no_token(
    server: ScriptedServer, platform: HttpPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at DEBUG."""
    server.answer_with(Answer(data=action_data()))

    with caplog.at_level(logging.DEBUG):
        platform.create_action(create_action())

    assert caplog.records
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("token", ["", " ", "robo_pat_0123456789", "hunter2\nhunter2", "hunter2é", "hunter2 hunter2"])
def test_a_token_that_cannot_be_used_is_refused_without_showing_it(token: str) -> None:
    """HTTP libraries complain about a header by quoting it, so it never gets that far."""
    with pytest.raises(ConfigurationError) as caught:
        connected("http://platform.invalid", token=token)

    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert "hunter2" not in told
    assert "0123456789" not in told
    assert "the variable ROBOTO_API_KEY" in caught.value.message


def test_white_space_around_a_token_is_no_part_of_it(server: ScriptedServer) -> None:
    """A file's last line break comes along easily."""
    server.answer_with(Answer(data=action_data()))
    platform = connected(server.endpoint, token=f" {TOKEN}\n")

    platform.get_action("a")
    platform.close()

    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("endpoint", ["https://user:hunter2@api.example.com", "https://hunter2@api.example.com"])
def test_credentials_in_the_endpoint_are_refused_without_showing_them(endpoint: str) -> None:
    """They would be sent in place of the token."""
    with pytest.raises(ConfigurationError) as caught:
        connected(endpoint)

    assert "hunter2" not in "".join(traceback.format_exception(caught.value)) + caught.value.hint
