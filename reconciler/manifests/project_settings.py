"""What a project file says, as plain values: read by every command, so nothing here is slow to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

#: What a variable may hold.
Scalar = str | int | float | bool

VariableType = Literal["string", "number", "boolean"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySettings:
    """Which inventory a project or an environment has, and where it is kept; None where that is left out."""

    id: str | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """From where on a plan is refused: more deletions of a kind than both of these."""

    most_deletions: int = 3
    most_deletions_percent: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSettings:
    """A variable that manifests may refer to."""

    type: VariableType = "string"
    default: Scalar | None = None
    from_environment: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSettings:
    """What is different in one environment; ``guards`` are those it changes, ``overlays`` paths and whole patches."""

    platform: str | None = None
    embedded_path: str | None = None
    profile: str | None = None
    token_variable: str | None = None
    org_id: str | None = None
    endpoint: str | None = None
    inventory: InventorySettings | None = None
    guards: Mapping[str, int] | None = None
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    overlays: tuple[str | Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> EnvironmentSettings:
        """Read one environment of a valid project file, as JSON has it."""
        return cls(**_read(written))


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
    guards: Mapping[str, int] | None = None
    variables: Mapping[str, VariableSettings] = field(default_factory=dict)
    default_environment: str | None = None
    environments: Mapping[str, EnvironmentSettings] = field(default_factory=dict)

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> ProjectSettings:
        """Read the ``spec`` of a valid project file, as JSON has it."""
        values = _read(written)
        for name, variable in written.get("variables", {}).items():
            values["variables"][name] = VariableSettings(**variable)
        for name, environment in written.get("environments", {}).items():
            values["environments"][name] = EnvironmentSettings.of(environment)
        return cls(**values)


def _read(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields, in containers that nobody else has."""
    values: dict[str, Any] = {}
    for name, value in written.items():
        if name == "inventory":
            values[name] = InventorySettings(**value)
        else:
            values[name] = (
                tuple(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
            )
    return values
