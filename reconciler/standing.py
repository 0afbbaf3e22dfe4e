"""Whether a plan still stands when it is about to be applied: what is ours, what is live, and what the guards said."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from reconciler.config import open_reader
from reconciler.errors import GuardRefused, InvalidManifests, StalePlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.domain.live import Live
    from reconciler.domain.platform import PlatformIdentity
    from reconciler.inventory.document import Inventory
    from reconciler.plan.model import Plan, Refusal
    from reconciler.plan.permits import Permits
    from reconciler.project import Project

#: Refusals that an error quotes; the plan has them all.
_MOST_REFUSALS: Final = 5

_ADOPT_MANY: Final = (
    "reconciler adopt ADDRESS..., or reconciler adopt --all for everything that is declared and live, or lifecycle:"
    " { adopt: true } in their manifests"
)


def refuse_refused(plan: Plan) -> None:
    """Stop a plan that guards refuse.

    Raises:
        GuardRefused: With every refusal, and the way past each.
    """
    if plan.refusals:
        sentences = "; ".join(refusal.summary for refusal in plan.refusals[:_MOST_REFUSALS])
        more = len(plan.refusals) - _MOST_REFUSALS
        raise GuardRefused(
            f"the plan is refused: {sentences}{f'; and {more:,} more, see the plan' if more > 0 else ''}",
            hint="; ".join(_ways(plan.refusals)[:_MOST_REFUSALS]),
        )


def _ways(refusals: Sequence[Refusal]) -> list[str]:
    """Return the ways past refusals, each once; adopting many is one way."""
    from reconciler.plan.model import Guard

    not_ours = [refusal for refusal in refusals if refusal.rule is Guard.NOT_OURS]
    others = [refusal.way for refusal in refusals if refusal.rule is not Guard.NOT_OURS]
    if len(not_ours) > 1:
        return [_ADOPT_MANY, *dict.fromkeys(others)]
    return [*(refusal.way for refusal in not_ours), *dict.fromkeys(others)]


def refuse_other_organization(inventory: Inventory, identity: PlatformIdentity) -> None:
    """Stop where an inventory is of another organization than the platform that answers.

    Raises:
        GuardRefused: With both named.
    """
    theirs, ours = (inventory.platform, inventory.org_id), (identity.kind, identity.org_id)
    if inventory.org_id and theirs != ours:
        raise GuardRefused(
            f"the inventory is of {inventory.org_id} on {inventory.platform}, this is {identity.org_id} on"
            f" {identity.kind}",
            hint="give each organization an environment, or an inventory, of its own",
        )


def refuse_other_inventory(plan: Plan, inventory: Inventory) -> None:
    """Stop a plan that was made with another inventory, or whose resources have another owner by now.

    Raises:
        GuardRefused: It was made with another inventory, or that is of another organization.
        StalePlan: What it touches is ours no more, or ours only by now.
    """
    from reconciler.plan.guards import ownership_moved, refuse_stale

    if plan.inventory is None or plan.inventory.id != inventory.id:
        raise GuardRefused("the plan was made with another inventory, or with none", hint="plan again")
    refuse_other_organization(inventory, plan.identity)
    if plan.inventory.serial == inventory.serial:
        return
    refuse_stale(ownership_moved(plan, inventory))


def confirm_current(project: Project, plan: Plan) -> Plan:
    """Re-read what a plan touches and return the plan ready to be applied.

    A plan read from a file has no secrets in it: their values are taken from the manifests again, which must still
    give the very same plan.

    Raises:
        StalePlan: Something moved since the plan was made.
        GuardRefused: The plan was made for another platform or organization.
    """
    from reconciler.plan.guards import moved, refuse_stale, taken_up
    from reconciler.plan.planfile import needs_manifests, plan_id

    live = _touched(project, plan)
    if live.identity != plan.identity:
        raise GuardRefused(
            f"the plan was made for {plan.identity.org_id} on {plan.identity.endpoint}, "
            f"this is {live.identity.org_id} on {live.identity.endpoint}",
            hint="apply it where it was made for, or plan again",
        )
    refuse_stale((*moved(plan, live), *taken_up(plan, live)))
    if not needs_manifests(plan):
        return plan
    try:
        fresh = project.plan(plan.scope, permits=everything())
    except InvalidManifests:
        # What is wrong with them may be another project's business; whoever plans again is told.
        fresh = None
    if fresh is None or plan_id(fresh) != plan_id(plan):
        raise StalePlan(
            "the plan holds secrets, which are read from the manifests, and the manifests no longer give this plan",
            hint="check out the commit the plan was made from, or plan again",
        )
    return fresh


def everything() -> Permits:
    """Return every permit: what a saved plan was allowed was decided when it was made."""
    from reconciler.plan.permits import Permits

    return Permits(prune=True, drifted=True, many=True, empty=True)


def _touched(project: Project, plan: Plan) -> Live:
    """Return what is live of what a plan touches; where it deletes actions, all that could rest on them."""
    from reconciler.observe import observe, observe_some, with_newer
    from reconciler.plan.guards import deletes_actions

    parallelism = project.settings.parallelism
    with closing(open_reader(project.settings)) as platform:
        if deletes_actions(plan):
            return with_newer(observe(platform, parallelism=parallelism), platform)
        return observe_some(platform, (change.address for change in plan.changes), parallelism=parallelism)
