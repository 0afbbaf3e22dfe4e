"""Whether everything a plan does was reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.diagnostics import Span
from reconciler.domain.platform import PlatformIdentity
from reconciler.errors import StalePlan
from reconciler.plan.model import Plan
from reconciler.plan.planfile import dumps, loads
from reconciler.plan.reviewed import refuse_unreviewed
from tests.plan.builders import action, planned


def saved(plan: Plan) -> Plan:
    """Return a plan as it is read from its file."""
    return loads(dumps(plan), file="plan.json")


ONE = saved(planned([action("one")]))
TWO = saved(planned([action("two")]))
BOTH = saved(planned([action("one"), action("two")]))


def test_the_reviewed_plan_is_reviewed() -> None:
    """Nothing has moved: the same decision."""
    refuse_unreviewed(BOTH, [BOTH])


def test_a_part_of_it_is_reviewed() -> None:
    """What is left after an apply that broke off was all seen."""
    refuse_unreviewed(ONE, [BOTH])


def test_more_than_it_is_not() -> None:
    """The message names what nobody has seen."""
    with pytest.raises(StalePlan, match=r"create action\.two\.") as stale:
        refuse_unreviewed(BOTH, [ONE])
    assert "action.one" not in str(stale.value)


def test_several_reviews_count_together() -> None:
    """Two pull requests that were merged at once."""
    refuse_unreviewed(BOTH, [ONE, TWO])


def test_no_more_plans_are_looked_at_than_needed() -> None:
    """Each costs requests."""

    def plans() -> Iterator[Plan]:
        yield BOTH
        raise AssertionError("asked for another plan")

    refuse_unreviewed(BOTH, plans())


def test_the_same_address_otherwise_is_not_reviewed() -> None:
    """Somebody has changed the manifest after the review."""
    with pytest.raises(StalePlan):
        refuse_unreviewed(saved(planned([action("one", uri="img:evil")])), [ONE])


def test_a_line_that_moved_makes_no_other_change() -> None:
    """Another pull request has written above it."""
    moved = tuple(replace(change, origin=Span("one.yaml", 99, 1, 99, 2)) for change in ONE.changes)
    refuse_unreviewed(replace(ONE, changes=moved), [ONE])


def test_a_plan_for_another_platform_reviews_nothing() -> None:
    """What was seen for staging was not seen for production."""
    elsewhere = replace(ONE, identity=PlatformIdentity("roboto", "https://api.roboto.ai", "og_other"))
    with pytest.raises(StalePlan, match="another platform"):
        refuse_unreviewed(ONE, [elsewhere])


def test_a_long_list_is_cut() -> None:
    """Nobody reads a hundred addresses in an error."""
    with pytest.raises(StalePlan, match="and 15 more"):
        refuse_unreviewed(saved(planned([action(f"a{number}") for number in range(20)])), [])
