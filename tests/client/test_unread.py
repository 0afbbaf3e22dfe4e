"""Pages that are read later hold what pages hold, and say so when they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.queries import QuerySpecification
from reconciler.errors import MalformedAnswer
from tests.client.builders import action_data, page_data
from tests.client.scripted_server import Answer, ScriptedServer

QUERY = QuerySpecification()


def ordered(*, token_first: bool, token: str | None, more: dict[str, Any] | None = None) -> bytes:
    """Return a page with its members in either order."""
    items, next_token = {"items": [action_data(name="one")]}, {"next_token": token}
    data = {**next_token, **items} if token_first else {**items, **next_token}
    return json.dumps({"data": data, **(more or {})}, indent=1).encode()


@pytest.mark.parametrize("token", [None, "", "abc", "a/b+c==", 'with "quotes" and \\', "é"])
@pytest.mark.parametrize("token_first", [True, False])
def test_the_token_is_found_wherever_it_stands(
    server: ScriptedServer, platform: HttpPlatform, token: str | None, *, token_first: bool
) -> None:
    """Glanced at or read, both ways of listing see the same token and the same records."""
    server.answer_with(Answer(body=ordered(token_first=token_first, token=token)))

    page = platform.unread_actions(QUERY)

    assert page.next_token == (token or None)
    assert page.read() == platform.query_actions(QUERY)


def test_a_token_beside_the_data_is_not_taken_for_its_own(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Where the end of an answer misleads, the page is refused when it is read, before anything rests on it."""
    more = {"meta": {"next_token": "other"}}
    server.answer_with(Answer(body=ordered(token_first=False, token="own", more=more)))

    with pytest.raises(MalformedAnswer, match="names two next pages"):
        platform.unread_actions(QUERY).read()


def test_a_record_that_cannot_be_read_is_named_later(server: ScriptedServer, platform: HttpPlatform) -> None:
    """The same words as when the page is read at once."""
    server.answer_with(Answer(data=page_data(action_data(name="bad", tags=7))))

    page = platform.unread_actions(QUERY)

    with pytest.raises(MalformedAnswer, match=r'record "bad": items\.0\.tags') as caught:
        page.read()
    assert caught.value.operation == "list actions"


def test_a_fingerprint_follows_every_byte(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Equal pages have the same one, any other page another."""
    server.answer_with(*(Answer(data=page_data(action_data(description=text))) for text in ("a", "a", "b")))

    first, second, third = (platform.unread_actions(QUERY).content_hash for _ in range(3))

    assert first == second != third
