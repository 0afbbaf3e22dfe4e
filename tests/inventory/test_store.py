"""An inventory on a backend: its name, its version, and whose it is."""

from __future__ import annotations

import pytest

from reconciler.errors import InventoryDamaged, InventoryMoved
from reconciler.inventory.backend import Backend, InventoryStore
from reconciler.inventory.document import Inventory, dumps

ID = "6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18"


def test_there_is_an_empty_inventory_at_first(backend: Backend) -> None:
    """Before the first apply the inventory is empty and has no version; reading makes none."""
    inventory, version = InventoryStore(backend, ID, "staging").read()
    assert (inventory.id, inventory.environment, dict(inventory.entries), version) == (ID, "staging", {}, None)
    assert list(backend.names("")) == []


def test_what_was_written_is_read_with_its_version(backend: Backend) -> None:
    """Each write goes in the place of the version before."""
    store = InventoryStore(backend, ID)
    first = store.write(Inventory.new(ID), expected=None)
    inventory = Inventory(id=ID, hash_key="00", serial=2)
    second = store.write(inventory, expected=first)
    assert store.read() == (inventory, second)
    with pytest.raises(InventoryMoved):
        store.write(inventory, expected=first)


def test_environments_and_projects_do_not_meet(backend: Backend) -> None:
    """Every environment of every project has an inventory of its own on the same backend."""
    stores = [InventoryStore(backend, ID), InventoryStore(backend, ID, "staging"), InventoryStore(backend, "other")]
    for serial, store in enumerate(stores):
        store.write(Inventory(id=store.inventory_id, hash_key="00", serial=serial), expected=None)
    assert [store.read()[0].serial for store in stores] == [0, 1, 2]


def test_the_inventory_of_another_project_is_refused(backend: Backend) -> None:
    """A copied file is not taken for one's own: everything in it would be deleted."""
    store = InventoryStore(backend, ID)
    backend.write(store.name, dumps(Inventory.new("another")), expected=None)
    with pytest.raises(InventoryDamaged, match=f"is the inventory another, not {ID}"):
        store.read()
