"""A run whose queueing was not answered is found again by its idempotency id."""

from __future__ import annotations

from typing import Any, Final

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.errors import Conflict, OutcomeUnknown
from tests.client.builders import Pauses, connected, create_invocation, invocation_data, page_data
from tests.client.case import CALLER, OWNER
from tests.client.scripted_server import Answer, ScriptedServer, refusal

ONCE: Final = create_invocation(idempotency_id="once")
QUEUED: Final = invocation_data("iv_7", idempotency_id="once")
USED: Final = refusal(409, code="RobotoConflictException", message="the idempotency id was used")
LOST: Final = Answer(reset=True)


def other_action(**given: Any) -> dict[str, Any]:
    """Return a run of another action."""
    record = invocation_data(**given)
    action = {**record["provenance"]["action"], "name": "other"}
    return {**record, "provenance": {**record["provenance"], "action": action}}


def test_a_conflict_after_a_lost_answer_is_the_run_itself(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The first request landed: the run is looked up by its id, in the organization that it was queued for."""
    server.answer_with(LOST, USED, Answer(data=page_data(invocation_data("iv_9"), QUEUED)))

    run = platform.invoke_action("ros_ingest", ONCE, owner="og_hub", caller_org="og_lab")

    assert run.invocation_id == "iv_7"
    first, again, lookup = server.asked
    assert first == again
    assert first.headers[CALLER] == "og_lab"
    assert (lookup.path, lookup.headers[OWNER]) == ("/v1/actions/invocations/query", "og_lab")
    assert lookup.json == {"condition": {"field": "idempotency_id", "comparator": "EQUALS", "value": "once"}}


def test_a_run_that_landed_is_found_although_no_attempt_was_answered(server: ScriptedServer) -> None:
    """The platform answers again when it is asked what there is."""
    pauses = Pauses()
    platform = connected(server.endpoint, pauses, retries=1)
    server.answer_with(LOST, LOST, Answer(data=page_data(QUEUED)))

    assert platform.invoke_action("ros_ingest", ONCE).invocation_id == "iv_7"
    platform.close()

    assert len(pauses) == 1


@pytest.mark.parametrize(
    "found",
    [
        Answer(data=page_data()),
        Answer(data=page_data(invocation_data("iv_9", idempotency_id="another"), invocation_data("iv_8"))),
        Answer(data=page_data(other_action(idempotency_id="once"))),
        refusal(400, message="cannot query by this field"),
        refusal(403, message="no"),
        Answer(body=b"{}"),
    ],
    ids=["none", "runs of other ids", "a run of another action", "refused", "forbidden", "unreadable"],
)
def test_a_run_that_is_not_found_stays_of_unknown_outcome(
    server: ScriptedServer, platform: HttpPlatform, found: Answer
) -> None:
    """The error is that of the invocation, not that of the look-up."""
    server.answer_with(LOST, USED, found)

    with pytest.raises(OutcomeUnknown, match="the idempotency id was used") as caught:
        platform.invoke_action("ros_ingest", ONCE)

    assert caught.value.operation == 'invoke action "ros_ingest"'
    assert "list the invocations" in caught.value.hint


def test_a_conflict_at_once_is_a_conflict(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The id was used by an earlier call, and this one queued nothing."""
    server.answer_with(USED)

    with pytest.raises(Conflict, match="was used"):
        platform.invoke_action("ros_ingest", ONCE)

    assert len(server.asked) == 1


def test_without_an_idempotency_id_nothing_is_sent_again_nor_looked_up(
    server: ScriptedServer, platform: HttpPlatform
) -> None:
    """A second request could be a second run, and no run could be told from another."""
    server.answer_with(LOST)

    with pytest.raises(OutcomeUnknown):
        platform.invoke_action("ros_ingest", create_invocation())

    assert len(server.asked) == 1
