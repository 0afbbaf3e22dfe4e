"""The order of changes and the dependencies among them."""

from __future__ import annotations

from itertools import pairwise

from reconciler.domain.address import Address
from reconciler.domain.values import ActionReference
from reconciler.plan.graph import cycles, ordered
from reconciler.plan.model import Change, Op, Plan
from tests.plan.builders import action, action_address, action_record, planned, trigger, trigger_address


def inheriting(parent: str) -> ActionReference:
    """Return a reference to an own action."""
    return ActionReference(name=parent)


def order(plan: Plan) -> list[str]:
    """Return the addresses of a plan's changes in the order they are applied in."""
    return [str(change.address) for change in plan.changes]


def change(address: Address, op: Op = Op.CREATE) -> Change:
    """Return a change that sends nothing."""
    return Change(address, op, ())


A, B, C = (action_address(name) for name in "abc")
T = trigger_address("t")


def test_parents_come_before_inheritors_and_actions_before_their_triggers() -> None:
    """Names do not matter where one rests on the other."""
    plan = planned(
        [
            action("a", uri=None, inherits=inheriting("m")),
            action("m", uri=None, inherits=inheriting("z")),
            action("z"),
            trigger("b", action=inheriting("a")),
        ]
    )

    assert order(plan) == ["action.z", "action.m", "action.a", "trigger.b"]
    assert [list(map(str, change.depends_on)) for change in plan.changes] == [
        [],
        ["action.z"],
        ["action.m"],
        ["action.a"],
    ]


def test_equals_come_by_address() -> None:
    """Actions first, then triggers, each by name."""
    plan = planned([trigger("a", action=inheriting("live")), action("c"), action("b")], [action_record("live")])

    assert order(plan) == ["action.b", "action.c", "trigger.a"]


def test_nothing_depends_on_what_does_not_change() -> None:
    """An action that is as it should be is not waited for."""
    plan = planned([action(), trigger()], [action_record()])

    assert [change.depends_on for change in plan.changes] == [()]


def test_dependencies_reach_through_what_does_not_change() -> None:
    """The middle of the chain is unchanged; its ends still go in order."""
    plan = planned(
        [
            action("z", timeout=1),
            action("m", uri=None, inherits=inheriting("z")),
            action("a", uri=None, inherits=inheriting("m"), timeout=1),
        ],
        [
            action_record("z"),
            action_record("m", uri=None, inherits=inheriting("z")),
            action_record("a", uri=None, inherits=inheriting("m")),
        ],
    )

    assert [(str(change.address), change.depends_on) for change in plan.changes] == [
        ("action.z", ()),
        ("action.a", (action_address("z"),)),
    ]


def test_deletions_come_in_reverse() -> None:
    """A trigger goes before its action, an inheritor before its parent."""
    had = {T: (B,), B: (A,)}

    changes = ordered([change(A, Op.DELETE), change(B, Op.DELETE), change(T, Op.DELETE)], wanted={}, had=had)

    assert [each.address for each in changes] == [T, B, A]
    assert [each.depends_on for each in changes] == [(), (T,), (B,)]


def test_a_deletion_waits_for_what_moves_away_from_it() -> None:
    """The trigger is first turned to the new action, then the old action is deleted."""
    changes = ordered([change(A, Op.DELETE), change(B), change(T, Op.UPDATE)], wanted={T: (B,)}, had={T: (A,)})

    assert [each.address for each in changes] == [B, T, A]


def test_cycles_are_paths_that_end_where_they_began() -> None:
    """Each names what it rests on next, from the first name in order."""
    assert cycles({C: (A,), A: (B,), B: (C,), T: (A,)}) == [(A, B, C, A)]
    assert cycles({A: (A,)}) == [(A, A)]
    assert cycles({A: (B,), B: (C,)}) == []


def test_a_chain_of_ten_thousand_needs_no_recursion() -> None:
    """Depth is bounded by memory alone."""
    chain = [action_address(f"a{index:05}") for index in range(10_000)]
    needs = {above: (below,) for above, below in pairwise(chain)}

    changes = ordered(map(change, chain), wanted=needs, had={})

    assert [each.address for each in changes] == chain[::-1]
    assert cycles(needs) == []


def test_what_rests_on_something_that_is_deleted_makes_no_circle() -> None:
    """Such a plan is refused, and has to be shown all the same; so it is where something live is only forgotten."""
    for op in (Op.UPDATE, Op.CREATE, Op.FORGET):
        resting, gone = change(T, op), change(A, Op.DELETE)

        made = ordered([resting, gone], wanted={T: (A,)}, had={T: (A,)})

        assert [each.address for each in made] == [T, A]
