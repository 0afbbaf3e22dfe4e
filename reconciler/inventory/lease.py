"""Leases: who holds a lock, since when, and until when if nothing more is heard of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
    document = {
        "id": lease.id,
        "number": lease.number,
        "who": lease.who,
        "what": lease.what,
        "since": lease.since.isoformat(),
        "expires": lease.expires.isoformat(),
        "run_url": lease.run_url,
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def loads(content: bytes) -> Lease | None:
    """Return a lease; None for what is none, which then holds nobody up."""
    try:
        document: dict[str, Any] = json.loads(content)
        return Lease(
            str(document["id"]),
            int(document["number"]),
            str(document["who"]),
            str(document["what"]),
            _moment(document["since"]),
            _moment(document["expires"]),
            str(document["run_url"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be compared")
    return moment
