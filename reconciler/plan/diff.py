"""``plan``: desired and live state in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address
from reconciler.domain.live import Live
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.errors import InvalidManifests
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.dangling import reference_problems
from reconciler.plan.graph import ordered
from reconciler.plan.guards import refuse_protected, refuse_service_users, service_user_refusal
from reconciler.plan.kinds import action, trigger
from reconciler.plan.model import Change, Op, Plan, Scope, Source, Unmanaged
from reconciler.plan.references import live_needs, needs
from reconciler.plan.scope import chosen


def plan(
    desired: Desired, live: Live, *, source: Source, scope: Scope = Scope(), created: datetime | None = None
) -> Plan:
    """Decide what would make live state what the manifests say.

    Raises:
        InvalidManifests: References lead nowhere or in a circle; with every problem, each at its place.
        GuardRefused: The plan would do what a guard forbids.
        ConfigurationError: The scope names what no manifest has.
    """
    resources = chosen(desired, scope, org_id=live.identity.org_id)
    changes, problems = _changes(resources, desired, live)
    problems += reference_problems(resources, desired, live)
    if problems:
        raise InvalidManifests(in_order([*problems, *desired.warnings]))
    refuse_service_users(
        refusal
        for address, resource in resources.items()
        if (refusal := service_user_refusal(resource, live.records.get(address)))
    )
    refuse_protected(changes, protected={at for at, each in desired.resources.items() if each.lifecycle.protect})
    return Plan(
        identity=live.identity,
        source=source,
        changes=_ordered(changes, desired, live),
        unchanged=len(resources) - len(changes),
        unmanaged=_unmanaged(desired, live) if scope.is_everything else (),
        scope=scope,
        warnings=desired.warnings,
        created=created,
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


def _unmanaged(desired: Desired, live: Live) -> tuple[Unmanaged, ...]:
    left = sorted(live.records.keys() - desired.resources.keys(), key=lambda at: (at.kind, at.name))
    return tuple(Unmanaged(at, live.records[at].modified, live.records[at].modified_by) for at in left)
