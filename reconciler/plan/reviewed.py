"""Whether everything a plan does was reviewed: asked of the plan at hand and those people have seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from reconciler.errors import StalePlan
from reconciler.plan.model import Change, Plan

#: Changes that a message names.
_NAMED: Final = 5


def unreviewed(changes: Sequence[Change], *, reviewed: Plan) -> tuple[Change, ...]:
    """Return the changes that are in the reviewed plan not at all, or not like this.

    A change is what is sent, and what it makes of which live state. Where its manifest stands, and what goes before it,
    is not: another pull request may have moved a line, and of an apply that broke off a part is done.
    """
    seen = {change.address: _essence(change) for change in reviewed.changes}
    return tuple(change for change in changes if seen.get(change.address) != _essence(change))


def refuse_unreviewed(plan: Plan, reviewed: Iterable[Plan]) -> None:
    """Refuse a plan that does anything nobody has seen; reviewed plans are looked at until everything was found.

    Raises:
        StalePlan: With what is different.
    """
    left = plan.changes
    for each in reviewed:
        if each.identity == plan.identity:
            left = unreviewed(left, reviewed=each)
        if not left:
            return
    raise StalePlan(
        f"not reviewed like this: {_named(left)}. Manifests or live state have moved since the review, or it was of a "
        "plan for another platform",
        hint="run the plan of the pull request again, review it, and run this job again; or open a new pull request",
    )


def _essence(change: Change) -> Change:
    return replace(change, origin=None, depends_on=(), reason="")


def _named(changes: Sequence[Change]) -> str:
    named = ", ".join(f"{change.op.value} {change.address}" for change in changes[:_NAMED])
    more = len(changes) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
