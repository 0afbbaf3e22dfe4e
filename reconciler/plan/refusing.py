"""What stops a plan before anything is sent: what guards refused, another inventory, another organization."""

from __future__ import annotations

from typing import Final

from reconciler.domain.platform import PlatformIdentity
from reconciler.errors import GuardRefused, StalePlan
from reconciler.inventory.document import Inventory
from reconciler.plan.guards import ownership_moved
from reconciler.plan.model import Plan

#: Refusals that an error quotes; the plan has them all.
_MOST_REFUSALS: Final = 5


def refuse_refused(plan: Plan) -> None:
    """Stop a plan that guards refuse.

    Raises:
        GuardRefused: With every refusal, and the way past each.
    """
    if plan.refusals:
        sentences = "; ".join(refusal.summary for refusal in plan.refusals[:_MOST_REFUSALS])
        more = len(plan.refusals) - _MOST_REFUSALS
        ways = list(dict.fromkeys(refusal.way for refusal in plan.refusals))[:_MOST_REFUSALS]
        raise GuardRefused(
            f"the plan is refused: {sentences}{f'; and {more:,} more, see the plan' if more > 0 else ''}",
            hint="; ".join(ways),
        )


def refuse_other_inventory(plan: Plan, inventory: Inventory) -> None:
    """Stop a plan that was made with another inventory, or with another state of it that it depends on.

    Raises:
        GuardRefused: It was made with another inventory, or for another organization.
        StalePlan: What it touches is owned otherwise by now.
    """
    if plan.inventory is None or plan.inventory.id != inventory.id:
        raise GuardRefused("the plan was made with another inventory, or with none", hint="plan again")
    refuse_other_organization(inventory, plan.identity)
    if plan.inventory.serial == inventory.serial:
        return
    if sentences := ownership_moved(plan, inventory):
        raise StalePlan("the plan is stale: " + "; ".join(sentences), hint="plan again and review what changed")


def refuse_other_organization(inventory: Inventory, identity: PlatformIdentity) -> None:
    """Stop where the inventory is of another organization than the one that the token is of.

    Raises:
        GuardRefused: With both.
    """
    theirs, ours = (inventory.platform, inventory.org_id), (identity.kind, identity.org_id)
    if inventory.org_id and theirs != ours:
        raise GuardRefused(
            f"the inventory is of {inventory.org_id} on {inventory.platform}, this is {identity.org_id} on"
            f" {identity.kind}",
            hint="give each organization an environment, or an inventory, of its own",
        )
