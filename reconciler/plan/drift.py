"""Drift: where live state and manifests differ, and who made the live side what it is."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.domain.platform import PlatformIdentity
from reconciler.plan.model import Change, Plan, Source, Unmanaged


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between manifests and live.

    A difference is the change that would undo it: ``before`` is live, ``after`` what the manifests say, a create
    means the resource is missing, and ``observed`` names who modified the live resource and when.
    """

    identity: PlatformIdentity
    source: Source
    differences: tuple[Change, ...]
    unchanged: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> Drift:
        """Read a plan as a drift report: the same comparison, told from the platform's side."""
        return cls(plan.identity, plan.source, plan.changes, plan.unchanged, plan.unmanaged)
