"""What a project file says, as plain values: read by every command, so nothing here is slow to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySettings:
    """Which inventory a project has, and where it is kept; None where the project file leaves that out."""

    id: str
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What a project file says: the fields of :class:`~reconciler.manifests.project_models.ProjectSpec`."""

    platform: str | None = None
    embedded_path: str | None = None
    profile: str | None = None
    org_id: str | None = None
    manifests: tuple[str, ...] = (".",)
    exclude: tuple[str, ...] = ()
    parallelism: int | None = None
    inventory: InventorySettings | None = None

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> ProjectSettings:
        """Read the ``spec`` of a valid project file, as JSON has it."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in written.items()
        }
        if inventory := values.get("inventory"):
            values["inventory"] = InventorySettings(**inventory)
        return cls(**values)
