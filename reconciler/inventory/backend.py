"""Where inventories are kept: named objects, each written only by who has read what is there.

A backend keeps bytes under names and knows nothing of inventories. Every write is a compare-and-swap on the version
that was read, so that of two writers one is told: the lock is a courtesy, this is the guarantee.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from reconciler.errors import InventoryDamaged, InventoryMoved
from reconciler.inventory.document import Inventory, dumps, loads

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was read; ``version`` names exactly this content. An object is never empty."""

    content: bytes
    version: str


class Backend(Protocol):
    """Objects by name, which any number of threads and processes may use at once.

    Names are of letters, digits, ``-``, ``_``, ``.`` and ``/`` between segments, none of which begins with a dot.
    Whoever reads sees an object as one write left it, whatever became of the writer.
    """

    def place(self, name: str) -> str:
        """Return where an object is, in words for people."""
        ...

    def read(self, name: str) -> Stored | None:
        """Return an object; None when there is none.

        Raises:
            InventoryUnavailable: The backend cannot be asked.
        """
        ...

    def write(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Write an object in the place of the expected version, None for none at all, and return the new version.

        Raises:
            InventoryMoved: What is there is not the version that was expected.
            InventoryUnavailable: The backend cannot be asked; whether it was written may be unknown.
        """
        ...

    def delete(self, name: str, *, expected: str) -> None:
        """Delete an object of this version; one that is gone already is no error.

        Raises:
            InventoryMoved: What is there is another version.
            InventoryUnavailable: The backend cannot be asked.
        """
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """Return the names of all objects that begin with this, in order.

        Raises:
            InventoryUnavailable: The backend cannot be asked.
        """
        ...


def checked_name(name: str) -> str:
    """Return a name that is legal.

    Raises:
        ValueError: It is not: it could lead out of the place where the objects are.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f'"{name}" cannot name an object')
    return name


def moved(place: str) -> InventoryMoved:
    """Return the error of a write that expected another version."""
    return InventoryMoved(
        f"{place} was written by somebody else meanwhile",
        hint="plan again: what is to be done may be another thing now",
    )


@dataclass(frozen=True, slots=True)
class InventoryStore:
    """One inventory on a backend, by the name of its environment."""

    backend: Backend
    inventory_id: str
    environment: str = ""

    @property
    def name(self) -> str:
        """The name of the object."""
        return f"{self.prefix}/inventory.json"

    @property
    def prefix(self) -> str:
        """What the names of everything about this inventory begin with."""
        return f"{self.inventory_id}/{self.environment or 'default'}"

    def read(self) -> tuple[Inventory, str | None]:
        """Return the inventory and its version; an empty one and None where there is none yet.

        Raises:
            InventoryDamaged: What is there is no inventory, or that of another project.
            InventoryUnavailable: The backend cannot be asked.
        """
        stored = self.backend.read(self.name)
        if stored is None:
            return Inventory.new(self.inventory_id, environment=self.environment), None
        place = self.backend.place(self.name)
        inventory = loads(stored.content, name=place)
        if inventory.id != self.inventory_id:
            raise InventoryDamaged(
                f"{place} is the inventory {inventory.id}, not {self.inventory_id}",
                hint="give each project a store, or an inventory id, of its own; files of inventories are not copied",
            )
        return inventory, stored.version

    def write(self, inventory: Inventory, *, expected: str | None) -> str:
        """Write the inventory in the place of the version that was read, and return the new version.

        Raises:
            InventoryMoved: Somebody else wrote it meanwhile.
            InventoryUnavailable: The backend cannot be asked.
        """
        return self.backend.write(self.name, dumps(inventory), expected=expected)
