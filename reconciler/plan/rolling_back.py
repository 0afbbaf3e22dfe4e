"""Rolling back: the content resources had before an apply, as manifests would have declared it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.errors import ConfigurationError
from reconciler.inventory.document import Inventory, is_hash
from reconciler.inventory.journal import Applied, Record
from reconciler.manifests.desired import Desired, Lifecycle, Resource, Spec
from reconciler.plan.kinds import action, trigger

#: What an apply made: rolling it back takes it away again.
_MADE = frozenset({"create", "rename"})

#: What an apply changed or took away: rolling it back brings the content of before.
_CHANGED = frozenset({"update", "adopt", "delete"})


def previous(applied: Applied, versions: Mapping[Address, ActionRecord], *, inventory: Inventory) -> Desired:
    """Return what was there before an apply; ``versions`` are the actions it changed, as they were.

    Raises:
        ConfigurationError: Secrets of before are needed and recorded nowhere.
    """
    resources: dict[Address, Resource] = {}
    unknown: list[str] = []
    for record in _effective(applied):
        if record.op not in _CHANGED or record.before is None:
            continue
        known = versions.get(record.address)
        if known is None and _holds_hash(record.before):
            unknown.append(str(record.address))
            continue
        spec = ActionSpec.of(known) if known is not None else _spec_of(record.address, record.before)
        resources[record.address] = Resource(
            record.address, spec, f"apply {applied.apply_id}", lifecycle=_lifecycle(record.address, inventory)
        )
    if unknown:
        raise ConfigurationError(
            f"the secrets of {', '.join(unknown)} before this apply are recorded nowhere",
            hint="restore its manifest from git and apply that",
        )
    return Desired(dict(sorted(resources.items())))


def scope_of(applied: Applied, inventory: Inventory, desired: Desired) -> tuple[Address, ...]:
    """Return the resources a rollback is about: what it brings back, and what it takes away again."""
    made = {record.address for record in _effective(applied) if record.op in _MADE}
    return tuple(sorted({*desired.resources, *(address for address in made if address in inventory.entries)}))


def _effective(applied: Applied) -> list[Record]:
    """Return what the apply did, or may have done."""
    return [record for record in applied.records if record.outcome in {"applied", "unknown", "running"}]


def _lifecycle(address: Address, inventory: Inventory) -> Lifecycle:
    entry = inventory.entries.get(address)
    if entry is None:
        return Lifecycle()
    return Lifecycle(protect=entry.protect, on_remove=entry.on_remove, sensitive=frozenset(entry.sensitive))


def _spec_of(address: Address, shape: Mapping[str, Any]) -> Spec:
    match address.kind:
        case Kind.ACTION:
            return action.spec_of_shape(shape)
        case Kind.TRIGGER:
            return trigger.spec_of_shape(shape)
        case _:
            assert_never(address.kind)


def _holds_hash(value: Any) -> bool:
    if is_hash(value):
        return True
    if isinstance(value, Mapping):
        return any(map(_holds_hash, value.values()))
    return isinstance(value, list) and any(map(_holds_hash, value))
