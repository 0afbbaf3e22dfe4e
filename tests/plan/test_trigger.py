"""Triggers: each field that differs gives exactly its difference and exactly the request that changes it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import pytest

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters
from reconciler.errors import GuardRefused
from reconciler.plan.kinds.trigger import delete_change
from reconciler.plan.model import ABSENT, Change, FieldChange, Op
from reconciler.plan.requests import request_json
from tests.plan.builders import ORG, action_record, live, planned, trigger, trigger_record

FOREIGN = ActionReference(name="ros_ingest", owner="og_other")
RECORDS = (
    action_record(parameters=[{"name": "threshold"}]),
    action_record("other", parameters=[{"name": "threshold"}]),
)


def condition(value: Any = "lidar", field: str = "metadata.sensor") -> Condition:
    """Return a comparison of a dataset's metadata."""
    return Condition(field=field, comparator=Comparator.Equals, value=value)


def group(*members: Condition) -> ConditionGroup:
    """Return comparisons that must all hold."""
    return ConditionGroup(operator=ConditionOperator.And, conditions=list(members))


class Case(NamedTuple):
    """What is declared and live besides the defaults, and what is expected of the plan."""

    field: str
    declared: dict[str, Any]
    live: dict[str, Any]
    differences: list[FieldChange]
    body: dict[str, Any]


CASES = [
    Case(
        "action",
        {"action": ActionReference(name="other")},
        {},
        [FieldChange("/spec/action_name", "ros_ingest", "other")],
        {"action_name": "other"},
    ),
    Case(
        "action",
        {"action": ActionReference(name="ros_ingest", digest="d2")},
        {"action": ActionReference(name="ros_ingest", digest="d1", owner=ORG)},
        [FieldChange("/spec/action_digest", "d1", "d2")],
        {"action_digest": "d2"},
    ),
    Case(
        "action",
        {},
        {"action": ActionReference(name="ros_ingest", digest="d1", owner=ORG)},
        [FieldChange("/spec/action_digest", "d1", ABSENT)],
        {"action_digest": None},
    ),
    Case(
        "action",
        {},
        {"action": FOREIGN},
        [FieldChange("/spec/action_owner_id", "og_other", ABSENT)],
        {"action_owner_id": ORG},
    ),
    Case(
        "action",
        {"action": FOREIGN},
        {},
        [FieldChange("/spec/action_owner_id", ABSENT, "og_other")],
        {"action_owner_id": "og_other"},
    ),
    Case(
        "required_inputs",
        {"required_inputs": ("*.mcap", "*.bag")},
        {"required_inputs": ["*.bag", "*.mcap"]},
        [FieldChange("/spec/required_inputs", ["*.bag", "*.mcap"], ["*.mcap", "*.bag"])],
        {"required_inputs": ["*.mcap", "*.bag"]},
    ),
    Case(
        "for_each",
        {"for_each": TriggerForEachPrimitive.DatasetFile},
        {},
        [FieldChange("/spec/for_each", "dataset", "dataset_file")],
        {"for_each": "dataset_file"},
    ),
    Case("enabled", {"enabled": False}, {}, [FieldChange("/spec/enabled", True, False)], {"enabled": False}),
    Case("enabled", {}, {"enabled": False}, [FieldChange("/spec/enabled", False, True)], {"enabled": True}),
    Case(
        "parameter_values",
        {"parameter_values": {"threshold": True}},
        {"parameter_values": {"threshold": 1}},
        [FieldChange("/spec/parameter_values/threshold", 1, True)],
        {"parameter_values": {"threshold": True}},
    ),
    Case(
        "parameter_values",
        {},
        {"parameter_values": {"threshold": 1}},
        [FieldChange("/spec/parameter_values/threshold", 1, ABSENT)],
        {"parameter_values": None},
    ),
    Case(
        "additional_inputs",
        {"additional_inputs": ("*.yaml",)},
        {},
        [FieldChange("/spec/additional_inputs", ABSENT, ["*.yaml"])],
        {"additional_inputs": ["*.yaml"]},
    ),
    Case(
        "additional_inputs",
        {},
        {"additional_inputs": ["*.yaml"]},
        [FieldChange("/spec/additional_inputs", ["*.yaml"], ABSENT)],
        {"additional_inputs": None},
    ),
    Case(
        "causes",
        {"causes": (TriggerEvaluationCause.FileUpload, TriggerEvaluationCause.FileIngest)},
        {"causes": [TriggerEvaluationCause.FileUpload]},
        [FieldChange("/spec/causes", ["file_upload"], ["file_ingest", "file_upload"])],
        {"causes": ["file_ingest", "file_upload"]},
    ),
    Case(
        "compute_requirement_overrides",
        {"compute_requirement_overrides": ComputeRequirements(vCPU=1024, memory=4096)},
        {"compute_requirement_overrides": ComputeRequirements()},
        [
            FieldChange("/spec/compute_requirement_overrides/memory", 1024, 4096),
            FieldChange("/spec/compute_requirement_overrides/vCPU", 512, 1024),
        ],
        {"compute_requirement_overrides": {"vCPU": 1024, "memory": 4096}},
    ),
    Case(
        "compute_requirement_overrides",
        {},
        {"compute_requirement_overrides": ComputeRequirements()},
        [FieldChange("/spec/compute_requirement_overrides", {"memory": 1024, "vCPU": 512}, ABSENT)],
        {"compute_requirement_overrides": None},
    ),
    Case(
        "condition",
        {"condition": group(condition("radar"), condition(1, "metadata.tier"))},
        {"condition": group(condition("lidar"), condition(True, "metadata.tier"))},
        [
            FieldChange("/spec/condition/conditions/0/value", "lidar", "radar"),
            FieldChange("/spec/condition/conditions/1/value", True, 1),
        ],
        {
            "condition": {
                "operator": "AND",
                "conditions": [
                    {"field": "metadata.sensor", "comparator": "EQUALS", "value": "radar"},
                    {"field": "metadata.tier", "comparator": "EQUALS", "value": 1},
                ],
            }
        },
    ),
    Case(
        "condition",
        {},
        {"condition": condition()},
        [
            FieldChange(
                "/spec/condition", {"field": "metadata.sensor", "comparator": "EQUALS", "value": "lidar"}, ABSENT
            )
        ],
        {"condition": None},
    ),
    Case(
        "container_parameter_overrides",
        {"container_parameter_overrides": ContainerParameters(command=["fast"])},
        {"container_parameter_overrides": ContainerParameters(command=["slow"])},
        [FieldChange("/spec/container_parameter_overrides/command", ["slow"], ["fast"])],
        {
            "container_parameter_overrides": {
                "command": ["fast"],
                "entry_point": None,
                "env_vars": None,
                "workdir": None,
            }
        },
    ),
    Case("timeout", {}, {"timeout": 30}, [FieldChange("/spec/timeout", 30, ABSENT)], {"timeout": None}),
]


