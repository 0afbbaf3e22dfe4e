"""Actions: each field that differs gives exactly its difference and exactly the request that changes it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import pytest

from reconciler.domain.actions import ActionSpec
from reconciler.domain.values import Accessibility, ActionReference, ComputeRequirements, ContainerParameters
from reconciler.plan.kinds.action import delete_change
from reconciler.plan.model import ABSENT, Change, FieldChange, Op, UpdateAction
from reconciler.plan.requests import request_json
from tests.plan.builders import LATER, ORG, action, action_record, parameter, planned


class Case(NamedTuple):
    """What is declared and live besides the defaults, and what is expected of the plan."""

    field: str
    declared: dict[str, Any]
    live: dict[str, Any]
    differences: list[FieldChange]
    body: dict[str, Any]


LARGE = ComputeRequirements(vCPU=2048, memory=8192, storage=50)
BASE = action_record("base")

CASES = [
    Case(
        "uri",
        {"uri": "ghcr.io/acme/ros-ingest:2"},
        {},
        [FieldChange("/spec/uri", "ghcr.io/acme/ros-ingest:1", "ghcr.io/acme/ros-ingest:2")],
        {"uri": "ghcr.io/acme/ros-ingest:2"},
    ),
    Case(
        "description",
        {"description": "new"},
        {"description": "old"},
        [FieldChange("/spec/description", "old", "new")],
        {"description": "new"},
    ),
    Case(
        "description",
        {},
        {"description": "old"},
        [FieldChange("/spec/description", "old", ABSENT)],
        {"description": None},
    ),
    Case(
        "short_description",
        {"short_description": "new"},
        {},
        [FieldChange("/spec/short_description", ABSENT, "new")],
        {"short_description": "new"},
    ),
    Case(
        "inherits",
        {"uri": None, "inherits": ActionReference(name="base", digest="d2")},
        {"uri": None, "inherits": ActionReference(name="base", owner=ORG)},
        [FieldChange("/spec/inherits/digest", ABSENT, "d2")],
        {"inherits": {"name": "base", "digest": "d2"}},
    ),
    Case(
        "inherits",
        {"uri": None, "inherits": ActionReference(name="base")},
        {"requires_downloaded_inputs": True},
        [
            FieldChange("/spec/inherits", ABSENT, {"name": "base"}),
            FieldChange("/spec/uri", "ghcr.io/acme/ros-ingest:1", ABSENT),
        ],
        {"inherits": {"name": "base"}, "uri": None},
    ),
    Case(
        "compute_requirements",
        {"compute_requirements": LARGE},
        {"compute_requirements": ComputeRequirements(vCPU=2048, memory=4096)},
        [
            FieldChange("/spec/compute_requirements/memory", 4096, 8192),
            FieldChange("/spec/compute_requirements/storage", 21, 50),
        ],
        {"compute_requirements": {"vCPU": 2048, "memory": 8192, "storage": 50}},
    ),
    Case(
        "compute_requirements",
        {},
        {"compute_requirements": LARGE},
        [
            FieldChange("/spec/compute_requirements/memory", 8192, 1024),
            FieldChange("/spec/compute_requirements/storage", 50, 21),
            FieldChange("/spec/compute_requirements/vCPU", 2048, 512),
        ],
        {"compute_requirements": None},
    ),
    Case(
        "container_parameters",
        {"container_parameters": ContainerParameters(env_vars={"LEVEL": "debug"}, workdir="")},
        {"container_parameters": ContainerParameters(env_vars={"LEVEL": "info", "OLD": "1"})},
        [
            FieldChange("/spec/container_parameters/env_vars/LEVEL", "info", "debug"),
            FieldChange("/spec/container_parameters/env_vars/OLD", "1", ABSENT),
        ],
        {
            "container_parameters": {
                "command": None,
                "entry_point": None,
                "env_vars": {"LEVEL": "debug"},
                "workdir": None,
            }
        },
    ),
    Case(
        "container_parameters",
        {"container_parameters": ContainerParameters(command=[])},
        {"container_parameters": ContainerParameters(command=["run", "all"])},
        [FieldChange("/spec/container_parameters", {"command": ["run", "all"]}, ABSENT)],
        {"container_parameters": None},
    ),
    Case(
        "parameters",
        {"parameters": (parameter(default="0.6"), parameter("topics", required=True))},
        {"parameters": [parameter("old"), parameter(default="0.5")]},
        [
            FieldChange("/spec/parameters/old", {}, ABSENT),
            FieldChange("/spec/parameters/threshold/default", "0.5", "0.6"),
            FieldChange("/spec/parameters/topics", ABSENT, {"required": True}),
        ],
        {
            "parameter_changeset": {
                "put_parameters": [
                    {"name": "threshold", "default": "0.6"},
                    {"name": "topics", "required": True},
                ],
                "remove_parameters": ["old"],
            }
        },
    ),
    Case(
        "metadata",
        {"metadata": {"owner": "ada", "tier": True}},
        {"metadata": {"owner": "bob", "tier": 1, "team": "x"}},
        [
            FieldChange("/spec/metadata/owner", "bob", "ada"),
            FieldChange("/spec/metadata/team", "x", ABSENT),
            FieldChange("/spec/metadata/tier", 1, True),
        ],
        {"metadata_changeset": {"put_fields": {"owner": "ada", "tier": True}, "remove_fields": ["team"]}},
    ),
    Case(
        "metadata",
        {"metadata": {"tier": 1}},
        {"metadata": {"tier": 1.0}},
        [FieldChange("/spec/metadata/tier", 1.0, 1)],
        {"metadata_changeset": {"put_fields": {"tier": 1}}},
    ),
    Case(
        "tags",
        {"tags": ("ros", "new")},
        {"tags": ["ros", "old"]},
        [FieldChange("/spec/tags", ["old", "ros"], ["new", "ros"])],
        {"metadata_changeset": {"put_tags": ["new"], "remove_tags": ["old"]}},
    ),
    Case(
        "requires_downloaded_inputs",
        {},
        {"requires_downloaded_inputs": False},
        [FieldChange("/spec/requires_downloaded_inputs", False, True)],
        {"requires_downloaded_inputs": True},
    ),
    Case(
        "requires_downloaded_inputs",
        {"requires_downloaded_inputs": False},
        {},
        [FieldChange("/spec/requires_downloaded_inputs", True, False)],
        {"requires_downloaded_inputs": False},
    ),
    Case(
        "timeout",
        {"timeout": 60},
        {"timeout": 30},
        [FieldChange("/spec/timeout", 30, 60)],
        {"timeout": 60},
    ),
    Case("timeout", {}, {"timeout": 30}, [FieldChange("/spec/timeout", 30, ABSENT)], {"timeout": None}),
]


def only_change(declared: dict[str, Any], live: dict[str, Any]) -> Change:
    """Return the one change of a plan over one action (and its parent, which does not differ)."""
    (change,) = planned([action(**declared)], [action_record(**live), BASE]).changes
    return change


def sent(change: Change) -> list[dict[str, Any]]:
    """Return the requests of a change as JSON."""
    return [request_json(request, sensitive=change.sensitive, reveal=True) for request in change.requests]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_a_field_that_differs_gives_its_difference_and_its_request(case: Case) -> None:
    """One update request holds the fields that differ, null clears; the differences name both values."""
    change = only_change(case.declared, case.live)

    assert list(change.fields) == case.differences
    assert sent(change) == [
        {"operation": "update_action", "method": "PUT", "path": "v1/actions/ros_ingest", "body": case.body}
    ]
    assert change.op is Op.UPDATE


def test_every_field_of_an_action_has_a_case() -> None:
    """No configurable field is forgotten; accessibility has a request of its own and tests of its own."""
    assert {case.field for case in CASES} | {"accessibility"} == {field.name for field in fields(ActionSpec)}


def test_accessibility_that_differs_is_set_by_its_own_request() -> None:
    """Publishing alone makes no new version."""
    change = only_change({"accessibility": Accessibility.ActionHub}, {})

    assert list(change.fields) == [FieldChange("/spec/accessibility", "organization", "action_hub")]
    assert sent(change) == [
        {
            "operation": "set_action_accessibility",
            "method": "PUT",
            "path": "v1/actions/ros_ingest/accessibility",
            "body": {"accessibility": "action_hub"},
        }
    ]


def test_accessibility_is_set_after_the_update() -> None:
    """The version that is published is the new one."""
    change = only_change({"timeout": 5}, {"accessibility": Accessibility.ActionHub})

    assert [request["operation"] for request in sent(change)] == ["update_action", "set_action_accessibility"]
    assert sent(change)[1]["body"] == {"accessibility": "organization"}


def test_a_new_action_is_created_with_every_field() -> None:
    """The create request holds every field, null where none is declared."""
    (change,) = planned([action(description="d", metadata={"tier": 2}, tags=("b", "a"))]).changes

    assert change.op is Op.CREATE
    assert sent(change) == [
        {
            "operation": "create_action",
            "method": "POST",
            "path": "v1/actions",
            "body": {
                "name": "ros_ingest",
                "compute_requirements": None,
                "container_parameters": None,
                "description": "d",
                "inherits": None,
                "metadata": {"tier": 2},
                "parameters": [],
                "requires_downloaded_inputs": None,
                "short_description": None,
                "tags": ["b", "a"],
                "timeout": None,
                "uri": "ghcr.io/acme/ros-ingest:1",
            },
        }
    ]


def test_a_new_action_shows_every_field_that_is_set() -> None:
    """A creation is explained by its top-level fields, parameters one by one."""
    (change,) = planned([action(metadata={"tier": 2}, parameters=(parameter(), parameter("topics")))]).changes

    assert list(change.fields) == [
        FieldChange("/spec/metadata", ABSENT, {"tier": 2}),
        FieldChange("/spec/parameters/threshold", ABSENT, {}),
        FieldChange("/spec/parameters/topics", ABSENT, {}),
        FieldChange("/spec/uri", ABSENT, "ghcr.io/acme/ros-ingest:1"),
    ]


def test_a_new_action_for_the_hub_is_created_then_published() -> None:
    """Creation cannot publish: a second request does."""
    (change,) = planned([action(accessibility=Accessibility.ActionHub)]).changes

    assert [request["operation"] for request in sent(change)] == ["create_action", "set_action_accessibility"]


def test_both_sides_are_shown_in_the_manifests_shape() -> None:
    """Parameters are a map by name, defaults are left out."""
    change = only_change({"parameters": (parameter(default="2"),)}, {"tags": ["b", "a"], "timeout": 3})

    assert change.before == {"tags": ["a", "b"], "timeout": 3, "uri": "ghcr.io/acme/ros-ingest:1"}
    assert change.after == {"parameters": {"threshold": {"default": "2"}}, "uri": "ghcr.io/acme/ros-ingest:1"}


def test_a_change_remembers_what_was_live() -> None:
    """Digest, time and author of the live version are kept for whoever applies."""
    change = only_change({"timeout": 1}, {"digest": "d1", "modified": LATER, "modified_by": "bob@example.com"})

    assert change.observed is not None
    assert (change.observed.digest, change.observed.modified, change.observed.modified_by) == (
        "d1",
        LATER,
        "bob@example.com",
    )


def test_metadata_with_dots_in_a_live_key_is_replaced_whole() -> None:
    """A path cannot address such a key, so the changeset replaces metadata and keeps the tags."""
    change = only_change({"metadata": {"a": 1}, "tags": ("t",)}, {"metadata": {"a.b": 1}, "tags": ["t"]})

    (request,) = sent(change)
    assert request["body"] == {
        "metadata_changeset": {"put_fields": {"a": 1}, "put_tags": ["t"], "replace_all": True},
    }


def test_a_deletion_shows_what_is_lost() -> None:
    """Nothing makes deletions yet; the change itself is ready for it."""
    change = delete_change(action_record(timeout=3), reason="not in manifests")

    assert change.op is Op.DELETE
    assert sent(change) == [
        {"operation": "delete_action", "method": "DELETE", "path": "v1/actions/ros_ingest", "body": None}
    ]
    assert list(change.fields) == [
        FieldChange("/spec/timeout", 3, ABSENT),
        FieldChange("/spec/uri", "ghcr.io/acme/ros-ingest:1", ABSENT),
    ]


def test_beginning_to_inherit_gives_up_compute_that_was_declared_as_the_default() -> None:
    """What was only the default said aloud would otherwise stay and hide the parent's compute."""
    heir = action("child", uri=None, inherits=ActionReference(name="base"))
    record = action_record("child", uri="img:1", compute_requirements=ComputeRequirements())

    changes = planned([action("base"), heir], [action_record("base"), record]).changes

    (request,) = changes[0].requests
    assert isinstance(request, UpdateAction)
    assert request.body.to_wire() == {"compute_requirements": None, "inherits": {"name": "base"}, "uri": None}


def test_beginning_to_inherit_gives_up_container_parameters_without_a_member() -> None:
    """They are as good as none, but the platform lets nothing that has them inherit."""
    heir = action("child", uri=None, inherits=ActionReference(name="base"))
    record = action_record("child", uri="img:1", container_parameters=ContainerParameters(entry_point=[]))

    changes = planned([action("base"), heir], [action_record("base"), record]).changes

    (request,) = changes[0].requests
    assert isinstance(request, UpdateAction)
    assert request.body.to_wire() == {"container_parameters": None, "inherits": {"name": "base"}, "uri": None}
