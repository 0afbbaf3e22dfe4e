"""Whose a live resource is by the other inventories in the same place: nobody adopts what another project owns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.domain.address import Address
from reconciler.domain.live import Live, server_id
from reconciler.errors import InventoryDamaged, InventoryUnavailable
from reconciler.inventory.backend import InventoryStore
from reconciler.inventory.document import Inventory, loads

_DOCUMENT = "/inventory.json"


def claimed(store: InventoryStore, live: Live) -> Mapping[Address, str]:
    """Return the live resources that other inventories of this organization have, and where each of these is kept.

    What may not be listed or cannot be read says nothing: this is a look around, and no promise.
    """
    found: dict[Address, str] = {}
    for place, other in _others(store):
        if (other.platform, other.org_id) != (live.identity.kind, live.identity.org_id):
            continue
        for address, entry in other.entries.items():
            record = live.records.get(address)
            if record is not None and entry.server_id == server_id(record):
                found[address] = place
    return found


def _others(store: InventoryStore) -> Iterator[tuple[str, Inventory]]:
    try:
        names = [name for name in store.backend.names("") if name.endswith(_DOCUMENT) and name != store.name]
    except InventoryUnavailable:
        return
    for name in names:
        place = store.backend.place(name)
        try:
            stored = store.backend.read(name)
            if stored is not None:
                yield place, loads(stored.content, name=place)
        except (InventoryDamaged, InventoryUnavailable):
            continue
