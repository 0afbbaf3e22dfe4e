"""Leases: who holds a lock, since when, and until when if nothing more is heard of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from reconciler.inventory.members import Members


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds the lock.

    Attributes:
        id: A UUID; what ``reconciler unlock --id`` takes.
        number: One more than that of the lease before.
        who: User and machine, or the actor of a CI job.
        what: What they are doing, in a word.
        since: When they got it; ``expires`` when it ends without a heartbeat.
        run_url: Where their CI job can be watched; empty outside of CI.
    """

    id: str
    number: int
    who: str
    what: str
    since: datetime
    expires: datetime
    run_url: str = ""

    def __str__(self) -> str:
        where = f", {self.run_url}" if self.run_url else ""
        return f"{self.who} ({self.what}) since {self.since.isoformat(timespec='seconds')}{where}"


def dumps(lease: Lease) -> bytes:
    """Return a lease as it is kept."""
    return (json.dumps(document_of(lease), indent=1) + "\n").encode()


def document_of(lease: Lease) -> dict[str, str | int]:
    """Return a lease as plain data."""
    return {
        "id": lease.id,
        "number": lease.number,
        "who": lease.who,
        "what": lease.what,
        "since": lease.since.isoformat(),
        "expires": lease.expires.isoformat(),
        "run_url": lease.run_url,
    }


def loads(content: bytes) -> Lease | None:
    """Return a lease; None for what is none, which then holds nobody up."""
    try:
        document = Members.loads(content)
        return Lease(
            id=document.text("id"),
            number=document.count("number"),
            who=document.text("who"),
            what=document.text("what"),
            since=document.moment("since"),
            expires=document.moment("expires"),
            run_url=document.text("run_url"),
        )
    except ValueError:
        return None
