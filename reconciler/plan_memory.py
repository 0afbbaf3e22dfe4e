"""The memory of plans without changes, kept in the cache of the project they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.domain.live import Live
from reconciler.domain.platform import PlatformIdentity
from reconciler.observe import Glance
from reconciler.plan.model import InventoryRef, Plan, Source
from reconciler.plan.unchanged import Unchanged

if TYPE_CHECKING:
    from reconciler.manifests.cache import ValidationCache


class PlanMemory:
    """What is remembered of plans made from exactly these manifests; nothing without a cache."""

    def __init__(
        self, cache: ValidationCache | None, *, manifests_digest: str, inventory: InventoryRef | None = None
    ) -> None:
        self._cache = cache
        self._inventory = inventory
        self._digest = manifests_digest
        self._plans: Mapping[str, Any] = {} if cache is None else cache.plans(manifests_digest)

    def __bool__(self) -> bool:
        """Return True when a plan is remembered: then what is live is worth a look before the manifests are read."""
        return bool(self._plans)

    def plan(self, glance: Glance, *, source: Source, created: datetime | None) -> Plan | None:
        """Return the plan, when nothing has changed since it was made; else None."""
        known = self._plans.get(self._name(glance.identity))
        unchanged = Unchanged.from_json(known) if isinstance(known, dict) else None
        if unchanged is None or unchanged.live != glance.fingerprint:
            return None
        return unchanged.plan(glance.identity, source=source, created=created, inventory=self._inventory)

    def remember(self, plan: Plan, live: Live) -> None:
        """Remember a plan if it changed nothing and had nothing to say."""
        unchanged = Unchanged.of(plan, live)
        if self._cache is not None and unchanged is not None:
            self._cache.remember_plan(self._digest, self._name(live.identity), unchanged.to_json())
            self._cache.save()

    def _name(self, identity: PlatformIdentity) -> str:
        known = "" if self._inventory is None else f" {self._inventory.id} {self._inventory.serial}"
        return f"{identity.kind} {identity.endpoint} {identity.org_id}{known}"
