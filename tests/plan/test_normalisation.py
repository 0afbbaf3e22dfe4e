"""What the platform makes no difference of is no change, and sends nothing."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.triggers import TriggerEvaluationCause
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters
from tests.plan.builders import ORG, action, action_record, parameter, planned, trigger, trigger_record

UPLOAD, INGEST = TriggerEvaluationCause.FileUpload, TriggerEvaluationCause.FileIngest


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({}, {}),
        ({"tags": ("b", "a")}, {"tags": ["a", "b"]}),
        ({"tags": ("a", "a")}, {"tags": ["a"]}),
        (
            {"parameters": (parameter("b"), parameter("a", default=1))},
            {"parameters": [parameter("a", default="1"), parameter("b")]},
        ),
        ({"parameters": (parameter(required=False),)}, {"parameters": [parameter()]}),
        ({"compute_requirements": ComputeRequirements(storage=21)}, {"compute_requirements": ComputeRequirements()}),
        ({}, {"compute_requirements": ComputeRequirements()}),
        ({"compute_requirements": ComputeRequirements()}, {}),
        ({}, {"requires_downloaded_inputs": True}),
        ({"requires_downloaded_inputs": True}, {}),
        ({"container_parameters": ContainerParameters(command=[], env_vars={}, workdir="")}, {}),
        ({}, {"container_parameters": ContainerParameters(command=[])}),
        (
            {"container_parameters": ContainerParameters(command=["a"], entry_point=[])},
            {"container_parameters": ContainerParameters(command=["a"])},
        ),
        (
            {"uri": None, "inherits": ActionReference(name="base")},
            {"uri": None, "inherits": ActionReference(name="base", owner=ORG)},
        ),
        ({"metadata": {"b": 1, "a": 2}}, {"metadata": {"a": 2, "b": 1}}),
    ],
)
def test_actions_that_the_platform_treats_alike_are_unchanged(declared: dict[str, Any], live: dict[str, Any]) -> None:
    """Order of tags and parameters, defaults spelt out and empty members do not count."""
    plan = planned([action(**declared)], [action_record(**live), action_record("base")])

    assert plan.is_empty
    assert plan.unchanged == 1


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({}, {}),
        ({"action": ActionReference(name="ros_ingest", owner=ORG)}, {}),
        ({"causes": (UPLOAD, INGEST)}, {"causes": [INGEST, UPLOAD]}),
        ({}, {"additional_inputs": []}),
        ({}, {"parameter_values": {}}),
        ({"container_parameter_overrides": ContainerParameters(command=[])}, {}),
        (
            {"condition": Condition(field="a", comparator=Comparator.Exists)},
            {"condition": Condition(field="a", comparator=Comparator.Exists, value=None)},
        ),
    ],
)
def test_triggers_that_the_platform_treats_alike_are_unchanged(declared: dict[str, Any], live: dict[str, Any]) -> None:
    """The own organization as owner, order of causes and empty members do not count."""
    assert planned([trigger(**declared)], [action_record(), trigger_record(**live)]).is_empty


def test_compute_left_out_differs_from_the_default_where_a_parents_would_count() -> None:
    """An inheriting action without compute has its parent's, not the platform's default."""
    inherits: dict[str, Any] = {"uri": None, "inherits": ActionReference(name="base")}
    records = [action_record(**inherits, compute_requirements=ComputeRequirements()), action_record("base")]

    (change,) = planned([action(**inherits)], records).changes

    assert [difference.pointer for difference in change.fields] == ["/spec/compute_requirements"]
