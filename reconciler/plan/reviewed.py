"""Whether everything a plan does was reviewed: asked of two plans, the one at hand and the one people have seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.domain.address import Address
from reconciler.errors import StalePlan
from reconciler.plan.model import Change, Plan

#: Addresses that a message names.
_NAMED: Final = 5


def unreviewed(plan: Plan, *, reviewed: Plan) -> tuple[Change, ...]:
    """Return the changes of a plan that are in the reviewed one not at all, or not like this.

    A change is what is sent, and what it makes of which live state. Where its manifest stands, and what
    goes before it, is not: another pull request may have moved a line, and of an apply that broke off a part is done.
    """
    seen = {change.address: _essence(change) for change in reviewed.changes}
    return tuple(change for change in plan.changes if seen.get(change.address) != _essence(change))


def refuse_unreviewed(plan: Plan, *, reviewed: Plan) -> None:
    """Refuse a plan that does anything nobody has seen.

    Raises:
        StalePlan: With what is different.
    """
    if plan.identity != reviewed.identity:
        raise StalePlan(
            "the reviewed plan is for another platform or organization", hint="plan and apply with the same settings"
        )
    different = unreviewed(plan, reviewed=reviewed)
    if not different:
        return
    raise StalePlan(
        f"{_named([change.address for change in different])} would be changed other than was reviewed: manifests or "
        "live state have moved since",
        hint="run the plan of the pull request again, review it, then apply again; or open a new pull request",
    )


def _essence(change: Change) -> Change:
    return replace(change, origin=None, depends_on=(), reason="")


def _named(addresses: list[Address]) -> str:
    named = ", ".join(map(str, addresses[:_NAMED]))
    more = len(addresses) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
