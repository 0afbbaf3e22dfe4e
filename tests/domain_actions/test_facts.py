"""The value classes read, send and refuse what the platform's own client does."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import reconciler.actions
from reconciler.domain.values import WireModel
from tests.domain_actions.facts import FACTS, Fact


def read(class_name: str, given: dict[str, Any]) -> WireModel | None:
    """Return the value, None when the class refuses what it is given."""
    known: type[WireModel] = getattr(reconciler.actions, class_name)
    try:
        return known.model_validate(given)
    except ValidationError:
        return None


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_a_value_is_read_and_sent_as_the_platform_does(fact: Fact) -> None:
    """What was set travels, what was not stays absent, what the platform refuses is refused."""
    value = read(fact.class_name, fact.given)
    assert (value and value.to_wire()) == fact.sent


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.sent is not None], ids=str)
def test_what_is_sent_is_read_back_as_the_same_value(fact: Fact) -> None:
    """Sending and reading again loses nothing."""
    value = read(fact.class_name, fact.given)
    assert value is not None
    assert read(fact.class_name, value.to_wire()) == value
