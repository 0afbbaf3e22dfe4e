"""What is remembered of a plan without changes, so that the same plan need not be made again.

A plan is decided by the manifests and by live state alone. When not a byte of either has changed since a plan found
nothing to do and nothing to say, the next one finds the same; then no manifest is read and nothing is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live
from reconciler.domain.platform import PlatformIdentity
from reconciler.plan.model import InventoryRef, Plan, Source, Unmanaged


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A plan without changes.

    Attributes:
        live: The fingerprint of the live state it was made from.
        unchanged: How many resources were as declared.
        unmanaged: What was live and in no manifest.
    """

    live: str
    unchanged: int
    unmanaged: tuple[Unmanaged, ...]

    @classmethod
    def of(cls, plan: Plan, live: Live) -> Self | None:
        """Return what to remember of a plan; None when there is more to it than that nothing changed.

        Foreign actions are not part of what was listed: plans that rest on one are made anew.
        """
        if not live.fingerprint or live.foreign or plan.changes or plan.warnings or not plan.scope.is_everything:
            return None
        if plan.refusals or plan.drift or plan.refreshes:
            return None
        return cls(live.fingerprint, plan.unchanged, plan.unmanaged)

    def plan(
        self,
        identity: PlatformIdentity,
        *,
        source: Source,
        created: datetime | None,
        inventory: InventoryRef | None = None,
    ) -> Plan:
        """Return the plan again, for live state with the same fingerprint."""
        return Plan(
            identity=identity,
            source=source,
            changes=(),
            unchanged=self.unchanged,
            unmanaged=self.unmanaged,
            created=created,
            inventory=inventory,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        unmanaged = [
            [each.address.kind.value, each.address.name, each.modified.isoformat(), each.modified_by]
            for each in self.unmanaged
        ]
        return {"live": self.live, "unchanged": self.unchanged, "unmanaged": unmanaged}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self | None:
        """Return what :meth:`to_json` wrote; None for anything else."""
        try:
            unmanaged = tuple(
                Unmanaged(Address(Kind(kind), str(name)), datetime.fromisoformat(modified), str(modified_by))
                for kind, name, modified, modified_by in value["unmanaged"]
            )
            return cls(str(value["live"]), int(value["unchanged"]), unmanaged)
        except (KeyError, TypeError, ValueError):
            return None
