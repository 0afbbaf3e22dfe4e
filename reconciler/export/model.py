"""What an export is asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from reconciler.domain.address import Address, Kind
from reconciler.domain.platform import PlatformIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which resources, and how their manifests are to be.

    Attributes:
        kinds: The kinds; empty for all.
        names: Shell patterns such as ``ingest_*``, case counting; empty for all names.
        labels: Local labels that every manifest gets.
        reveal: Write secret values out instead of leaving them to the platform.
    """

    kinds: frozenset[Kind] = frozenset()
    names: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    reveal: bool = False

    def takes(self, kind: Kind, name: str) -> bool:
        """Return True for a resource that is asked for."""
        return (not self.kinds or kind in self.kinds) and self.takes_name(name)

    def takes_name(self, name: str) -> bool:
        """Return True for a name that fits one of the patterns."""
        return not self.names or any(fnmatchcase(name, pattern) for pattern in self.names)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A field that the manifest leaves to the platform: its JSON Pointer, and why."""

    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A live resource as its manifest says it.

    Attributes:
        manifest: The manifest as data, its texts as they are.
        text: The same as YAML, without the editor's line; what would refer to a variable is escaped.
        withheld: JSON Pointers of secret values that the manifest leaves to the platform.
        unsaid: What else it leaves there, because no manifest can say it.
        reveals: True when a secret value is written out.
    """

    address: Address
    manifest: Mapping[str, Any] = field(repr=False)
    text: str = field(repr=False)
    withheld: tuple[str, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()
    reveals: bool = False


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A live resource without a manifest, the reason, and what to do about it."""

    address: Address
    reason: str
    hint: str = ""


class Outcome(StrEnum):
    """What becomes of the file of one manifest."""

    WRITTEN = "written"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Placed:
    """One manifest and its file.

    Attributes:
        path: Where it is to be or already is, as people see it.
        text: What is to stand there, the editor's line included.
        reason: Why the file stays as it is although it differs; empty where it does not.
    """

    exported: Exported
    path: str
    outcome: Outcome
    text: str = field(repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """Everything there is to say about one export.

    Attributes:
        placed: The manifests by address in order.
        left_out: Live resources without one.
        notes: What else whoever asked should know, a sentence each.
    """

    identity: PlatformIdentity
    placed: tuple[Placed, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many manifests this becomes of."""
        return sum(1 for each in self.placed if each.outcome is outcome)
