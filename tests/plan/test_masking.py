"""Secrets: wrapped where the value is built, shown as changed, never shown."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.secrets import Secret
from reconciler.domain.values import ActionReference, ContainerParameters
from reconciler.manifests.desired import Lifecycle
from reconciler.plan.masking import concealed, marked, marks, plain
from reconciler.plan.model import ABSENT, FieldChange
from reconciler.plan.planfile import dumps
from tests.plan.builders import ORG, action, action_record, parameter, planned, trigger, trigger_record

OLD, NEW = "hunter1-old", "hunter2-new"
SENSITIVE = Lifecycle(sensitive=frozenset({"mapbox"}))


def env(**variables: str) -> ContainerParameters:
    """Return container parameters with these environment variables."""
    return ContainerParameters(env_vars=variables)


@pytest.mark.parametrize(
    ("declared", "live", "pointer"),
    [
        (
            {"parameters": (parameter("api_token", default=NEW),)},
            {"parameters": [parameter("api_token", default=OLD)]},
            "/spec/parameters/api_token/default",
        ),
        (
            {"parameters": (parameter("mapbox", default=NEW),), "lifecycle": SENSITIVE},
            {"parameters": [parameter("mapbox", default=OLD)]},
            "/spec/parameters/mapbox/default",
        ),
        (
            {"container_parameters": env(DB_PASSWORD=NEW)},
            {"container_parameters": env(DB_PASSWORD=OLD)},
            "/spec/container_parameters/env_vars/DB_PASSWORD",
        ),
        (
            {"container_parameters": env(mapbox=NEW), "lifecycle": SENSITIVE},
            {"container_parameters": env(mapbox=OLD)},
            "/spec/container_parameters/env_vars/mapbox",
        ),
    ],
)
def test_a_changed_secret_of_an_action_shows_as_a_change_of_secrets(
    declared: dict[str, Any], live: dict[str, Any], pointer: str
) -> None:
    """Both sides are wrapped, neither the file nor a repr holds the value."""
    plan = planned([action(**declared)], [action_record(**live)])

    (change,) = plan.changes
    assert change.fields == (FieldChange(pointer, Secret(OLD), Secret(NEW)),)
    assert OLD not in dumps(plan)
    assert NEW not in dumps(plan)
    assert NEW not in repr((change.fields, change.before, change.after))


def test_a_new_secret_is_wrapped_inside_what_is_added() -> None:
    """A creation names whole fields; the secret in one is wrapped where it stands."""
    plan = planned([action(container_parameters=env(API_KEY=NEW, LEVEL="info"), parameters=(parameter("key"),))])

    (change,) = plan.changes
    assert change.fields[0] == FieldChange(
        "/spec/container_parameters", ABSENT, {"env_vars": {"API_KEY": Secret(NEW), "LEVEL": "info"}}
    )
    assert NEW not in dumps(plan)


@pytest.mark.parametrize(
    "reference",
    [ActionReference(name="ros_ingest"), ActionReference(name="ros_ingest", owner=ORG), ActionReference(name="child")],
    ids=["plain", "own organization spelt out", "inherited"],
)
def test_a_value_for_a_sensitive_parameter_is_secret_in_the_trigger_too(reference: ActionReference) -> None:
    """What an action calls sensitive is so in every trigger that gives it a value."""
    plan = planned(
        [
            action(parameters=(parameter("mapbox", default=OLD),), lifecycle=SENSITIVE),
            action("child", uri=None, inherits=ActionReference(name="ros_ingest")),
            trigger(action=reference, parameter_values={"mapbox": NEW}),
        ]
    )

    assert OLD not in dumps(plan)
    assert NEW not in dumps(plan)


def test_a_secret_value_of_another_type_is_a_change() -> None:
    """True is not 1, behind a mask too."""
    record = trigger_record(parameter_values={"api_key": 1})
    action_with_key = action_record(parameters=[parameter("api_key")])

    (change,) = planned([trigger(parameter_values={"api_key": True})], [action_with_key, record]).changes

    assert [difference.pointer for difference in change.fields] == ["/spec/parameter_values/api_key"]


def test_marks_say_where_secrets_stand() -> None:
    """The way back from a masked value wraps the same places."""
    wrapped = {"a": [1, Secret("x")], "b": {"c": Secret("y"), "d": 2}, "e": 3}

    assert marks(wrapped) == {"a": [False, True], "b": {"c": True}}
    assert marked(plain(wrapped, reveal=True), marks(wrapped)) == wrapped
    assert marks({"a": [1]}) is False


def test_requests_are_concealed_in_their_own_shape() -> None:
    """On the wire parameters are a list, inside a changeset for an update."""
    token = {"name": "token", "default": "x"}
    body = {"parameters": [token], "parameter_changeset": {"put_parameters": [token], "remove_parameters": ["a"]}}

    hidden = {"name": "token", "default": Secret("x")}
    assert concealed(body, sensitive=frozenset()) == {
        "parameters": [hidden],
        "parameter_changeset": {"put_parameters": [hidden], "remove_parameters": ["a"]},
    }


@pytest.mark.parametrize(
    ("value", "is_shown"),
    [
        ("roboto-secret://maps", True),
        ("roboto-secret://", False),
        ("roboto-secret://maps hunter2", False),
        ("ROBOTO-SECRET://maps", False),
        ("x roboto-secret://maps", False),
    ],
)
def test_what_names_a_secret_is_passed_through_and_shown(value: str, is_shown: bool) -> None:
    """A reference is reviewed like any other value; nothing else gets past the mask by looking like one."""
    spec = action(parameters=(parameter("api_token", default=value),), container_parameters=env(DB_PASSWORD=value))
    plan = planned([spec], [action_record()])
    assert (value in dumps(plan)) is is_shown
    record = action_record(
        parameters=[parameter("api_token", default=value)], container_parameters=env(DB_PASSWORD=value)
    )
    assert planned([spec], [record]).is_empty
