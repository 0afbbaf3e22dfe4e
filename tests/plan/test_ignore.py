"""``lifecycle.ignore``: fields left to the platform are neither compared nor changed."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters
from reconciler.errors import InvalidManifests
from reconciler.manifests.desired import Lifecycle
from reconciler.plan.requests import request_json
from tests.plan.builders import action, action_record, parameter, planned, trigger, trigger_record


def ignoring(*pointers: str) -> Lifecycle:
    """Return a lifecycle that leaves these fields to the platform."""
    return Lifecycle(ignore=pointers)


@pytest.mark.parametrize(
    ("pointer", "declared", "live"),
    [
        ("/spec/description", {}, {"description": "written by hand"}),
        ("/spec/uri", {"uri": None}, {}),
        ("/spec/tags", {}, {"tags": ["a"]}),
        ("/spec/timeout", {}, {"timeout": 9}),
        ("/spec/metadata", {}, {"metadata": {"a": 1}}),
        ("/spec/metadata/last_run", {"metadata": {"a": 1}}, {"metadata": {"a": 1, "last_run": "today"}}),
        ("/spec/metadata/*", {}, {"metadata": {"a": 1, "b": 2}}),
        ("/spec/parameters", {}, {"parameters": [parameter()]}),
        (
            "/spec/parameters/threshold/default",
            {"parameters": (parameter(),)},
            {"parameters": [parameter(default="0.7")]},
        ),
        (
            "/spec/parameters/*/default",
            {"parameters": (parameter("a"), parameter("b"))},
            {"parameters": [parameter("a", default="1"), parameter("b", default="2")]},
        ),
        (
            "/spec/container_parameters/env_vars/DEBUG",
            {},
            {"container_parameters": ContainerParameters(env_vars={"DEBUG": "1"})},
        ),
        (
            "/spec/compute_requirements/storage",
            {"compute_requirements": ComputeRequirements(vCPU=1024, memory=4096)},
            {"compute_requirements": ComputeRequirements(vCPU=1024, memory=4096, storage=99)},
        ),
    ],
)
def test_an_ignored_difference_of_an_action_is_none(
    pointer: str, declared: dict[str, Any], live: dict[str, Any]
) -> None:
    """The whole field, one member of it or every member can be left to the platform."""
    assert planned([action(lifecycle=ignoring(pointer), **declared)], [action_record(**live)]).is_empty


def test_an_ignored_difference_of_a_trigger_is_none() -> None:
    """Triggers are switched off and pinned by hand without the next apply undoing it."""
    lifecycle = ignoring("/spec/enabled", "/spec/action_digest", "/spec/parameter_values/threshold")
    record = trigger_record(
        enabled=False,
        action=ActionReference(name="ros_ingest", digest="d1", owner="og_acme"),
        parameter_values={"threshold": "1"},
    )

    assert planned([trigger(lifecycle=lifecycle)], [action_record(), record]).is_empty


def test_what_is_not_ignored_is_sent_with_the_live_value_beside_it() -> None:
    """A request replaces the whole object, so what is ignored in it is sent as it is live."""
    declared = action(
        lifecycle=ignoring("/spec/container_parameters/env_vars/DEBUG"),
        container_parameters=ContainerParameters(env_vars={"LEVEL": "info"}),
    )
    record = action_record(container_parameters=ContainerParameters(env_vars={"DEBUG": "1"}))

    (change,) = planned([declared], [record]).changes

    assert [difference.pointer for difference in change.fields] == ["/spec/container_parameters/env_vars/LEVEL"]
    (request,) = (request_json(each, sensitive=frozenset(), reveal=True) for each in change.requests)
    assert request["body"]["container_parameters"]["env_vars"] == {"DEBUG": "1", "LEVEL": "info"}


def test_an_ignored_default_is_kept_when_the_parameter_changes() -> None:
    """A parameter is put whole: its ignored default goes along as it is live."""
    declared = action(
        lifecycle=ignoring("/spec/parameters/threshold/default"), parameters=(parameter(description="new"),)
    )

    (change,) = planned([declared], [action_record(parameters=[parameter(default="0.7")])]).changes

    (request,) = (request_json(each, sensitive=frozenset(), reveal=True) for each in change.requests)
    assert request["body"] == {
        "parameter_changeset": {
            "put_parameters": [{"name": "threshold", "description": "new", "default": "0.7"}],
        }
    }


def test_ignoring_a_default_does_not_keep_a_parameter_that_is_not_declared() -> None:
    """Only the default was left to the platform, not the parameter."""
    declared = action(lifecycle=ignoring("/spec/parameters/threshold/default"))

    (change,) = planned([declared], [action_record(parameters=[parameter(default="1")])]).changes

    assert [difference.pointer for difference in change.fields] == ["/spec/parameters/threshold"]


def test_ignored_fields_are_sent_at_creation() -> None:
    """What is not live yet has no value to be left alone."""
    (change,) = planned([action(lifecycle=ignoring("/spec/tags"), tags=("a",))]).changes

    (request,) = (request_json(each, sensitive=frozenset(), reveal=True) for each in change.requests)
    assert request["body"]["tags"] == ["a"]


def test_ignored_and_declared_values_that_do_not_go_together_are_a_diagnostic() -> None:
    """Half of a compute pair from each side can be a pair the platform does not offer."""
    declared = action(
        lifecycle=ignoring("/spec/compute_requirements/memory"),
        compute_requirements=ComputeRequirements(vCPU=4096, memory=8192),
    )
    record = action_record(compute_requirements=ComputeRequirements(vCPU=512, memory=1024))

    with pytest.raises(InvalidManifests) as invalid:
        planned([declared], [record])

    (diagnostic,) = invalid.value.diagnostics
    assert diagnostic.rule == "ignore-conflict"
    assert "memory 1024 MiB does not go with vCPU 4096" in diagnostic.summary
