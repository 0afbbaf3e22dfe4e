"""Scope: a part of the manifests, planned by itself."""

from __future__ import annotations

import pytest

from reconciler.domain.address import Address
from reconciler.domain.values import ActionReference
from reconciler.errors import ConfigurationError
from reconciler.plan.model import Scope, Unmanaged
from tests.plan.builders import (
    NOON,
    ORG,
    action,
    action_address,
    action_record,
    planned,
    trigger,
    trigger_address,
    trigger_record,
)

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
    ],
)
def test_a_scope_leaves_in_what_it_names_and_what_that_rests_on(scope: Scope, expected: list[str]) -> None:
    """Targets bring their actions and parents, labels must all hold, excluded resources stay out."""
    plan = planned(FLEET, scope=scope)

    assert [str(change.address) for change in plan.changes] == expected
    assert plan.scope == scope


@pytest.mark.parametrize("scope", [Scope(targets=(action_address("chld"),)), Scope(excludes=(action_address("chld"),))])
def test_an_address_in_no_manifest_is_refused_with_a_suggestion(scope: Scope) -> None:
    """A slip of the pen must not plan nothing and look like success."""
    with pytest.raises(ConfigurationError, match=r"action\.chld is in no manifest") as refused:
        planned(FLEET, scope=scope)

    assert refused.value.hint == 'did you mean "action.child"?'


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
