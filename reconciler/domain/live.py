"""Live state: what one observation of a platform found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import ActionReference

if TYPE_CHECKING:
    from reconciler.domain.newer_triggers import NewerTrigger

LiveRecord = ActionRecord | TriggerRecord


def address_of(record: LiveRecord) -> Address:
    """Return the address of a live record."""
    match record:
        case ActionRecord():
            return Address(Kind.ACTION, record.name)
        case TriggerRecord():
            return Address(Kind.TRIGGER, record.name)
        case _:
            assert_never(record)


def server_id(record: LiveRecord) -> str:
    """Return what tells a resource from any other, a later one of the same name included.

    Triggers have an id. Actions have none: one that is deleted and made again differs in when it was created.
    """
    if isinstance(record, TriggerRecord):
        return record.trigger_id
    return f"{record.org_id}/{record.name}@{record.created.isoformat()}"


@dataclass(frozen=True, slots=True)
class Live:
    """The own organization's resources by address, and the foreign actions that manifests refer to.

    ``foreign`` holds every reference that was looked up outside the own organization; None means it was not found.
    ``fingerprint`` is a hash of all that was listed, empty where not all of it was; equal ones mean equal records.
    ``newer`` are the triggers that no listing shows, where somebody asked for them.
    """

    identity: PlatformIdentity
    records: Mapping[Address, LiveRecord]
    foreign: Mapping[ActionReference, ActionRecord | None] = field(default_factory=dict)
    fingerprint: str = field(default="", compare=False)
    newer: tuple[NewerTrigger, ...] = ()

    def action(self, name: str) -> ActionRecord | None:
        """Return an action of the own organization; None when there is none."""
        record = self.records.get(Address(Kind.ACTION, name))
        return record if isinstance(record, ActionRecord) else None

    def trigger(self, name: str) -> TriggerRecord | None:
        """Return a trigger of the own organization; None when there is none."""
        record = self.records.get(Address(Kind.TRIGGER, name))
        return record if isinstance(record, TriggerRecord) else None
