"""The plan file: what is in it, what it refuses, what it never holds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler import __version__
from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Kind
from reconciler.domain.secrets import Secret
from reconciler.errors import PlanFileError
from reconciler.manifests.desired import Lifecycle
from reconciler.plan.kinds import action as action_kind
from reconciler.plan.kinds import trigger as trigger_kind
from reconciler.plan.model import Plan, Scope
from reconciler.plan.planfile import document, dumps, loads, needs_manifests, plan_id
from tests.plan.builders import (
    LATER,
    action,
    action_address,
    action_record,
    desired,
    parameter,
    planned,
    trigger,
    trigger_record,
)

WARNING = Diagnostic("doubtful-pattern", "few files match", Span("t.yaml", 3, 5, 3, 9), "h", "d", Severity.WARNING)


def small_plan() -> Plan:
    """Return a plan with a creation, an update and everything else a document holds."""
    wanted = desired(action(timeout=2), trigger(), warnings=(WARNING,))
    return planned(wanted, [action_record(timeout=1), action_record("stray")])


def secret_plan(token: str = "s3cr3t") -> Plan:
    """Return a plan that sends a secret."""
    return planned([action(parameters=(parameter("api_token", default=token),))])


def reread(plan: Plan) -> Plan:
    """Write a plan to a file's text and read it."""
    return loads(dumps(plan), file="plan.json")


def tampered(plan: Plan, *path: Any, value: Any) -> str:
    """Return a plan's file with one value replaced."""
    content = json.loads(dumps(plan))
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(content)


def test_a_document_has_the_shape_of_terraforms() -> None:
    """Every member is there, in words people's jq knows."""
    plan = small_plan()

    content = document(plan)

    update, create = content.pop("resource_changes")
    assert content == {
        "format_version": "1.0",
        "tool_version": __version__,
        "plan_id": plan_id(plan),
        "timestamp": "2026-05-01T12:00:00Z",
        "platform": {"kind": "embedded", "endpoint": "/tmp/platform.db", "org_id": "og_acme"},
        "source": {"commit": None, "dirty": None, "manifests_digest": "sha256:manifests", "paths": ["manifests"]},
        "scope": {"targets": None, "excludes": [], "labels": []},
        "resource_drift": [],
        "inventory": None,
        "inventory_refreshes": [],
        "refusals": [],
        "left_alone": [],
        "unmanaged": [
            {"address": "action.stray", "modified": "2026-05-01T12:00:00Z", "modified_by": "ada@example.com"}
        ],
        "diagnostics": [
            {
                "severity": "warning",
                "rule": "doubtful-pattern",
                "summary": "few files match",
                "detail": "d",
                "hint": "h",
                "range": {
                    "filename": "t.yaml",
                    "start": {"line": 3, "column": 5},
                    "end": {"line": 3, "column": 9},
                },
            }
        ],
        "summary": {
            "adopt": 0,
            "create": 1,
            "rename": 0,
            "update": 1,
            "delete": 0,
            "forget": 0,
            "unchanged": 0,
            "unmanaged": 1,
            "drifted": 0,
            "refused": 0,
            "left_alone": 0,
        },
    }
    assert update == {
        "address": "action.ros_ingest",
        "type": "action",
        "name": "ros_ingest",
        "previous_name": None,
        "change": {
            "actions": ["update"],
            "before": {"timeout": 1, "uri": "ghcr.io/acme/ros-ingest:1"},
            "after": {"timeout": 2, "uri": "ghcr.io/acme/ros-ingest:1"},
            "before_sensitive": False,
            "after_sensitive": False,
        },
        "requests": [
            {"operation": "update_action", "method": "PUT", "path": "v1/actions/ros_ingest", "body": {"timeout": 2}}
        ],
        "fields": [{"pointer": "/spec/timeout", "before": 1, "after": 2}],
        "reason": "differs",
        "origin": "actions/ros_ingest.yaml",
        "observed": {
            "digest": "digest-of-ros_ingest",
            "modified": "2026-05-01T12:00:00Z",
            "modified_by": "ada@example.com",
            "server_id": "og_acme/ros_ingest@2026-05-01T12:00:00+00:00",
            "created": "2026-05-01T12:00:00Z",
            "created_by": "ada@example.com",
        },
        "source_range": {
            "filename": "actions/ros_ingest.yaml",
            "start": {"line": 1, "column": 1},
            "end": {"line": 1, "column": 1},
        },
        "depends_on": [],
        "sensitive_names": [],
        "renamed_to": None,
        "protect": False,
        "on_remove": "delete",
    }
    assert create["depends_on"] == ["action.ros_ingest"]
    assert create["change"]["before"] is None
    assert create["observed"] is None


