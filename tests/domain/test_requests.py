"""Requests: what is sent, and that not set is never sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.domain.actions import ActionSpec
from reconciler.domain.notset import NotSet
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference

# A machine under load is slow for other reasons than ours.
LAW = settings(deadline=None)

UPDATES = (UpdateActionRequest, UpdateTriggerRequest)
NULLABLE = {
    UpdateActionRequest: {
        "compute_requirements",
        "container_parameters",
        "description",
        "inherits",
        "short_description",
        "timeout",
        "uri",
    },
    UpdateTriggerRequest: {
        "action_digest",
        "additional_inputs",
        "compute_requirement_overrides",
        "condition",
        "container_parameter_overrides",
        "parameter_values",
        "timeout",
    },
}


@pytest.mark.parametrize("model", UPDATES)
def test_an_update_that_sets_nothing_sends_nothing(model: type[UpdateActionRequest | UpdateTriggerRequest]) -> None:
    """Every field is not set by default, and saying so explicitly is the same."""
    fields: dict[str, Any] = dict.fromkeys(model.model_fields, NotSet)

    assert model().to_wire() == model(**fields).to_wire() == {}


@pytest.mark.parametrize("model", UPDATES)
def test_null_is_sent_where_the_platform_takes_it(model: type[UpdateActionRequest | UpdateTriggerRequest]) -> None:
    """Null clears exactly the fields the platform can clear; elsewhere it is refused here already."""
    for name in model.model_fields:
        if name in NULLABLE[model]:
            assert model(**{name: None}).to_wire() == {name: None}
        else:
            with pytest.raises(ValidationError):
                model(**{name: None})


@LAW
@given(
    chosen=st.dictionaries(
        st.sampled_from(["description", "timeout", "uri", "short_description", "requires_downloaded_inputs"]),
        st.just(NotSet) | st.just(None),
    )
)
def test_the_wire_never_holds_not_set(chosen: dict[str, Any]) -> None:
    """Whatever is set and not set: the body is JSON and has exactly what is set."""
    chosen.pop("requires_downloaded_inputs", None)

    body = UpdateActionRequest(**chosen).to_wire()

    assert json.loads(json.dumps(body)) == {name: None for name, value in chosen.items() if value is None}


def test_the_uri_of_an_update_is_stripped_and_not_blank() -> None:
    """An image is something."""
    assert UpdateActionRequest(uri=" img:1 ").uri == "img:1"
    with pytest.raises(ValidationError, match="blank"):
        UpdateActionRequest(uri="  ")


@pytest.mark.parametrize("model", [CreateActionRequest, UpdateActionRequest])
def test_a_short_description_fits(model: type[CreateActionRequest | UpdateActionRequest]) -> None:
    """140 characters and not one more."""
    name = {"name": "a"} if model is CreateActionRequest else {}
    assert model(**name, short_description="ü" * 140).short_description == "ü" * 140
    with pytest.raises(ValidationError, match="141 characters"):
        model(**name, short_description="x" * 141)


def test_a_create_sends_every_field() -> None:
    """Null where not given: creates are whole."""
    action = CreateActionRequest.of("a", ActionSpec()).to_wire()
    spec = TriggerSpec(action=ActionReference(name="x"), required_inputs=("*.bag",))
    trigger = CreateTriggerRequest.of("t", spec).to_wire()

    assert action.keys() == CreateActionRequest.model_fields.keys()
    assert trigger.keys() == CreateTriggerRequest.model_fields.keys()
    assert (trigger["additional_inputs"], trigger["parameter_values"], trigger["causes"]) == (None, None, None)


@pytest.mark.parametrize("patterns", [[], [""], ["  ", "\n"]])
def test_patterns_are_needed(patterns: list[str]) -> None:
    """At least one pattern that is not blank, in both lists."""
    given: dict[str, Any] = {"name": "t", "action_name": "a", "for_each": TriggerForEachPrimitive.Dataset}
    with pytest.raises(ValidationError, match="pattern"):
        CreateTriggerRequest(**given, required_inputs=patterns)
    with pytest.raises(ValidationError, match="pattern"):
        CreateTriggerRequest(**given, required_inputs=["*.bag"], additional_inputs=patterns)