def sent(change: Change) -> list[dict[str, Any]]:
    """Return the requests of a change as JSON."""
    return [request_json(request, sensitive=change.sensitive, reveal=True) for request in change.requests]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_a_field_that_differs_gives_its_difference_and_its_request(case: Case) -> None:
    """One update request holds the fields that differ, null clears; the differences name both values."""
    state = live(*RECORDS, trigger_record(**case.live), foreign={FOREIGN: RECORDS[0]})

    (change,) = planned([trigger(**case.declared)], state).changes

    assert list(change.fields) == case.differences
    assert sent(change) == [
        {"operation": "update_trigger", "method": "PUT", "path": "v1/triggers/on_bags", "body": case.body}
    ]
    assert change.op is Op.UPDATE


def test_every_field_of_a_trigger_has_a_case() -> None:
    """No configurable field is forgotten; the service user cannot be changed and has tests of its own."""
    assert {case.field for case in CASES} | {"service_user_id"} == {field.name for field in fields(TriggerSpec)}


def test_a_new_trigger_is_created_with_every_field() -> None:
    """The create request holds every field, null where none is declared."""
    (change,) = planned([trigger(service_user_id="su_me")], RECORDS).changes

    assert change.op is Op.CREATE
    assert sent(change) == [
        {
            "operation": "create_trigger",
            "method": "POST",
            "path": "v1/triggers",
            "body": {
                "name": "on_bags",
                "action_name": "ros_ingest",
                "required_inputs": ["*.bag"],
                "for_each": "dataset",
                "action_digest": None,
                "action_owner_id": None,
                "additional_inputs": None,
                "causes": None,
                "compute_requirement_overrides": None,
                "condition": None,
                "container_parameter_overrides": None,
                "enabled": True,
                "parameter_values": None,
                "service_user_id": "su_me",
                "timeout": None,
            },
        }
    ]


def test_causes_left_out_are_the_platforms_choice() -> None:
    """What the platform chose is neither compared nor sent, also when something else is."""
    record = trigger_record(causes=[TriggerEvaluationCause.FileUpload])

    assert planned([trigger()], [*RECORDS, record]).is_empty
    (change,) = planned([trigger(timeout=3)], [*RECORDS, record]).changes
    assert sent(change)[0]["body"] == {"timeout": 3}


def test_a_service_user_left_out_is_the_platforms_choice() -> None:
    """The platform fills the service user in at creation; that is no difference."""
    assert planned([trigger()], [*RECORDS, trigger_record(service_user_id="su_any")]).is_empty


def test_a_service_user_that_differs_is_refused() -> None:
    """The platform has no request for it, and nothing is deleted to get there."""
    with pytest.raises(GuardRefused, match="su_live and cannot be made to run as su_new") as refused:
        planned([trigger(service_user_id="su_new")], [*RECORDS, trigger_record(service_user_id="su_live")])

    assert "leave service_user_id out" in refused.value.hint


def test_a_comparison_that_becomes_a_group_is_shown_whole() -> None:
    """Nothing of the one is in the other, so both are shown as they are."""
    records = (*RECORDS, trigger_record(condition=condition()))

    (change,) = planned([trigger(condition=group(condition()))], records).changes

    assert [difference.pointer for difference in change.fields] == ["/spec/condition"]


def test_a_deletion_shows_what_is_lost() -> None:
    """Nothing makes deletions yet; the change itself is ready for it."""
    change = delete_change(trigger_record(), reason="not in manifests")

    assert sent(change) == [
        {"operation": "delete_trigger", "method": "DELETE", "path": "v1/triggers/on_bags", "body": None}
    ]
    assert change.before == {
        "action_name": "ros_ingest",
        "required_inputs": ["*.bag"],
        "service_user_id": "su_default",
    }
