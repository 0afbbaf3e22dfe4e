"""The plan: changes, each with the fields that differ and the exact requests that will be sent.

Whoever shows a plan and whoever applies it read these same values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconciler.diagnostics import Diagnostic, Span
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address
from reconciler.domain.live import LiveRecord
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)


class Op(StrEnum):
    """What a change does to its resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class CreateAction:
    """``POST v1/actions``."""

    body: CreateActionRequest


@dataclass(frozen=True, slots=True)
class UpdateAction:
    """``PUT v1/actions/{name}``: makes a new version."""

    name: str
    body: UpdateActionRequest


@dataclass(frozen=True, slots=True)
class SetAccessibility:
    """``PUT v1/actions/{name}/accessibility``."""

    name: str
    body: SetActionAccessibilityRequest


@dataclass(frozen=True, slots=True)
class DeleteAction:
    """``DELETE v1/actions/{name}``: removes every version."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    """``POST v1/triggers``."""

    body: CreateTriggerRequest


@dataclass(frozen=True, slots=True)
class UpdateTrigger:
    """``PUT v1/triggers/{name}``."""

    name: str
    body: UpdateTriggerRequest


@dataclass(frozen=True, slots=True)
class DeleteTrigger:
    """``DELETE v1/triggers/{name}``."""

    name: str


Request = CreateAction | UpdateAction | SetAccessibility | DeleteAction | CreateTrigger | UpdateTrigger | DeleteTrigger


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference: a JSON Pointer such as ``/spec/parameters/threshold/default`` and both values.

    A value is JSON, or a :class:`~reconciler.domain.secrets.Secret` around JSON where it is secret; ``ABSENT``
    where that side has none.
    """

    pointer: str
    before: Any
    after: Any


class Absent:
    """The type of :data:`ABSENT`: a field that one side does not have, as distinct from null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Observed:
    """What was live when the plan was made; apply refuses when it moved, which is when this is no longer equal.

    ``digest`` names the version of an action; triggers have none. Publishing an action moves ``modified`` alone.
    """

    digest: str | None
    modified: datetime
    modified_by: str

    @classmethod
    def of(cls, record: LiveRecord) -> Observed:
        """Return what tells this state of a resource from its others."""
        digest = record.digest if isinstance(record, ActionRecord) else None
        return cls(digest, record.modified, record.modified_by)


@dataclass(frozen=True, slots=True)
class Change:
    """What will happen to one resource.

    Attributes:
        address: Which resource.
        op: What happens to it.
        requests: What will be sent, in order; each only after the one before it succeeded.
        fields: What differs, in order of pointer; for a create, every field that is set.
        before: The live spec as a JSON object, secrets wrapped; None where nothing is live.
        after: The desired spec likewise; None where nothing is desired.
        observed: What was live; None where nothing was.
        depends_on: Addresses whose changes come first.
        sensitive: Names of parameters and environment variables that are secret besides those whose name says so.
        origin: Where the manifest was written; None for a resource that is only live.
        reason: Why, in a few words: ``not on the platform``, ``differs``.
    """

    address: Address
    op: Op
    requests: tuple[Request, ...]
    fields: tuple[FieldChange, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    observed: Observed | None = None
    depends_on: tuple[Address, ...] = ()
    sensitive: frozenset[str] = frozenset()
    origin: Span | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A resource that is live and in no manifest: listed, never touched."""

    address: Address
    modified: datetime
    modified_by: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the manifests was planned; empty means all of it."""

    targets: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def is_everything(self) -> bool:
        """True when nothing was left out."""
        return not (self.targets or self.excludes or self.labels)


@dataclass(frozen=True, slots=True)
class Source:
    """What the plan was made from: the manifests' digest and, in a git checkout, its commit.

    ``paths`` are the files and folders that were given, so that a saved plan finds its manifests again.
    """

    manifests_digest: str
    paths: tuple[str, ...] = ()
    commit: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A decision, frozen: the changes in the order they are applied in, and what they were decided from."""

    identity: PlatformIdentity
    source: Source
    changes: tuple[Change, ...]
    unchanged: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()
    scope: Scope = Scope()
    warnings: tuple[Diagnostic, ...] = ()
    created: datetime | None = field(default=None, compare=False)

    @property
    def is_empty(self) -> bool:
        """True when applying this plan sends nothing."""
        return not self.changes

    def counts(self) -> dict[Op, int]:
        """Return how many changes there are of each operation, zeros included."""
        counted = Counter(change.op for change in self.changes)
        return {op: counted[op] for op in Op}
