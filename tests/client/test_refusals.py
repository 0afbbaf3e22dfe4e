"""Every refusal becomes the one error that means it, in the platform's own words, with what to do."""

from __future__ import annotations

import json

import pytest

from reconciler.client.calls.call import Call
from reconciler.client.hints import hint_for
from reconciler.client.http import HttpPlatform
from reconciler.client.target import Target
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.secrets import Secret
from reconciler.domain.wire import ERROR_CODES, STATUS
from reconciler.errors import (
    Conflict,
    InvalidRequest,
    MalformedAnswer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    TooManyRequests,
)
from tests.client.builders import ORIGIN, connected, create_action
from tests.client.scripted_server import Answer, ScriptedServer, refusal


def asked_in_vain(platform: HttpPlatform) -> PlatformError:
    """Read an action and return the error that this ends with."""
    with pytest.raises(PlatformError) as caught:
        platform.get_action("ros_ingest")
    return caught.value


@pytest.mark.parametrize(
    ("error", "code"), [(error, code) for error, codes in ERROR_CODES.items() for code in codes if error in STATUS]
)
def test_every_code_of_the_wire_becomes_its_error(
    server: ScriptedServer, platform: HttpPlatform, error: type[PlatformError], code: str
) -> None:
    """The envelope decides, and its message is shown."""
    server.answer_with(refusal(STATUS[error], code=code, message="the platform's own words"))

    met = asked_in_vain(platform)

    assert type(met) is error
    assert "the platform's own words" in met.message
    assert met.operation == 'read action "ros_ingest"'
    assert met.hint


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequest),
        (401, NotAuthenticated),
        (403, NotAllowed),
        (404, NotFound),
        (408, PlatformUnavailable),
        (409, Conflict),
        (410, InvalidRequest),
        (418, InvalidRequest),
        (429, TooManyRequests),
        (500, PlatformUnavailable),
        (503, PlatformUnavailable),
        (599, PlatformUnavailable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"oops", b"[]", b'{"error": 7}', b'{"error": {"error_code": 1, "message": 2}}'])
def test_without_an_envelope_the_status_decides(
    server: ScriptedServer, platform: HttpPlatform, status: int, error: type[PlatformError], body: bytes
) -> None:
    """Bodies of any other shape say nothing."""
    server.answer_with(Answer(status=status, body=body))

    met = asked_in_vain(platform)

    assert type(met) is error
    assert str(status) in met.message
    assert met.hint


@pytest.mark.parametrize("member", ["message", "Message"])
def test_a_gateway_s_message_is_shown(server: ScriptedServer, platform: HttpPlatform, member: str) -> None:
    """What stands before the platform writes its message at the top."""
    server.answer_with(Answer(status=403, body=json.dumps({member: "explicit deny"}).encode()))

    assert "explicit deny (403)" in asked_in_vain(platform).message


def test_a_conflict_with_a_wrong_status_is_a_conflict(server: ScriptedServer, platform: HttpPlatform) -> None:
    """For a write too: the platform has said what happened."""
    server.answer_with(refusal(500, code="RobotoConflictException", message="exists"))

    with pytest.raises(Conflict):
        platform.create_action(create_action())


def test_not_implemented_changed_nothing(server: ScriptedServer, platform: HttpPlatform) -> None:
    """501 is a refusal to process, not a lost answer."""
    server.answer_with(refusal(501, code="RobotoNotImplementedException", message="not here"))

    with pytest.raises(PlatformUnavailable, match="not here"):
        platform.create_action(create_action())
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [507, 520])
def test_other_5xx_leave_a_write_unknown(server: ScriptedServer, platform: HttpPlatform, status: int) -> None:
    """The platform may have finished before it failed to say so."""
    server.answer_with(Answer(status=status, body=b""))

    with pytest.raises(OutcomeUnknown):
        platform.create_action(create_action())


