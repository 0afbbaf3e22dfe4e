"""Three ways: manifests, what was last applied, and live; and what the inventory has to learn where they agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.domain.live import LiveRecord
from reconciler.domain.secrets import Secret
from reconciler.inventory.document import Entry
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.explain import differences
from reconciler.plan.kinds.live import live_shape
from reconciler.plan.masking import sensitive_names
from reconciler.plan.model import ABSENT, Change, Deviation, DriftState, FieldChange, Observed, Refresh
from reconciler.plan.ownership import Ownership


def deviation(change: Change, entry: Entry, record: LiveRecord, ownership: Ownership) -> Deviation:
    """Say of an owned resource that differs from its manifest who moved: git, somebody on the platform, or both."""
    live = ownership.hashed(live_shape(record, sensitive=change.sensitive))
    moved = (
        tuple(field for field in differences(entry.applied, live) if _is_apart(field.pointer, change))
        if _was_touched(entry, record)
        else ()
    )
    return Deviation(
        address=change.address,
        state=_state(moved, change),
        fields=tuple(map(_masked, moved)),
        modified=record.modified,
        modified_by=record.modified_by,
        origin=change.origin,
    )


def removed(change: Change, entry: Entry, record: LiveRecord, ownership: Ownership) -> Deviation | None:
    """Say of an owned resource that is to be deleted that somebody changed it meanwhile; None where nobody did."""
    live = ownership.hashed(live_shape(record, sensitive=change.sensitive))
    fields = tuple(map(_masked, differences(entry.applied, live))) if _was_touched(entry, record) else ()
    if not fields:
        return None
    return Deviation(change.address, DriftState.BOTH, fields, record.modified, record.modified_by)


def replaced(resource: Resource, record: LiveRecord, *, desired: Desired) -> Deviation:
    """Say of an owned resource that it was deleted outside, and that somebody made another one of its name."""
    origin = desired.locate(resource, "")
    return Deviation(resource.address, DriftState.MISSING, (), record.created, record.created_by, origin)


def missing(change: Change) -> Deviation:
    """Say of an owned resource that it was deleted outside."""
    return Deviation(change.address, DriftState.MISSING, modified=None, origin=change.origin)


def refresh(
    resource: Resource, entry: Entry, record: LiveRecord, *, desired: Desired, ownership: Ownership
) -> Refresh | None:
    """Return what the inventory has to learn of a resource that is as declared; None when it knows everything."""
    lifecycle, observed = resource.lifecycle, Observed.of(record)
    is_known = (
        entry.digest == observed.digest
        and entry.modified == observed.modified
        and (entry.protect, entry.on_remove) == (lifecycle.protect, lifecycle.on_remove)
        and ownership.inventory.entries[resource.address].intent is None
    )
    if is_known:
        return None
    sensitive = sensitive_names(resource, desired, org_id=record.org_id)
    return Refresh(
        resource.address,
        live_shape(record, sensitive=sensitive),
        observed,
        lifecycle.protect,
        lifecycle.on_remove,
        tuple(sorted(sensitive)),
    )


def _was_touched(entry: Entry, record: LiveRecord) -> bool:
    observed = Observed.of(record)
    return (entry.digest, entry.modified) != (observed.digest, observed.modified)


def _is_apart(pointer: str, change: Change) -> bool:
    """Return True for a field that live has other than the manifest: what both have alike needs no undoing."""
    return any(_overlap(pointer, field.pointer) for field in change.fields)


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _state(moved: tuple[FieldChange, ...], change: Change) -> DriftState:
    if not moved:
        return DriftState.PENDING
    by_git = [field for field in change.fields if not any(_undoes(field, live) for live in moved)]
    return DriftState.BOTH if by_git else DriftState.DRIFT


def _undoes(field: FieldChange, live: FieldChange) -> bool:
    """Return True when the manifest only asks for what was applied before somebody changed it."""
    return _overlap(field.pointer, live.pointer) and (
        field.pointer != live.pointer or _is_same(field.after, live.before)
    )


def _is_same(wanted: Any, applied: Any) -> bool:
    if isinstance(wanted, Secret) or _is_hash(applied):
        # Whether git moved a secret as well is not worth telling: it is drift either way.
        return True
    return bool(wanted == applied)


def _masked(field: FieldChange) -> FieldChange:
    return FieldChange(field.pointer, _shown(field.before), _shown(field.after))


def _shown(value: Any) -> Any:
    """Return a value as it may be shown: where a hash stands for a secret, that hash in its place, a secret as well."""
    if value is ABSENT:
        return value
    if _is_hash(value):
        return Secret(value["$hash"])
    if isinstance(value, Mapping):
        return {name: _shown(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shown(member) for member in value]
    return value


def _is_hash(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"$hash"}
