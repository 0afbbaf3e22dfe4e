"""What stops a plan before anything is sent: what guards refused, another inventory, another organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.domain.address import Address
from reconciler.domain.platform import PlatformIdentity
from reconciler.errors import GuardRefused
from reconciler.inventory.document import Inventory
from reconciler.plan.guards import ownership_moved, refuse_stale
from reconciler.plan.model import Guard, Plan, Refusal

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
    """Return the ways past refusals, each once; adopting many is one way, and so is whatever flags it takes."""
    not_ours = [refusal.way for refusal in refusals if refusal.rule is Guard.NOT_OURS]
    others = dict.fromkeys(refusal.way for refusal in refusals if refusal.rule is not Guard.NOT_OURS)
    flags = [way for way in others if way.startswith("--")]
    return [
        *([_ADOPT_MANY] if len(not_ours) > 1 else not_ours),
        *(way for way in others if way not in flags),
        *([f"if that is meant: {' '.join(flags)}"] if flags else []),
    ]


def not_theirs(address: Address, place: str) -> Refusal:
    """Return why what another inventory has is not taken into this one."""
    return Refusal(
        Guard.NOT_OURS,
        f"{address} belongs to another project or environment, whose inventory is {place}",
        "let that one forget it (lifecycle: { on_remove: forget }, then remove its manifest there); or delete that"
        " inventory, where nothing uses it any more",
        (address,),
    )


def refuse_theirs(claimed: Mapping[Address, str]) -> None:
    """Stop an adoption of what other inventories have.

    Raises:
        GuardRefused: With where they are kept.
    """
    refusals = [not_theirs(address, place) for address, place in sorted(claimed.items())]
    if refusals:
        told = "; ".join(refusal.summary for refusal in refusals[:_MOST_REFUSALS])
        more = len(refusals) - _MOST_REFUSALS
        raise GuardRefused(f"{told}{f'; and {more:,} more' if more > 0 else ''}", hint=refusals[0].way)


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
    if plan.inventory is None or plan.inventory.id != inventory.id:
        raise GuardRefused("the plan was made with another inventory, or with none", hint="plan again")
    refuse_other_organization(inventory, plan.identity)
    if plan.inventory.serial == inventory.serial:
        return
    refuse_stale(ownership_moved(plan, inventory))


def refuse_other_place(plan: Plan, identity: PlatformIdentity) -> None:
    """Stop a plan that was made for another platform or organization than the one that answers.

    Raises:
        GuardRefused: With both named.
    """
    if identity != plan.identity:
        raise GuardRefused(
            f"the plan was made for {plan.identity.org_id} on {plan.identity.endpoint}, "
            f"this is {identity.org_id} on {identity.endpoint}",
            hint="apply it where it was made for, or plan again",
        )
