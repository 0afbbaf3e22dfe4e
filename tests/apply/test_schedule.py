"""Laws of the schedule, over random dependency graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply.schedule import Schedule
from reconciler.domain.address import Address
from reconciler.plan.model import Change
from tests.apply.builders import action, create


@st.composite
def graphs(draw: st.DrawFn) -> list[Change]:
    """Draw changes that depend only on earlier ones."""
    size = draw(st.integers(0, 12))
    earlier = [draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set() for number in range(size)]
    return [create(f"a{number}", *(f"a{before}" for before in befores)) for number, befores in enumerate(earlier)]


@given(graphs())
def test_everything_applied_is_the_order_of_the_plan(changes: list[Change]) -> None:
    """Applied one by one, changes come in the plan's own order."""
    schedule = Schedule(changes)
    started = []
    while (change := schedule.start()) is not None:
        started.append(change)
        schedule.applied(change)

    assert started == changes
    assert list(schedule.abandon()) == []


@given(graphs(), st.sets(st.integers(0, 11)))
def test_every_change_is_handed_out_once_and_only_failures_skip(changes: list[Change], bad: set[int]) -> None:
    """With any failures, each change starts or is skipped exactly once, skipped exactly when something below failed."""
    schedule = Schedule(changes)
    failing = {action(f"a{number}") for number in bad}
    broken: set[Address] = set()
    handed_out = []
    while (change := schedule.start()) is not None:
        handed_out.append(change)
        assert not broken & set(change.depends_on)
        if change.address not in failing:
            schedule.applied(change)
            continue
        skipped = list(schedule.fail(change))
        broken |= {change.address, *(each.address for each in skipped)}
        handed_out += skipped

    assert sorted(change.address for change in handed_out) == sorted(change.address for change in changes)
    assert all(change.address in broken for change in changes if set(change.depends_on) & broken)
