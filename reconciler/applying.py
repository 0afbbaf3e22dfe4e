"""Applying under the ledger: the lock first, then a last look, then the executor, and the journal around it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.apply.events import ApplyReport, ChangeEnded, Event
from reconciler.apply.executor import execute
from reconciler.apply.keeping import Keeper
from reconciler.domain.platform import Platform
from reconciler.errors import InventoryUnavailable
from reconciler.inventory.document import Inventory, hashed
from reconciler.inventory.journal import Applied, Record, new_apply_id
from reconciler.ledger import Ledger
from reconciler.plan.model import Change, Plan
from reconciler.plan.planfile import plan_id

if TYPE_CHECKING:
    from threading import Event as StopSignal

    from reconciler.inventory.lock import Held

#: The outcome in the journal of an apply that is under way, or was cut off.
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Apply:
    """One apply of a plan, with what it works on.

    Attributes:
        parallelism: How many changes may be under way at once.
        now: The time, in UTC.
        command: How the journal names it: ``apply`` or ``rollback``.
    """

    plan: Plan
    platform: Platform
    parallelism: int
    emit: Callable[[Event], None]
    stop: StopSignal | None
    now: Callable[[], datetime]
    command: str = "apply"

    def without_ledger(self) -> ApplyReport:
        """Send the plan's requests; nothing is remembered of it."""
        return self._execute(None)

    def with_ledger(self, ledger: Ledger, held: Held) -> ApplyReport:
        """Send the plan's requests, keeping the inventory and the journal; the lock is held.

        Raises:
            InventoryMoved: Somebody else wrote the inventory.
            InventoryUnavailable: Where it is kept cannot be asked.
        """
        started = self.now()
        inventory, version = ledger.store.read()
        apply_id = new_apply_id(started, secrets.token_hex(3))
        journal = ledger.journal
        page = self._applied(apply_id, ledger, started, inventory)
        written = journal.begin(page)
        keeper = Keeper(ledger.store, inventory, version=version, apply_id=apply_id, now=self.now, check=held.check)
        began = time.monotonic()
        endings: list[ChangeEnded] = []

        def close() -> None:
            ended = _with_endings(page, endings, keeper.inventory)
            journal.finish(replace(ended, seconds=time.monotonic() - began), expected=written)

        try:
            report = self._execute(keeper, also=endings.append)
        except BaseException:
            # What ended the apply is the news, not that it could not be written down either.
            with suppress(InventoryUnavailable):
                close()
            raise
        close()
        return report

    def _execute(
        self, keeper: Keeper | None, *, also: Callable[[ChangeEnded], None] = lambda ending: None
    ) -> ApplyReport:
        def emit(event: Event) -> None:
            if isinstance(event, ChangeEnded):
                also(event)
            self.emit(event)

        return execute(
            self.plan,
            self.platform,
            plan_id=plan_id(self.plan),
            parallelism=self.parallelism,
            emit=emit,
            stop=self.stop,
            keeper=keeper,
        )

    def _applied(self, apply_id: str, ledger: Ledger, started: datetime, inventory: Inventory) -> Applied:
        return Applied(
            apply_id=apply_id,
            started=started,
            seconds=0.0,
            plan_id=plan_id(self.plan),
            commit=self.plan.source.commit,
            actor=ledger.who,
            run_url=ledger.run_url,
            command=self.command,
            records=tuple(_record(change, inventory.hash_key) for change in self.plan.changes),
        )


def _record(change: Change, key: str) -> Record:
    return Record(
        address=change.address,
        op=change.op.value,
        outcome=RUNNING,
        digest_before=None if change.observed is None else change.observed.digest,
        before=None if change.before is None else hashed(change.before, key),
        after=None if change.after is None else hashed(change.after, key),
    )


def _with_endings(page: Applied, endings: list[ChangeEnded], inventory: Inventory) -> Applied:
    """Return a page of the journal with how each change ended; what has no ending was under way to the last."""
    by_address = {ending.address: ending for ending in endings}
    records: list[Record] = []
    for record in page.records:
        ending = by_address.get(record.address)
        entry = inventory.entries.get(record.address)
        records.append(
            replace(
                record,
                outcome=RUNNING if ending is None else ending.outcome.value,
                reason="" if ending is None else ending.reason,
                digest_after=None if entry is None else entry.digest,
            )
        )
    return replace(page, records=tuple(records))
