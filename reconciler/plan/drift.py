"""Drift: where live state and manifests differ, and who made the live side what it is."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.domain.address import Address
from reconciler.domain.platform import PlatformIdentity
from reconciler.plan.model import Change, Deviation, DriftState, InventoryRef, Plan, Source, Unmanaged


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between manifests and live.

    A difference is the change that would undo it: ``before`` is live, ``after`` what the manifests say, a create
    means the resource is missing, and ``observed`` names who modified the live resource and when.

    With an inventory, ``deviations`` tell drift from what git has moved on with; those of ``known`` stand in a baseline
    and are left out. ``asked`` are resources that a plan would not touch: git asks for them all the same.
    """

    identity: PlatformIdentity
    source: Source
    differences: tuple[Change, ...]
    unchanged: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()
    inventory: InventoryRef | None = None
    deviations: tuple[Deviation, ...] = ()
    known: frozenset[Address] = frozenset()
    asked: frozenset[Address] = frozenset()

    @classmethod
    def of(cls, plan: Plan) -> Drift:
        """Read a plan as a drift report: the same comparison, told from the platform's side."""
        return cls(
            plan.identity,
            plan.source,
            plan.changes,
            plan.unchanged,
            plan.unmanaged,
            plan.inventory,
            plan.drift,
            asked=frozenset({*plan.left_alone, *(at for refusal in plan.refusals for at in refusal.addresses)}),
        )

    @property
    def pending(self) -> tuple[Address, ...]:
        """What only git has moved on with, in order; nothing without an inventory, for nobody can tell."""
        if self.inventory is None:
            return ()
        outside = {each.address for each in self.deviations if each.state is not DriftState.PENDING}
        asked_for = {change.address for change in self.differences} | self.asked
        return tuple(sorted(asked_for - outside - self.known))

    @property
    def is_drifted(self) -> bool:
        """True when live state is not what it was made: what is only pending in git does not count.

        Without an inventory nobody can tell the two apart, and every difference counts.
        """
        if self.inventory is None:
            return bool(self.differences)
        return any(deviation.state is not DriftState.PENDING for deviation in self.deviations)
