"""Judging: what no manifest can say is left to the platform field by field, or the resource is left out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.live import LiveRecord
from reconciler.domain.values import ActionReference
from reconciler.export.drafting import drafted
from reconciler.export.judging import judged
from reconciler.export.model import Exported, LeftOut, Selection
from tests.plan.builders import ORG, action, action_record, live, parameter, trigger_record


def exported(*records: LiveRecord, **state: Any) -> tuple[list[Exported], list[LeftOut]]:
    """Export these records."""
    return judged([drafted(record, Selection(), org_id=ORG) for record in records], live(*records, **state))


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"metadata": {"a.b": 1, "c": 2}}, "/spec/metadata/a.b"),
        ({"metadata": {"a": {"nested": 1}}}, "/spec/metadata/a"),
        ({"tags": ["ok", " "]}, "/spec/tags"),
        ({"parameters": [parameter("a b"), parameter("c")]}, "/spec/parameters/a b"),
        ({"parameters": [parameter("a b")]}, "/spec/parameters"),
        ({"short_description": "x" * 141}, "/spec/short_description"),
        ({"inherits": ActionReference(name="base"), "uri": "image:1"}, "/spec/uri"),
    ],
)
def test_a_field_that_no_manifest_can_say_is_left_to_the_platform(fields: dict[str, Any], pointer: str) -> None:
    """The rest is exported, and the reason is told."""
    found, left_out = exported(action_record(**fields), action_record("base"))
    assert left_out == []
    [unsaid] = found[-1].unsaid
    assert found[-1].manifest["lifecycle"]["ignore"] == [pointer]
    assert unsaid.reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "no spaces"}, '"no spaces"'),
        ({"required_inputs": ["./a.bag"]}, "can never match"),
        ({"action": ActionReference(name="ghost")}, 'there is no action "ghost"'),
    ],
)
def test_a_resource_that_no_manifest_can_say_is_left_out(fields: dict[str, Any], reason: str) -> None:
    """It hides no other."""
    found, [left] = exported(action_record(), trigger_record(**fields))
    assert [each.address.name for each in found] == ["ros_ingest"]
    assert reason in left.reason


def test_a_foreign_action_that_is_gone_is_told() -> None:
    """A plan would refuse the trigger; its owner knows more."""
    gone = ActionReference(name="hub", owner="og_hub")
    found, [left] = exported(trigger_record(action=gone), foreign={gone: None})
    assert found == []
    assert "og_hub" in left.reason


def test_own_references_go_without_owner() -> None:
    """The manifest works in another organization, too; a foreign owner stays."""
    hub = ActionReference(name="hub", owner="og_hub")
    foreign = {hub: action_record("hub")}
    found, _ = exported(action_record(), trigger_record(), trigger_record("on_hub", action=hub), foreign=foreign)
    assert [each.manifest["spec"].get("action_owner_id") for each in found[1:]] == [None, "og_hub"]


def test_a_required_value_that_is_secret_is_not_missing() -> None:
    """The platform has it, and the manifest says so."""
    declares = action_record(parameters=[parameter("api_token", required=True)])
    [_, trigger], left_out = exported(declares, trigger_record(parameter_values={"api_token": "hush"}))
    assert left_out == []
    assert trigger.withheld == ("/spec/parameter_values/api_token",)
    assert "hush" not in trigger.text


def test_what_is_local_stays_in_a_manifest_that_is_written_anew() -> None:
    """Labels, what is ignored and what is called sensitive are nowhere but in the manifest so far."""
    record = action_record(description="live", parameters=[parameter("PK", default="hush")])
    so_far = action(labels={"team": "fleet"})
    ignoring = so_far.lifecycle.__class__(protect=True, ignore=("/spec/description",), sensitive=frozenset({"PK"}))
    local = so_far.__class__(so_far.address, so_far.spec, so_far.file, lifecycle=ignoring, labels=so_far.labels)
    draft = drafted(record, Selection(labels={"tier": "1"}), org_id=ORG, local=local)

    assert draft.manifest["metadata"]["labels"] == {"team": "fleet", "tier": "1"}
    assert draft.manifest["lifecycle"] == {
        "protect": True,
        "sensitive": ["PK"],
        "ignore": ["/spec/description", "/spec/parameters/PK/default"],
    }
    assert "description" not in draft.manifest["spec"]
