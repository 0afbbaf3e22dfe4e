"""Ownership: which live resources are ours, by what the inventory remembers of them.

A resource is ours when the inventory has it with the id it has on the platform. Intents that an apply left behind when
it was cut off are settled here, by what is live: what was to be made and stands there as it was to be made is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.domain.address import Address
from reconciler.domain.live import Live, LiveRecord, server_id
from reconciler.inventory.document import Entry, Intent, IntentOp, Inventory, hashed
from reconciler.plan.kinds.live import live_shape
from reconciler.plan.model import Observed

#: What the platform chooses where a request leaves it open, and what has a request of its own after the creation.
_LEFT_OPEN: Final = frozenset({"accessibility", "causes", "service_user_id"})


@dataclass(frozen=True, slots=True)
class Ownership:
    """The inventory as it stands against live state: every intent settled."""

    inventory: Inventory
    entries: Mapping[Address, Entry]

    @classmethod
    def of(cls, inventory: Inventory, live: Live) -> Ownership:
        """Settle what an inventory says by what is live."""
        settled = {
            address: entry
            for address, before in inventory.entries.items()
            if (entry := _settled(before, live.records.get(address), key=inventory.hash_key)) is not None
        }
        return cls(inventory, settled)

    def entry_of(self, address: Address, record: LiveRecord | None) -> Entry | None:
        """Return the entry of a live resource that is ours; None for one that is not."""
        entry = self.entries.get(address)
        if entry is None or record is None or entry.server_id != server_id(record):
            return None
        return entry

    def had(self, address: Address) -> bool:
        """Return True for what is or was ours, whatever has its name now, and was not taken away by ourselves."""
        known = self.inventory.entries.get(address)
        return address in self.entries or (known is not None and not _is_deletion(known) and bool(known.history))

    def hashed(self, shape: Mapping[str, Any]) -> dict[str, Any]:
        """Return a shape as the inventory would keep it."""
        return hashed(shape, self.inventory.hash_key)


def _settled(entry: Entry, record: LiveRecord | None, *, key: str) -> Entry | None:
    """Return an entry without its intent; None when there is nothing of ours on the platform."""
    if entry.intent is None:
        return entry
    if record is None and _is_deletion(entry):
        return None
    if entry.server_id is not None:
        # An update or a deletion that may not have happened: the resource is ours while it is there.
        return replace(_updated(entry, entry.intent, record, key=key), intent=None)
    if record is None:
        return None
    shape = hashed(live_shape(record, sensitive=frozenset(entry.sensitive)), key)
    if _closed(shape) != _closed(entry.applied):
        return None
    seen = Observed.of(record)
    # As it stands there it was made, whatever was to follow: what is missing is pending, and nobody's drift.
    made = replace(entry, applied=shape, digest=seen.digest, modified=seen.modified)
    return replace(made, intent=None, server_id=seen.server_id, created=seen.created)


def as_recorded(entry: Entry) -> Observed | None:
    """Return what the inventory knew of a resource when it was last applied; None for one that never was."""
    if entry.modified is None:
        return None
    return Observed(entry.digest, entry.modified, "", server_id=entry.server_id or "", created=entry.created)


def _is_deletion(entry: Entry) -> bool:
    return entry.intent is not None and entry.intent.op is IntentOp.DELETE


def _updated(entry: Entry, intent: Intent, record: LiveRecord | None, *, key: str) -> Entry:
    """Return an entry as an update left it that nobody told of; as it was, where live is another thing than meant."""
    if intent.after is None or record is None or entry.server_id != server_id(record):
        return entry
    shape = hashed(live_shape(record, sensitive=frozenset(entry.sensitive)), key)
    if _closed(shape) != _closed(intent.after):
        return entry
    seen = Observed.of(record)
    return replace(entry, applied=shape, digest=seen.digest, modified=seen.modified)


def _closed(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the platform does not choose of a shape."""
    return {name: value for name, value in shape.items() if name not in _LEFT_OPEN}
