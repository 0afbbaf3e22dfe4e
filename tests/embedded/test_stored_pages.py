"""Pages that are served as they are stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from reconciler.domain.queries import QuerySpecification
from reconciler.domain.values import ActionParameter, ContainerParameters, WireModel
from reconciler.embedded.http.encoding import encoded
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.stored_page import StoredPage
from tests.contract.builders import new_action, new_trigger

NASTY = 'a "quoted", {"next_token":null}}\u2028\u00e9\x7f\\'


def test_a_stored_page_is_what_its_records_would_be(tmp_path: Path) -> None:
    """Served as stored or read and written again: the same JSON, for texts of every kind and on every page."""
    platform = EmbeddedPlatform.open(tmp_path / "platform.db")
    for number in range(3):
        container = ContainerParameters(command=[NASTY], env_vars={"A": "b"})
        parameters = [ActionParameter(name="site", required=True, description=NASTY)]
        platform.create_action(
            new_action(f"action_{number}", parameters=parameters, container_parameters=container, timeout=5)
        )
        platform.create_trigger(
            new_trigger(f"trigger_{number}", action_name=f"action_{number}", parameter_values={"site": NASTY})
        )
    query = QuerySpecification(limit=2)
    for first, next_page in (
        (platform.stored_actions(query), platform.stored_actions),
        (platform.stored_triggers(query), platform.stored_triggers),
    ):
        assert first.next_token is not None
        assert served(first) == written_again(first)
        last = next_page(query.going_on_after(first.next_token))
        assert last.next_token is None
        assert served(last) == written_again(last)
    platform.close()


def served(page: StoredPage[Any]) -> Mapping[str, Any]:
    """Return the answer a stored page travels in."""
    answer: Mapping[str, Any] = json.loads(bytes(encoded(page).body))
    return answer


def written_again(page: StoredPage[Any]) -> Mapping[str, Any]:
    """Return the answer that its records, read and written again, would travel in."""
    records: tuple[WireModel, ...] = page.read().items
    answer: Mapping[str, Any] = json.loads(to_json({"data": {"items": records, "next_token": page.next_token}}))
    return answer
