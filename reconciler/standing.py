"""Whether a plan still stands when it is about to be applied: what it touches is looked at once more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from reconciler.config import Settings
from reconciler.errors import InvalidManifests, StalePlan
from reconciler.opening import open_reader

if TYPE_CHECKING:
    from reconciler.domain.live import Live
    from reconciler.plan.model import Plan


def confirm_current(plan: Plan, *, settings: Settings, plan_again: Callable[[], Plan]) -> Plan:
    """Re-read what a plan touches and return the plan ready to be applied.

    A plan read from a file has no secrets in it: their values are taken from the manifests again, which must still
    give the very same plan. ``plan_again`` makes it, with everything permitted and nothing left out.

    Raises:
        StalePlan: Something moved since the plan was made.
        GuardRefused: The plan was made for another platform or organization.
    """
    from reconciler.plan.guards import moved, refuse_stale, taken_up
    from reconciler.plan.planfile import needs_manifests, plan_id
    from reconciler.plan.refusing import refuse_other_place

    live = _touched(plan, settings)
    refuse_other_place(plan, live.identity)
    refuse_stale((*moved(plan, live), *taken_up(plan, live)))
    if not needs_manifests(plan):
        return plan
    try:
        fresh = plan_again()
    except InvalidManifests:
        # What is wrong with them may be another project's business; whoever plans again is told.
        fresh = None
    if fresh is None or plan_id(fresh) != plan_id(plan):
        raise StalePlan(
            "the plan holds secrets, which are read from the manifests, and the manifests no longer give this plan",
            hint="check out the commit the plan was made from, or plan again",
        )
    return fresh


def _touched(plan: Plan, settings: Settings) -> Live:
    """Return what is live of what a plan touches; where it deletes actions, all that could rest on them."""
    from reconciler.observe import observe, observe_some, with_newer
    from reconciler.plan.guards import deletes_actions

    parallelism = settings.parallelism
    with closing(open_reader(settings)) as platform:
        if deletes_actions(plan):
            return with_newer(observe(platform, parallelism=parallelism), platform)
        return observe_some(platform, (change.address for change in plan.changes), parallelism=parallelism)