def test_an_unknown_token_is_named_by_its_origin(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The hint says which variable to change, and who has new tokens for this server."""
    server.answer_with(refusal(401, code="RobotoUnauthorizedException", message="who are you?"))

    met = asked_in_vain(platform)

    assert ORIGIN in met.hint
    assert f"get a new one from whoever runs {server.endpoint}" in met.hint
    assert met.exit_code == 7


def test_tokens_of_roboto_are_made_on_its_page() -> None:
    """Whichever of its hosts refused."""
    target = Target(endpoint="https://api.roboto.ai", token=Secret("tok_1"), origin=ORIGIN)

    hint = hint_for(NotAuthenticated, code=None, call=Call("read", "GET", "v1/orgs/caller"), target=target)

    assert "make a new one at https://app.roboto.ai" in hint


def test_a_missing_organization_says_what_to_set(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A caller of several organizations must choose."""
    server.answer_with(refusal(400, code="RobotoNoOrgProvidedException", message="which one?"))

    assert "ROBOTO_ORG_ID" in asked_in_vain(platform).hint


def test_a_full_quota_says_so(server: ScriptedServer, platform: HttpPlatform) -> None:
    """It is no matter of permissions."""
    server.answer_with(refusal(403, code="RobotoLimitExceededException", message="50 of 50 triggers"))

    met = asked_in_vain(platform)

    assert isinstance(met, NotAllowed)
    assert "limit" in met.hint


def test_not_found_names_the_endpoint_to_check(server: ScriptedServer, platform: HttpPlatform) -> None:
    """When everything is missing, the endpoint is wrong."""
    server.answer_with(refusal(404, code="RobotoNotFoundException", message="no such action"))

    assert server.endpoint in asked_in_vain(platform).hint


def test_a_web_server_s_404_is_not_taken_for_an_absent_resource(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The absence of a resource is only what the platform says about it."""
    server.answer_with(Answer(status=404, body=b"<h1>Not Found</h1>", headers={"Content-Type": "text/html"}))

    met = asked_in_vain(platform)

    assert isinstance(met, MalformedAnswer)
    assert "check the endpoint" in met.hint


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example.com/sso?state=secret", "https://login.example.com"),
        ("/v2/actions", "another path"),
        ("http://[broken", "another place"),
        ("", "another path"),
    ],
)
def test_a_redirect_is_not_followed(server: ScriptedServer, platform: HttpPlatform, location: str, shown: str) -> None:
    """The token goes to no other place; only the other host is named."""
    server.answer_with(Answer(status=302, body=b"", headers={"Location": location}))

    met = asked_in_vain(platform)

    assert isinstance(met, MalformedAnswer)
    assert shown in met.message
    assert "secret" not in met.message
    assert len(server.asked) == 1


def test_a_redirect_to_another_server_sends_it_nothing(server: ScriptedServer) -> None:
    """Checked with a second server that listens."""
    from tests.client.scripted_server import serving

    with serving() as other:
        other.answer_with(Answer(data=None))
        server.answer_with(Answer(status=307, body=b"", headers={"Location": f"{other.endpoint}/v1/actions"}))
        platform = connected(server.endpoint)
        with pytest.raises(MalformedAnswer):
            platform.create_action(create_action())
        platform.close()

        assert other.asked == []


def test_long_and_strange_messages_are_made_fit_to_print(server: ScriptedServer, platform: HttpPlatform) -> None:
    """One line, bounded, no control characters, nothing that turns the reading direction."""
    server.answer_with(refusal(400, message="first\n\x1b[31msecond\u202e\x00 " + "long " * 500))

    message = asked_in_vain(platform).message

    assert message.startswith("first [31msecond long long")
    assert message.endswith("… (400)")
    assert len(message) < 520
    assert message.isprintable()


def test_operations_are_said_in_words(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A listing has no name to quote."""
    server.answer_with(refusal(400, message="no"))

    with pytest.raises(InvalidRequest) as caught:
        platform.query_triggers(QuerySpecification())

    assert caught.value.operation == "list triggers"
