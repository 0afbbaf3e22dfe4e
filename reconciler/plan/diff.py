"""``plan``: desired and live state in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address
from reconciler.domain.live import Live
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.errors import InvalidManifests
from reconciler.inventory.document import Inventory
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.dangling import reference_problems
from reconciler.plan.graph import ordered
from reconciler.plan.guards import refuse_service_users, service_user_refusal
from reconciler.plan.kinds import action, trigger
from reconciler.plan.model import Change, InventoryRef, Op, Plan, Scope, Source, Unmanaged
from reconciler.plan.owning import under_ownership
from reconciler.plan.permits import Permits
from reconciler.plan.references import live_needs, needs
from reconciler.plan.renames import rename_problems
from reconciler.plan.scope import chosen

#: What other inventories own where there are none.
NOTHING_CLAIMED: Final[Mapping[Address, str]] = {}


def plan(
    desired: Desired,
    live: Live,
    *,
    source: Source,
    scope: Scope = Scope(),
    created: datetime | None = None,
    inventory: Inventory | None = None,
    permits: Permits = Permits(),
    claimed: Mapping[Address, str] = NOTHING_CLAIMED,
) -> Plan:
    """Decide what would make live state what the manifests say.

    Without an ``inventory`` nothing is deleted and every live resource may be changed; with one only those it has, and
    none is adopted that is ``claimed`` by another inventory, kept at the place that is given.

    Raises:
        InvalidManifests: References lead nowhere or in a circle; with every problem, each at its place.
        GuardRefused: The plan would do what a guard forbids.
        ConfigurationError: The scope names what no manifest has.
    """
    owned = () if inventory is None else tuple(inventory.entries)
    resources = chosen(desired, scope, org_id=live.identity.org_id, owned=owned)
    changes, problems = _changes(resources, desired, live)
    problems += reference_problems(resources, desired, live)
    problems += rename_problems(desired)
    if problems:
        raise InvalidManifests(in_order([*problems, *desired.warnings]))
    refuse_service_users(
        refusal
        for address, resource in resources.items()
        if (refusal := service_user_refusal(resource, live.records.get(address)))
    )
    made = Plan(
        identity=live.identity,
        source=source,
        changes=_ordered(changes, desired, live),
        unchanged=len(resources) - len(changes),
        unmanaged=_unmanaged(desired, live, owned=frozenset()) if scope.is_everything else (),
        scope=scope,
        warnings=desired.warnings,
        created=created,
    )
    if inventory is None:
        return made
    return _owned(made, changes, resources, desired, live, inventory=inventory, permits=permits, claimed=claimed)


def _owned(
    made: Plan,
    changes: list[Change],
    resources: Mapping[Address, Resource],
    desired: Desired,
    live: Live,
    *,
    inventory: Inventory,
    permits: Permits,
    claimed: Mapping[Address, str],
) -> Plan:
    """Return the plan with what the inventory makes of it."""
    found = under_ownership(
        changes,
        resources,
        desired=desired,
        live=live,
        inventory=inventory,
        scope=made.scope,
        permits=permits,
        claimed=claimed,
    )
    touched = {change.address for change in found.changes}
    untouched = {*found.left_alone, *(address for refusal in found.refusals for address in refusal.addresses)}
    return replace(
        made,
        changes=_ordered(found.changes, desired, live),
        unchanged=len(resources.keys() - touched - untouched),
        unmanaged=_unmanaged(desired, live, owned=touched | untouched) if made.scope.is_everything else (),
        warnings=in_order([*made.warnings, *found.warnings]),
        inventory=InventoryRef(inventory.id, inventory.serial),
        refusals=tuple(found.refusals),
        drift=tuple(found.drift),
        refreshes=tuple(found.refreshes),
        left_alone=found.left_alone,
    )


def _changes(
    resources: Mapping[Address, Resource], desired: Desired, live: Live
) -> tuple[list[Change], list[Diagnostic]]:
    changes: list[Change] = []
    problems: list[Diagnostic] = []
    for resource in resources.values():
        try:
            change = _change(resource, desired, live)
        except InvalidManifests as invalid:
            problems.extend(invalid.diagnostics)
            continue
        if change is not None:
            changes.append(change)
    return changes, problems


def _change(resource: Resource, desired: Desired, live: Live) -> Change | None:
    spec, record, org_id = resource.spec, live.records.get(resource.address), live.identity.org_id
    match spec:
        case ActionSpec():
            if isinstance(record, ActionRecord):
                return action.update(resource, spec, record, desired=desired, org_id=org_id)
            return action.create(resource, spec, desired=desired, org_id=org_id)
        case TriggerSpec():
            if isinstance(record, TriggerRecord):
                return trigger.update(resource, spec, record, desired=desired, org_id=org_id)
            return trigger.create(resource, spec, desired=desired, org_id=org_id)
        case _:
            assert_never(spec)


def _ordered(changes: list[Change], desired: Desired, live: Live) -> tuple[Change, ...]:
    if not changes:
        return ()
    deletes = any(change.op is Op.DELETE for change in changes)
    return ordered(changes, wanted=needs(desired, live), had=live_needs(live) if deletes else {})


def _unmanaged(desired: Desired, live: Live, *, owned: frozenset[Address] | set[Address]) -> tuple[Unmanaged, ...]:
    left = sorted(live.records.keys() - desired.resources.keys() - owned, key=lambda at: (at.kind, at.name))
    return tuple(Unmanaged(at, live.records[at].modified, live.records[at].modified_by) for at in left)