def test_a_plan_read_back_is_the_plan() -> None:
    """Nothing is lost where nothing is masked."""
    plan = small_plan()

    assert reread(plan) == plan
    assert reread(plan).created == plan.created


def test_scope_and_deletions_are_read_back() -> None:
    """What nothing plans yet is already in the format."""
    deletions = (
        trigger_kind.delete_change(trigger_record(), reason="gone"),
        action_kind.delete_change(action_record(), reason="gone", sensitive=frozenset({"x"})),
    )
    scope = Scope((action_address(),), (action_address("b"),), (("team", "a=b"),))
    plan = replace(small_plan(), changes=deletions, scope=scope)

    assert reread(plan) == plan


def test_what_is_left_alone_is_read_back() -> None:
    """Whoever applies the file leaves with another code for it."""
    plan = replace(small_plan(), left_alone=(action_address("theirs"),))

    assert reread(plan) == plan


def test_a_scope_of_nothing_is_read_back_as_nothing() -> None:
    """Not as everything."""
    plan = replace(small_plan(), changes=(), scope=Scope(targets=()))

    assert reread(plan) == plan


def test_changes_stand_in_the_file_in_the_order_they_are_applied() -> None:
    """Whoever reads the file sees the order."""
    content = json.loads(dumps(small_plan()))

    assert [change["address"] for change in content["resource_changes"]] == ["action.ros_ingest", "trigger.on_bags"]


def test_the_file_ends_with_a_newline_and_has_a_line_per_change() -> None:
    """Two plans can be compared with diff."""
    text = dumps(small_plan())

    assert text.endswith("}\n")
    assert sum('"address": "' in line and '"requests"' in line for line in text.splitlines()) == 2


def test_no_secret_is_in_the_file() -> None:
    """A mask stands for it, and the request says so."""
    plan = secret_plan()

    (change,) = document(plan)["resource_changes"]
    assert "s3cr3t" not in dumps(plan)
    assert change["requests"][0]["masked"] is True
    assert change["requests"][0]["body"]["parameters"] == [{"name": "api_token", "default": "(sensitive value)"}]
    assert change["change"]["after_sensitive"] == {"parameters": {"api_token": {"default": True}}}


def test_secrets_are_revealed_only_when_asked_for() -> None:
    """The id stays that of the masked plan."""
    plan = secret_plan()

    revealed = document(plan, reveal=True)
    (change,) = revealed["resource_changes"]
    assert change["requests"][0]["body"]["parameters"] == [{"name": "api_token", "default": "s3cr3t"}]
    assert "masked" not in change["requests"][0]
    assert revealed["plan_id"] == plan_id(plan)


def test_a_plan_with_masks_needs_its_manifests_again() -> None:
    """A fresh plan holds its secrets, one read from a file does not."""
    assert not needs_manifests(secret_plan())
    assert needs_manifests(reread(secret_plan()))
    assert not needs_manifests(reread(small_plan()))


def test_masks_that_were_read_back_are_wrapped_like_secrets() -> None:
    """Whoever shows a saved plan treats both the same way."""
    (change,) = reread(secret_plan()).changes

    assert change.after is not None
    assert change.after["parameters"] == {"api_token": {"default": Secret("(sensitive value)")}}


def test_the_id_of_a_masked_plan_survives_the_file() -> None:
    """Apply plans again from the manifests and demands this id."""
    plan = secret_plan()

    assert plan_id(reread(plan)) == plan_id(plan)


def test_the_id_is_of_the_decision_alone() -> None:
    """When it was made, from which checkout, and what was seen besides makes no other plan of it."""
    plan = small_plan()
    other = replace(
        plan, created=LATER, unmanaged=(), unchanged=9, warnings=(), source=replace(plan.source, commit="c", dirty=True)
    )

    assert plan_id(other) == plan_id(plan)


