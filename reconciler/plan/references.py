"""References: which action a resource rests on, declared or live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.manifests.desired import Desired, Spec


def reference(of: Spec | LiveRecord) -> ActionReference | None:
    """Return the action a resource rests on: a trigger's action, an action's parent."""
    return of.action if isinstance(of, TriggerSpec | TriggerRecord) else of.inherits


def needed(of: Spec | LiveRecord, *, org_id: str) -> Address | None:
    """Return the address of the action a resource rests on; None where it has none in the own organization."""
    found = reference(of)
    if found is None or found.owner not in {None, org_id}:
        return None
    return Address(Kind.ACTION, found.name)


def users(sides: Mapping[Address, Spec | LiveRecord], *, org_id: str) -> defaultdict[Address, list[Address]]:
    """Return what rests on each action."""
    found: defaultdict[Address, list[Address]] = defaultdict(list)
    for address, side in sides.items():
        if (below := needed(side, org_id=org_id)) is not None:
            found[below].append(address)
    return found


def users_left(live: Live, without: Collection[Address]) -> Mapping[Address, list[Address]]:
    """Return what rests on each action, apart from these; triggers that no listing shows are included."""
    org_id = live.identity.org_id
    found = users({at: record for at, record in live.records.items() if at not in without}, org_id=org_id)
    for newer in live.newer:
        for action in newer.actions:
            if action.owner in {None, org_id}:
                found[Address(Kind.ACTION, action.name)].append(Address(Kind.TRIGGER, newer.name))
    return found


def needs(desired: Desired, live: Live) -> dict[Address, tuple[Address, ...]]:
    """Return what every resource will rest on: by its manifest, or by live state where it has none."""
    sides: dict[Address, Spec | LiveRecord] = {**live.records}
    sides.update({address: resource.spec for address, resource in desired.resources.items()})
    found = ((address, needed(side, org_id=live.identity.org_id)) for address, side in sides.items())
    return {address: (below,) for address, below in found if below is not None}


def live_needs(live: Live) -> dict[Address, tuple[Address, ...]]:
    """Return what every live resource rests on now."""
    return needs(Desired({}), live)


def foreign_references(desired: Desired) -> set[ActionReference]:
    """Return every reference that names an owner: what an observation looks up besides the own organization."""
    references = (reference(resource.spec) for resource in desired.resources.values())
    return {found for found in references if found is not None and found.owner is not None}
