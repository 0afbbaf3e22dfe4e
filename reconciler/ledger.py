"""The ledger of a project: its inventory, the lock on it and the journal, where the settings say they are kept.

Like config, a composition root: it alone knows which backends are real.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.inventory.backend import Backend, InventoryStore
from reconciler.inventory.journal import Journal
from reconciler.inventory.local import LocalFolder
from reconciler.inventory.lock import Held, Lock
from reconciler.inventory.whoever import whoever

if TYPE_CHECKING:
    from reconciler.config import Settings

#: What a project writes as its store when it wants none.
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the reconciler remembers of one environment of a project."""

    store: InventoryStore
    lock: Lock
    journal: Journal
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def who(self) -> str:
        """Who is at work, as locks and the journal name them."""
        return whoever(self.environ)[0]

    @property
    def run_url(self) -> str:
        """Where the CI job can be watched; empty outside of CI."""
        return whoever(self.environ)[1]

    @contextmanager
    def locked(self, what: str, *, timeout: float = 0.0) -> Iterator[Held]:
        """Hold the lock; ``timeout`` is in seconds.

        Raises:
            Locked: Somebody else held it all the time.
            InventoryUnavailable: Where it is kept cannot be asked.
        """
        with self.lock.held(what, who=self.who, run_url=self.run_url, timeout=timeout) as held:
            yield held


def open_ledger(settings: Settings) -> Ledger | None:
    """Return the ledger of a project; None when it has no inventory.

    Raises:
        ConfigurationError: The store cannot be used.
    """
    if settings.inventory_id is None or settings.inventory_store == NONE:
        return None
    backend = _backend(settings.inventory_store, root=settings.root)
    store = InventoryStore(backend, settings.inventory_id, settings.environment.name or "")
    return Ledger(store, Lock(backend, f"{store.prefix}/lock.json"), Journal(backend, store.prefix), settings.environ)


def _backend(store: str, *, root: Path) -> Backend:
    if "://" not in store:
        return LocalFolder(root / store)
    # The one backend that needs a library of its own.
    from reconciler.inventory.object_store import ObjectStore

    return ObjectStore.open(store)
