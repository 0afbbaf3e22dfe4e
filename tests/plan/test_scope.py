"""Scope: a part of the manifests, planned by itself."""

from __future__ import annotations

import pytest

from reconciler.domain.address import Address
from reconciler.domain.live import Live, server_id
from reconciler.domain.values import ActionReference
from reconciler.errors import ConfigurationError
from reconciler.inventory.document import Entry, Inventory
from reconciler.manifests.desired import Desired
from reconciler.plan.diff import plan
from reconciler.plan.model import Scope, Unmanaged
from reconciler.plan.permits import Permits
from tests.plan.builders import (
    IDENTITY,
    NOON,
    ORG,
    SOURCE,
    action,
    action_address,
    action_record,
    planned,
    trigger,
    trigger_address,
    trigger_record,
)

INVENTORY_ID = "3f0c6d5e-0000-4000-8000-000000000001"

FLEET = [
    action("base"),
    action("child", uri=None, inherits=ActionReference(name="base", owner=ORG), labels={"team": "perception"}),
    action("other", labels={"team": "perception", "tier": "1"}),
    trigger("on_child", action=ActionReference(name="child"), labels={"team": "fleet"}),
]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), ["action.base", "action.other", "action.child", "trigger.on_child"]),
        (Scope(targets=(trigger_address("on_child"),)), ["action.base", "action.child", "trigger.on_child"]),
        (Scope(targets=(action_address("other"),)), ["action.other"]),
        (Scope(excludes=(trigger_address("on_child"),)), ["action.base", "action.other", "action.child"]),
        (Scope(labels=(("team", "perception"), ("tier", "1"))), ["action.other"]),
        (
            Scope(targets=(trigger_address("on_child"), action_address("other")), labels=(("team", "perception"),)),
            ["action.other"],
        ),
        (
            Scope(targets=(action_address("child"), action_address("other")), excludes=(action_address("other"),)),
            ["action.base", "action.child"],
        ),
        (Scope(targets=()), []),
    ],
)
def test_a_scope_leaves_in_what_it_names_and_what_that_rests_on(scope: Scope, expected: list[str]) -> None:
    """Targets bring their actions and parents, labels must all hold, excluded resources stay out."""
    made = planned(FLEET, scope=scope)

    assert [str(change.address) for change in made.changes] == expected
    assert made.scope == scope


@pytest.mark.parametrize("scope", [Scope(targets=(action_address("chld"),)), Scope(excludes=(action_address("chld"),))])
def test_an_address_in_no_manifest_is_refused_with_a_suggestion(scope: Scope) -> None:
    """A slip of the pen must not plan nothing and look like success."""
    with pytest.raises(ConfigurationError, match=r"action\.chld is in no manifest") as refused:
        planned(FLEET, scope=scope)

    assert refused.value.hint == 'did you mean "action.child"?'


@pytest.mark.parametrize(("scope", "expected"), [(Scope(), ["action.base"]), (Scope(targets=()), [])])
def test_a_scope_of_no_targets_leaves_what_is_ours_alone(scope: Scope, expected: list[str]) -> None:
    """It is nothing, where no scope is everything: what no manifest declares goes with the latter alone."""
    record = action_record("base")
    ours = Inventory.new(INVENTORY_ID).with_entries(Entry(address=action_address("base"), server_id=server_id(record)))
    live = Live(IDENTITY, {action_address("base"): record})

    made = plan(Desired({}), live, source=SOURCE, scope=scope, inventory=ours, permits=Permits.everything())

    assert [str(change.address) for change in made.changes] == expected


def test_a_label_that_nothing_carries_is_refused() -> None:
    """Nothing to plan is a mistake in the label."""
    with pytest.raises(ConfigurationError, match="no resource carries team=nobody"):
        planned(FLEET, scope=Scope(labels=(("team", "nobody"),)))


def test_unchanged_resources_outside_the_scope_are_not_counted() -> None:
    """The plan speaks of what it looked at."""
    records = [action_record("base"), action_record("other")]

    assert planned(FLEET, records, scope=Scope(targets=(action_address("other"),))).unchanged == 1


def test_what_is_live_and_in_no_manifest_is_listed_and_left_alone() -> None:
    """Sorted by address, never deleted."""
    records = (trigger_record("t"), action_record("z"), action_record("a"), action_record("base"))

    plan = planned([action("base")], records)

    assert plan.is_empty
    assert plan.unmanaged == tuple(
        Unmanaged(address, NOON, "ada@example.com")
        for address in (action_address("a"), action_address("z"), trigger_address("t"))
    )


@pytest.mark.parametrize("address", [action_address("base"), trigger_address("on_child")])
def test_a_part_of_the_manifests_lists_nothing_as_unmanaged(address: Address) -> None:
    """What was left out was not looked for."""
    assert planned(FLEET, [action_record("stray")], scope=Scope(targets=(address,))).unmanaged == ()
