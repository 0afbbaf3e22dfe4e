"""Answers that are not what the contract says are named for what they are."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.queries import QuerySpecification
from reconciler.errors import MalformedAnswer, OutcomeUnknown, PlatformUnavailable
from tests.client.builders import (
    action_data,
    connected,
    create_action,
    log_data,
    page_data,
    stream_data,
    trigger_data,
)
from tests.client.scripted_server import Answer, ScriptedServer


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"null", 'no member "data"'),
        (b"[]", 'no member "data"'),
        (b"{}", 'no member "data"'),
        (b'{"error": "no"}', 'no member "data"'),
        (b'{"data": null}', "data: "),
        (b'{"data": []}', "data: "),
        (b'{"data": {"name": "a"', "its JSON breaks at line 1, column 22"),
        (b"<html><body>Please sign in</body></html>", 'it is not JSON: "<html><body>Please sign in'),
        (b"\xff\xfe\x00", "it is not JSON"),
        (b"[" * 100_000, "its JSON breaks at its encoding, its depth or a number"),
        (b'{"data": {"name": "a", "size": ' + b"9" * 5000 + b"}}", "breaks at its encoding, its depth or a number"),
        (json.dumps({"data": action_data(created="yesterday")}).encode(), 'record "ros_ingest": created: '),
        (json.dumps({"data": action_data(tags=7)}).encode(), "tags: input should be a valid array"),
    ],
)
def test_a_body_that_is_no_record_is_described(
    server: ScriptedServer, platform: HttpPlatform, body: bytes, said: str
) -> None:
    """In words, with what to check."""
    server.answer_with(Answer(body=body))

    with pytest.raises(MalformedAnswer) as caught:
        platform.get_action("a")

    assert said in caught.value.message
    assert caught.value.operation == 'read action "a"'
    assert "endpoint" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "data: "),
        ({"items": []}, "next_token: field required"),
        ({"next_token": None}, "items: field required"),
        ({"items": [], "next_token": 7}, "next_token: "),
        (
            page_data(trigger_data("good"), trigger_data("bad", required_inputs=[])),
            'record "bad": items.1.required_inp',
        ),
        (page_data(trigger_data("odd", causes=["file_renamed"])), 'record "odd": items.0.causes.0: '),
        (page_data({"trigger_id": "tr_1"}), "items.0.name: field required (and"),
    ],
)
def test_a_page_that_is_none_names_its_record(
    server: ScriptedServer, platform: HttpPlatform, data: Any, said: str
) -> None:
    """A page without a token must not pass for the last one; a record that cannot be read is named."""
    server.answer_with(Answer(data=data))

    with pytest.raises(MalformedAnswer) as caught:
        platform.query_triggers(QuerySpecification())

    assert said in caught.value.message
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"items": [], "last_read": None}, "has_next: field required"),
        ({"items": [], "has_next": False}, "last_read: field required"),
        ({"last_read": None, "has_next": False}, "items: field required"),
        (page_data(), "last_read: field required (and 1 more)"),
        (stream_data(log_data(process="kernel")), "items.0.process: "),
        ({"items": [], "last_read": 7, "has_next": True}, "last_read: "),
    ],
)
def test_a_stream_that_is_none_is_described(
    server: ScriptedServer, platform: HttpPlatform, data: Any, said: str
) -> None:
    """A stream without its cursor or its flag must not pass for one that has ended."""
    server.answer_with(Answer(data=data))

    with pytest.raises(MalformedAnswer) as caught:
        platform.stream_invocation_logs("iv_1")

    assert said in caught.value.message
    assert caught.value.operation == 'follow the logs of invocation "iv_1"'


def test_values_of_records_stay_out_of_messages(server: ScriptedServer, platform: HttpPlatform) -> None:
    """They may be secrets: a broken listing and a wrong field show names and places alone."""
    secret = "hunter2-hunter2"
    wrong = action_data(container_parameters={"env_vars": {"API_TOKEN": [secret]}})
    server.answer_with(Answer(data=wrong), Answer(body=f'{{"data": {{"uri": "{secret}'.encode()))

    for _ in range(2):
        with pytest.raises(MalformedAnswer) as caught:
            platform.get_action("a")
        assert secret not in caught.value.message


def test_unknown_members_are_ignored(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The platform adds members over time."""
    body = {"data": action_data(brand_new=1), "request_id": "r1"}
    server.answer_with(Answer(body=json.dumps(body).encode()))

    assert platform.get_action("a").name == "ros_ingest"


def test_a_body_beyond_the_bound_is_not_read_to_its_end(server: ScriptedServer) -> None:
    """A server that never stops cannot fill the memory; for a write the outcome is unknown."""
    server.answer_with(Answer(data=action_data(description="x" * 100_000)))
    platform = connected(server.endpoint, largest_body=10_000)

    with pytest.raises(MalformedAnswer, match="larger than 10000 bytes"):
        platform.get_action("a")
    with pytest.raises(OutcomeUnknown, match="larger than 10000 bytes"):
        platform.create_action(create_action())
    platform.close()


def test_the_bound_counts_what_was_decompressed(server: ScriptedServer) -> None:
    """A small answer that unpacks to a large one is a large one."""
    packed = gzip.compress(json.dumps({"data": action_data(description="x" * 10_000_000)}).encode())
    server.answer_with(Answer(body=packed, headers={"Content-Encoding": "gzip"}))
    platform = connected(server.endpoint, largest_body=1_000_000)

    with pytest.raises(MalformedAnswer, match="larger than"):
        platform.get_action("a")
    platform.close()


def test_compressed_answers_are_understood(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The platform may compress."""
    packed = gzip.compress(json.dumps({"data": action_data()}).encode())
    server.answer_with(Answer(body=packed, headers={"Content-Encoding": "gzip"}))

    assert platform.get_action("a").name == "ros_ingest"


def test_a_broken_encoding_is_an_outage(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A body that says gzip and is none cannot be judged."""
    server.answer_with(Answer(body=b"not gzip", headers={"Content-Encoding": "gzip"}))

    with pytest.raises(PlatformUnavailable, match="broken encoding"):
        platform.get_action("a")


@pytest.mark.parametrize(
    "answer", [Answer(status=204, body=b""), Answer(data=None), Answer(body=b"{}"), Answer(body=b"")]
)
def test_what_deleting_and_cancelling_answer_does_not_matter(
    server: ScriptedServer, platform: HttpPlatform, answer: Answer
) -> None:
    """Any success is one, body or not."""
    server.answer_with(answer)

    platform.delete_action("a")
    platform.delete_trigger("t")
    platform.delete_dataset("ds_1")
    platform.delete_file("fl_1")
    platform.cancel_invocation("iv_1")


def test_a_web_page_is_no_answer_to_a_delete(server: ScriptedServer, platform: HttpPlatform) -> None:
    """A sign-in page says nothing about the resource."""
    server.answer_with(Answer(body=b"<html>Sign in</html>"))

    with pytest.raises(OutcomeUnknown):
        platform.delete_action("a")


def test_a_written_record_that_cannot_be_read_leaves_the_outcome_unknown(
    server: ScriptedServer, platform: HttpPlatform
) -> None:
    """The platform said yes, so something has probably landed."""
    server.answer_with(Answer(status=201, data={"name": "a"}))

    with pytest.raises(OutcomeUnknown):
        platform.create_action(create_action())
