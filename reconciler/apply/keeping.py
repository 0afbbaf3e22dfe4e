"""Keeping the inventory while a plan is applied: intents before anything is sent, endings as they come.

The inventory stays a superset of reality at every moment. One write before the first request says what will be made,
changed and deleted. Endings are written every now and then and once at the end; what was not written when the process
was killed is still there as an intent, which the next plan settles by what is live.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from reconciler.apply.delivery import Delivery
from reconciler.apply.events import Outcome
from reconciler.domain.live import LiveRecord
from reconciler.errors import Conflict
from reconciler.inventory.document import MOST_VERSIONS, Entry, Intent, IntentOp, Inventory, Version, hashed
from reconciler.plan.kinds.live import live_shape
from reconciler.plan.model import Change, Observed, Op, Plan, Refresh

#: What makes a resource ours: when it did not happen, the resource is not.
_MADE_OURS: Final = frozenset({Op.ADOPT, Op.CREATE, Op.RENAME})

#: Seconds between two writes of endings: a killed apply leaves at most so much to be settled by the next one.
CHECKPOINT: Final = 1.0

_INTENTS: Final = {
    Op.ADOPT: IntentOp.ADOPT,
    Op.CREATE: IntentOp.CREATE,
    Op.RENAME: IntentOp.RENAME,
    Op.UPDATE: IntentOp.UPDATE,
    Op.DELETE: IntentOp.DELETE,
}


class InventoryWriter(Protocol):
    """Writes an inventory in the place of the version that was read."""

    def write(self, inventory: Inventory, *, expected: str | None) -> str:
        """Return the new version.

        Raises:
            InventoryMoved: What is there is not the version that was expected.
        """
        ...


class Keeper:
    """Keeps one inventory for one apply; used by the thread that directs it alone."""

    def __init__(
        self,
        writer: InventoryWriter,
        inventory: Inventory,
        *,
        version: str | None,
        apply_id: str,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with what was read: ``version`` is None where there is no inventory yet.

        ``clock`` gives seconds, and ``check`` raises InventoryMoved when the lock is known to be lost.
        """
        self._writer = writer
        self._inventory = inventory
        self._entries = dict(inventory.entries)
        self._before = inventory.entries
        # What an apply before this one may have made and never told of, or may be making still.
        self._unsettled = {at for at, entry in inventory.entries.items() if entry.intent and entry.server_id is None}
        self._version = version
        self._apply_id = apply_id
        self._now = now
        self._clock = clock
        self._check = check
        self._key = inventory.hash_key
        self._is_written = True
        self._next_write = 0.0

    @property
    def inventory(self) -> Inventory:
        """The inventory as it stands, written or not."""
        return replace(self._inventory, entries=dict(self._entries))

    def begin(self, plan: Plan) -> None:
        """Write what the plan is about to do, and what it has learnt of what stays as it is.

        Raises:
            InventoryMoved: Somebody else wrote it; nothing has been sent.
        """
        identity = plan.identity
        self._inventory = replace(self._inventory, platform=identity.kind, org_id=identity.org_id)
        for refresh in plan.refreshes:
            known = self._entries.get(refresh.address)
            # What is not ours any more is not made ours again by what a plan saw when it was.
            if known is not None and known.server_id in {None, refresh.observed.server_id}:
                self._entries[refresh.address] = self._refreshed(refresh, known)
        for change in plan.changes:
            intended = self._intended(change)
            if intended is not None:
                self._entries[change.address] = intended
        self._write()

    def check(self) -> None:
        """Look whether the lock still holds, before something is sent.

        Raises:
            InventoryMoved: It is lost.
        """
        self._check()

    def keep(self, change: Change, delivery: Delivery) -> None:
        """Take note of how a change ended, and write that now and then.

        Raises:
            InventoryMoved: Somebody else wrote it: the lock was lost.
        """
        entry = self._after(change, delivery)
        if entry is None:
            self._entries.pop(change.address, None)
        else:
            self._entries[change.address] = entry
        self._is_written = False
        self._check()
        if self._clock() >= self._next_write:
            self._write()

    def finish(self) -> None:
        """Write what has not been written yet.

        Raises:
            InventoryMoved: Somebody else wrote it: the lock was lost.
        """
        if not self._is_written:
            self._write()

    def _write(self) -> None:
        began = self._clock()
        self._inventory = replace(self.inventory, serial=self._inventory.serial + 1)
        self._version = self._writer.write(self._inventory, expected=self._version)
        self._is_written = True
        ended = self._clock()
        # A large inventory must not take more than a tenth of the time.
        self._next_write = ended + max(CHECKPOINT, 10 * (ended - began))

    def _intended(self, change: Change) -> Entry | None:
        """Return the entry of a resource that is about to be changed; None where there is none to be."""
        if change.op not in _INTENTS:
            return None
        known = self._entries.get(change.address)
        updates = change.op in {Op.UPDATE, Op.ADOPT} and change.after is not None
        after = hashed(change.after or {}, self._key) if updates else None
        intent = Intent(_INTENTS[change.op], self._apply_id, self._now(), after)
        match change.op:
            case Op.CREATE | Op.RENAME:
                entry = replace(self._described(change, known), server_id=None, created=None, modified=None)
            case Op.ADOPT if change.observed is not None:
                applied = hashed(change.before or {}, self._key)
                described = replace(self._described(change, known), applied=applied, adopted=True)
                entry = self._as_seen(described, change.observed)
            case _:
                entry = known or self._described(change, known)
        return replace(entry, intent=intent)

    def _after(self, change: Change, delivery: Delivery) -> Entry | None:
        """Return the entry of a resource after its change; None where it is not, or not any more, ours."""
        known = self._entries.get(change.address)
        if delivery.outcome is Outcome.UNKNOWN:
            # The intent stays: the next plan looks what became of it.
            return known
        if delivery.outcome is Outcome.APPLIED and change.op in {Op.DELETE, Op.FORGET}:
            return None
        if delivery.record is not None:
            return replace(self._learnt(change, known, delivery.record), intent=None)
        if isinstance(delivery.error, Conflict) and change.address in self._unsettled:
            # What is in the way may be what that apply made: the next plan looks whether it is.
            return known
        if known is not None and (delivery.outcome is Outcome.APPLIED or change.op not in _MADE_OURS):
            return replace(known, intent=None)
        before = self._before.get(change.address)
        # What was ours before somebody took it away is not ours for what became of bringing it back.
        return before if before is not None and before.intent is None else None

    def _described(self, change: Change, known: Entry | None) -> Entry:
        """Return the entry with what a change says: the spec, the names that are secret, and what may become of it."""
        return replace(
            known or Entry(address=change.address),
            applied=hashed(change.after or {}, self._key),
            sensitive=tuple(sorted(change.sensitive)),
            protect=change.protect,
            on_remove=change.on_remove,
        )

    def _learnt(self, change: Change, known: Entry | None, record: LiveRecord) -> Entry:
        """Return what the platform answered."""
        applied = hashed(live_shape(record, sensitive=change.sensitive), self._key)
        return self._as_seen(replace(self._described(change, known), applied=applied), Observed.of(record))

    def _as_seen(self, entry: Entry, seen: Observed) -> Entry:
        version = Version(seen.digest, seen.modified, self._apply_id)
        return replace(
            entry,
            server_id=seen.server_id,
            created=seen.created,
            digest=seen.digest,
            modified=seen.modified,
            history=(*entry.history[1 - MOST_VERSIONS :], version),
        )

    def _refreshed(self, refresh: Refresh, known: Entry) -> Entry:
        seen = refresh.observed
        if known.modified is not None and known.modified > seen.modified:
            # An apply that came in between has learnt more.
            return known
        entry = replace(
            known,
            applied=hashed(refresh.after, self._key),
            sensitive=refresh.sensitive,
            protect=refresh.protect,
            on_remove=refresh.on_remove,
            intent=None,
        )
        if (known.server_id, known.digest, known.modified) == (seen.server_id, seen.digest, seen.modified):
            return entry
        return self._as_seen(entry, seen)
