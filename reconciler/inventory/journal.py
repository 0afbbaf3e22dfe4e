"""The journal: one document for each apply, saying who did what to which resource, and what was there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.domain.address import Address
from reconciler.errors import ConfigurationError, InventoryDamaged
from reconciler.inventory.backend import Backend
from reconciler.inventory.document import SCHEMA_VERSION, refuse_later
from reconciler.inventory.members import Members


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an apply did to one resource.

    Attributes:
        address: Which one.
        op: What was to happen, as in a plan: ``create``, ``update`` and so on.
        outcome: ``applied``, ``failed``, ``skipped`` or ``unknown``.
        reason: Why, where it was not applied.
        digest_before: The version before; None for triggers and where nothing was.
        digest_after: The version after.
        before: The spec before, in the words of a manifest; secrets hashed. None where nothing was.
        after: The spec after, likewise.
    """

    address: Address
    op: str
    outcome: str
    reason: str = ""
    digest_before: str | None = None
    digest_after: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One apply.

    Attributes:
        apply_id: Names it; ids sort by time.
        started: When it began; ``seconds`` is how long it took.
        plan_id: The plan that was applied.
        commit: The commit of the manifests; None outside of git.
        actor: Who applied it, and ``run_url`` where.
        command: ``apply``, ``adopt`` or ``rollback``.
        records: What it did, in order.
    """

    apply_id: str
    started: datetime
    seconds: float
    plan_id: str = ""
    commit: str | None = None
    actor: str = ""
    run_url: str = ""
    command: str = "apply"
    records: tuple[Record, ...] = field(default_factory=tuple)


def new_apply_id(now: datetime, token: str) -> str:
    """Return an id that sorts by time, to the millisecond: ``20261123T101500.042Z-1a2b3c``."""
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z-{token}"


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one inventory, below a prefix of names."""

    backend: Backend
    prefix: str

    def begin(self, applied: Applied) -> str:
        """Write down an apply that is about to begin, and return the version of its page.

        Raises:
            InventoryUnavailable: The backend cannot be asked.
        """
        return self.backend.write(self._name(applied.apply_id), _dumps(applied), expected=None)

    def finish(self, applied: Applied, *, expected: str) -> None:
        """Write down how an apply ended, in the place of the page it began with.

        Raises:
            InventoryUnavailable: The backend cannot be asked.
        """
        self.backend.write(self._name(applied.apply_id), _dumps(applied), expected=expected)

    def ids(self) -> Sequence[str]:
        """Return the ids of all applies, the latest first."""
        names = self.backend.names(f"{self.prefix}/applies/")
        pages = (name.rpartition("/")[2] for name in names if name.endswith(".json"))
        return sorted((page.removesuffix(".json") for page in pages), reverse=True)

    def read(self, apply_id: str) -> Applied:
        """Return an apply by its id, or by the beginning of it that no other has.

        Raises:
            ConfigurationError: There is none, or several begin like this.
            InventoryDamaged: It cannot be read.
        """
        found = [each for each in self.ids() if each.startswith(apply_id)]
        if apply_id in found:
            found = [apply_id]
        if len(found) != 1:
            what = "there is no apply" if not found else f"{len(found)} applies begin with"
            raise ConfigurationError(f'{what} "{apply_id}"', hint='see them all with "reconciler history"')
        return self._page(found[0])

    def latest(self, count: int) -> list[Applied]:
        """Return the latest applies, the last one first."""
        return [self._page(apply_id) for apply_id in self.ids()[:count]]

    def _page(self, apply_id: str) -> Applied:
        name = self._name(apply_id)
        stored = self.backend.read(name)
        if stored is None:
            raise ConfigurationError(f'there is no apply "{apply_id}"', hint='see them all with "reconciler history"')
        return _loads(stored.content, name=self.backend.place(name))

    def _name(self, apply_id: str) -> str:
        return f"{self.prefix}/applies/{apply_id}.json"


def document(applied: Applied) -> dict[str, Any]:
    """Return an apply as JSON."""
    from reconciler import __version__

    return {
        "schema_version": SCHEMA_VERSION,
        "tool_version": __version__,
        "apply_id": applied.apply_id,
        "started": applied.started.isoformat(),
        "seconds": round(applied.seconds, 3),
        "plan_id": applied.plan_id,
        "commit": applied.commit,
        "actor": applied.actor,
        "run_url": applied.run_url,
        "command": applied.command,
        "resources": [
            {
                "address": str(record.address),
                "op": record.op,
                "outcome": record.outcome,
                "reason": record.reason,
                "digest_before": record.digest_before,
                "digest_after": record.digest_after,
                "before": record.before,
                "after": record.after,
            }
            for record in applied.records
        ],
    }


def _dumps(applied: Applied) -> bytes:
    return (json.dumps(document(applied), indent=1, ensure_ascii=False) + "\n").encode(errors="surrogatepass")


def _loads(content: bytes, *, name: str) -> Applied:
    try:
        page = Members.loads(content)
        refuse_later(page, name=name)
        return Applied(
            apply_id=page.text("apply_id"),
            started=page.moment("started"),
            seconds=page.seconds("seconds"),
            plan_id=page.text("plan_id"),
            commit=page.maybe("commit", page.text),
            actor=page.text("actor"),
            run_url=page.text("run_url"),
            command=page.text("command"),
            records=tuple(_record_of(each) for each in page.each("resources")),
        )
    except ValueError as error:
        raise InventoryDamaged(f"{name} is damaged: {error}", hint="restore it from a backup, or delete it") from error


def _record_of(document: Members) -> Record:
    return Record(
        address=document.read("address", Address.parse),
        op=document.text("op"),
        outcome=document.text("outcome"),
        reason=document.text("reason"),
        digest_before=document.maybe("digest_before", document.text),
        digest_after=document.maybe("digest_after", document.text),
        before=document.maybe("before", document.mapping),
        after=document.maybe("after", document.mapping),
    )