@pytest.mark.parametrize(
    "other",
    [
        replace(small_plan(), changes=()),
        replace(small_plan(), scope=Scope(targets=(action_address(),))),
        replace(small_plan(), scope=Scope(targets=())),
        replace(small_plan(), identity=replace(small_plan().identity, org_id="og_other")),
        replace(small_plan(), source=replace(small_plan().source, manifests_digest="sha256:other")),
    ],
    ids=["changes", "scope", "a scope of nothing", "platform", "manifests"],
)
def test_another_decision_has_another_id(other: Plan) -> None:
    """Whatever decides what is sent, and where, is in the id."""
    assert plan_id(other) != plan_id(small_plan())


@pytest.mark.parametrize(
    "text",
    [
        tampered(small_plan(), "resource_changes", 0, "requests", 0, "body", "timeout", value=99),
        tampered(small_plan(), "resource_changes", 0, "requests", 0, "body", "description", value="x"),
        tampered(small_plan(), "resource_changes", 0, "requests", 0, "path", value="v1/actions/other"),
        tampered(small_plan(), "resource_changes", 0, "observed", "digest", value="other"),
        tampered(small_plan(), "platform", "org_id", value="og_other"),
        tampered(small_plan(), "source", "manifests_digest", value="sha256:other"),
        tampered(small_plan(), "plan_id", value="sha256:0"),
    ],
)
def test_a_file_changed_by_hand_is_refused(text: str) -> None:
    """What was reviewed is what is applied."""
    with pytest.raises(PlanFileError, match=r"plan\.json was changed after it was written") as refused:
        loads(text, file="plan.json")

    assert refused.value.hint.startswith("make a new plan")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it stops being JSON at line 1, column 1"),
        ('{"format_version": "1.0",\n  oops}', "it stops being JSON at line 2, column 3"),
        ("[" * 100_000, "is not a plan: it is nested too deeply"),
        ('{"format_version": ' + "9" * 5000 + "}", "is not a plan: a number in it is too long"),
        ("[]", "it has no format_version"),
        ("{}", "it has no format_version"),
        ('{"format_version": "1.0"}', "is damaged"),
        (tampered(small_plan(), "resource_changes", value=[{}]), "is damaged"),
        (tampered(small_plan(), "resource_changes", 0, "requests", 0, "operation", value="drop"), "is damaged"),
        (tampered(small_plan(), "resource_changes", 0, "requests", 0, "body", "timeout", value="x"), "is damaged"),
        (tampered(small_plan(), "platform", value=None), "is damaged"),
        (tampered(small_plan(), "resource_changes", 0, "change", "actions", value=[]), "is damaged"),
        (tampered(small_plan(), "resource_changes", 0, "address", value="action."), "is damaged"),
        (tampered(small_plan(), "format_version", value="2.0"), "is a plan of format 2.0, this version reads 1.0"),
        (tampered(small_plan(), "format_version", value=None), "is a plan of format None"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_to_do(text: str, message: str) -> None:
    """Never a traceback: the file is named, the reason, and the way out."""
    with pytest.raises(PlanFileError) as refused:
        loads(text, file="plan.json")

    assert message in refused.value.message
    assert "plan.json" in refused.value.message
    assert refused.value.hint


def test_a_later_minor_version_with_more_in_it_is_read() -> None:
    """Minor versions only add; what is added is covered by the id as well."""
    content = json.loads(dumps(small_plan()))
    content["added_later"] = True

    assert loads(json.dumps(content), file="plan.json") == small_plan()


def test_sensitive_names_are_in_the_file_and_their_values_are_not() -> None:
    """A name is no secret; it says what to mask."""
    plan = planned(
        [
            action(
                parameters=(parameter("mapbox", default="s3cr3t"),),
                lifecycle=Lifecycle(sensitive=frozenset({"mapbox"})),
            )
        ]
    )

    assert document(plan)["resource_changes"][0]["sensitive_names"] == ["mapbox"]
    assert needs_manifests(reread(plan))


def test_every_kind_has_a_module_of_its_own() -> None:
    """The completeness of this room: a kind without one is found here."""
    for kind in Kind:
        module = {Kind.ACTION: action_kind, Kind.TRIGGER: trigger_kind}[kind]
        assert callable(module.create)
        assert callable(module.update)
        assert callable(module.delete_change)
