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
from reconciler.domain.live import LiveRecord, server_id
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)


class Op(StrEnum):
    """What a change does to its resource.

    ``ADOPT`` takes a live resource into the inventory, and makes it what the manifest says; ``RENAME`` creates it under
    its new name, and a ``DELETE`` of the old one comes last; ``FORGET`` takes it out of the inventory and leaves it be.
    """

    ADOPT = "adopt"
    CREATE = "create"
    RENAME = "rename"
    UPDATE = "update"
    DELETE = "delete"
    FORGET = "forget"


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
    ``server_id`` tells a resource from a later one of the same name.
    """

    digest: str | None
    modified: datetime
    modified_by: str
    server_id: str = ""
    created: datetime | None = None
    created_by: str = ""

    @classmethod
    def of(cls, record: LiveRecord) -> Observed:
        """Return what tells this state of a resource from its others."""
        digest = record.digest if isinstance(record, ActionRecord) else None
        return cls(digest, record.modified, record.modified_by, server_id(record), record.created, record.created_by)


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
        observed: What was live; None where nothing was. Of what is only forgotten, what the inventory knew of it.
        depends_on: Addresses whose changes come first.
        sensitive: Names of parameters and environment variables that are secret besides those whose name says so.
        origin: Where the manifest was written; None for a resource that is only live.
        reason: Why, in a few words: ``not on the platform``, ``differs``.
        previous: The address it had before a rename; None without one.
        renamed_to: Of a deletion that ends a rename, the address that takes its place.
        protect: Whether the inventory is to remember that it may not be deleted.
        on_remove: What happens when its manifest is gone: ``delete`` or ``forget``.
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
    previous: Address | None = None
    renamed_to: Address | None = None
    protect: bool = False
    on_remove: str = "delete"


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A resource that is live and in no manifest: listed, never touched."""

    address: Address
    modified: datetime
    modified_by: str


class DriftState(StrEnum):
    """How manifests, what was last applied and live state differ.

    ``PENDING``: git moved on. ``DRIFT``: live was changed. ``BOTH``: both. ``MISSING``: deleted outside.
    """

    PENDING = "pending"
    DRIFT = "drift"
    BOTH = "both"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One resource of ours that is live other than it was last applied, or differs from its manifest.

    ``fields`` say what was applied (``before``) and what is live (``after``); ``modified`` and ``modified_by`` who made
    it so and when, None and empty where it is gone. One that is gone and has another in its place says who made that.
    """

    address: Address
    state: DriftState
    fields: tuple[FieldChange, ...] = ()
    modified: datetime | None = None
    modified_by: str = ""
    origin: Span | None = None

    @property
    def is_replaced(self) -> bool:
        """True when somebody deleted it and made another one of its name, which is not ours."""
        return self.state is DriftState.MISSING and self.modified is not None


class Guard(StrEnum):
    """What judges a plan with an inventory; each has one named way past it."""

    NOT_OURS = "not-ours"
    PROTECTED = "protected"
    IN_USE = "in-use"
    DRIFTED = "drifted"
    PRUNE = "prune"
    MANY_DELETIONS = "many-deletions"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a guard forbids: the plan is shown and cannot be applied. ``way`` is the one named way past it."""

    rule: Guard
    summary: str
    way: str
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Refresh:
    """What the inventory is to learn of a resource that is as declared, without anything being sent."""

    address: Address
    after: Mapping[str, Any]
    observed: Observed
    protect: bool = False
    on_remove: str = "delete"
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryRef:
    """The inventory a plan was made with, as it was then."""

    id: str
    serial: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the manifests was planned; where ``targets`` is None all of it, and where it is empty nothing."""

    targets: tuple[Address, ...] | None = None
    excludes: tuple[Address, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def is_everything(self) -> bool:
        """True when nothing was left out."""
        return self.targets is None and not (self.excludes or self.labels)

    def names(self, address: Address | None) -> bool:
        """Return True for one of the targets."""
        return self.targets is not None and address in self.targets


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
    """A decision, frozen: the changes in the order they are applied in, and what they were decided from.

    Without an ``inventory`` nothing is ever deleted. A plan with ``refusals`` is for looking at alone. ``drift`` is
    what somebody else changed since the last apply; the changes undo it where the manifests disagree with it.
    ``left_alone`` is what somebody made anew in the place of ours, with everything that waits for it: warnings say so.
    """

    identity: PlatformIdentity
    source: Source
    changes: tuple[Change, ...]
    unchanged: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()
    scope: Scope = Scope()
    warnings: tuple[Diagnostic, ...] = ()
    created: datetime | None = field(default=None, compare=False)
    inventory: InventoryRef | None = None
    refusals: tuple[Refusal, ...] = ()
    drift: tuple[Deviation, ...] = ()
    refreshes: tuple[Refresh, ...] = ()
    left_alone: tuple[Address, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when applying this plan sends nothing."""
        return not self.changes

    def counts(self) -> dict[Op, int]:
        """Return how many changes there are of each operation, zeros included."""
        counted = Counter(change.op for change in self.changes)
        return {op: counted[op] for op in Op}
