"""A plan under an inventory: what may be touched at all, what is taken in, what goes, and what drifted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.diagnostics import Diagnostic
from reconciler.domain.address import Address
from reconciler.domain.live import Live, LiveRecord
from reconciler.inventory.document import Inventory
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.deviations import deviation, missing, refresh, removed, replaced
from reconciler.plan.kinds.live import live_shape
from reconciler.plan.left_alone import made_anew_warnings, waiting_changes, way_to_adopt
from reconciler.plan.masking import sensitive_names
from reconciler.plan.model import Change, Deviation, Guard, Observed, Op, Refresh, Refusal, Scope
from reconciler.plan.ownership import Ownership
from reconciler.plan.permits import Permits
from reconciler.plan.refusing import not_theirs
from reconciler.plan.removals import removals
from reconciler.plan.renames import declared_renames, likely_renames


@dataclass(slots=True)
class Owning:
    """What ownership makes of the differences between manifests and live state."""

    changes: list[Change] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    drift: list[Deviation] = field(default_factory=list)
    refreshes: list[Refresh] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    left_alone: tuple[Address, ...] = ()


def under_ownership(
    changes: Iterable[Change],
    resources: Mapping[Address, Resource],
    *,
    desired: Desired,
    live: Live,
    inventory: Inventory,
    scope: Scope,
    permits: Permits,
    claimed: Mapping[Address, str],
) -> Owning:
    """Return what is to be done by whom a resource belongs to; ``changes`` are those of the chosen resources.

    ``claimed`` has what other inventories own, and where they are kept.
    """
    ownership = Ownership.of(inventory, live)
    by_address = {change.address: change for change in changes}
    renamed = declared_renames(resources, live=live, ownership=ownership)
    before = {new: old for old, new in renamed.items()}
    result = Owning()
    for address, resource in resources.items():
        change = by_address.get(address)
        record = live.records.get(address)
        if record is None:
            assert change is not None
            _add_new(result, change, resource, ownership, before.get(address))
        else:
            place = claimed.get(address, "")
            _add_live(result, change, resource, record, desired=desired, ownership=ownership, claimed_at=place)
    held = waiting_changes(result.changes, anew=_left_to_others(result, resources), desired=desired, live=live)
    result.changes = [change for change in result.changes if change.address not in held]
    gone = removals(
        _without_manifest(desired, ownership, scope, renamed),
        renamed=renamed,
        chosen=resources.keys(),
        held=held,
        desired=desired,
        live=live,
        ownership=ownership,
        permits=permits,
    )
    result.changes += gone.changes
    result.drift += _changed_before_removal(gone.changes, live, ownership)
    result.refusals += gone.refusals
    result.warnings += gone.warnings
    held = {**held, **gone.held}
    result.warnings += made_anew_warnings(held, desired=desired, live=live)
    result.left_alone = tuple(sorted(held))
    result.warnings += likely_renames(result.changes, ownership=ownership)
    return result


def _left_to_others(result: Owning, resources: Mapping[Address, Resource]) -> list[Address]:
    """Return what somebody made anew, but for what its manifest says to adopt."""
    anew = (deviation.address for deviation in result.drift if deviation.is_replaced)
    return [address for address in anew if not resources[address].lifecycle.adopt]


def _changed_before_removal(changes: Iterable[Change], live: Live, ownership: Ownership) -> Iterator[Deviation]:
    """Yield what somebody changed on the platform and no manifest has any more: deleting it loses that."""
    for change in changes:
        if change.op is not Op.DELETE:
            continue
        entry, record = ownership.entries[change.address], live.records[change.address]
        if (found := removed(change, entry, record, ownership)) is not None:
            yield found


def _add_new(result: Owning, change: Change, resource: Resource, ownership: Ownership, old: Address | None) -> None:
    if old is not None:
        change = replace(change, op=Op.RENAME, previous=old, reason=f"renamed from {old.name}")
    elif ownership.had(resource.address):
        change = replace(change, reason="deleted outside")
        result.drift.append(missing(change))
    result.changes.append(_kept(change, resource))


def _add_live(
    result: Owning,
    change: Change | None,
    resource: Resource,
    record: LiveRecord,
    *,
    desired: Desired,
    ownership: Ownership,
    claimed_at: str,
) -> None:
    entry = ownership.entry_of(resource.address, record)
    was_ours = entry is None and ownership.had(resource.address)
    if was_ours:
        result.drift.append(replaced(resource, record, desired=desired))
    if entry is None and resource.lifecycle.adopt and claimed_at:
        result.refusals.append(not_theirs(resource.address, claimed_at))
    elif entry is None and resource.lifecycle.adopt:
        result.changes.append(_kept(_adoption(change, resource, record, desired), resource))
    elif entry is None and not was_ours:
        result.refusals.append(_not_ours(resource.address, record))
    elif entry is None:
        return
    elif change is not None:
        result.changes.append(_kept(change, resource))
        result.drift.append(deviation(change, entry, record, ownership))
    elif (learnt := refresh(resource, entry, record, desired=desired, ownership=ownership)) is not None:
        result.refreshes.append(learnt)


def _adoption(change: Change | None, resource: Resource, record: LiveRecord, desired: Desired) -> Change:
    """Return the change that takes a resource in, with what makes it as declared where it differs."""
    if change is not None:
        return replace(change, op=Op.ADOPT, reason=f"adopted from {record.created_by}, and differs")
    sensitive = sensitive_names(resource, desired, org_id=record.org_id)
    shape = live_shape(record, sensitive=sensitive)
    return Change(
        address=resource.address,
        op=Op.ADOPT,
        requests=(),
        before=shape,
        after=shape,
        observed=Observed.of(record),
        sensitive=sensitive,
        origin=desired.locate(resource, ""),
        reason=f"adopted from {record.created_by}",
    )


def _not_ours(address: Address, record: LiveRecord) -> Refusal:
    return Refusal(
        Guard.NOT_OURS,
        f"{address} exists and is not in the inventory: {record.created_by} created it at"
        f" {record.created.isoformat(timespec='seconds')}",
        way_to_adopt(address),
        (address,),
    )


def _kept(change: Change, resource: Resource) -> Change:
    return replace(change, protect=resource.lifecycle.protect, on_remove=resource.lifecycle.on_remove)


def _without_manifest(
    desired: Desired, ownership: Ownership, scope: Scope, renamed: Mapping[Address, Address]
) -> list[Address]:
    """Return what the inventory has and no manifest, as far as the scope goes."""
    return [
        address
        for address in ownership.inventory.entries
        if address not in desired.resources
        and (scope.is_everything or scope.names(address) or scope.names(renamed.get(address)))
    ]
