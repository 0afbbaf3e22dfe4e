"""How sending one change ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.apply.events import Outcome
from reconciler.domain.live import LiveRecord
from reconciler.errors import PlatformError

PLAN_AGAIN: Final = 'run "reconciler plan" to see what is live now'


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a change's requests ended: ``done`` of them landed; ``error`` is what stopped the rest.

    ``record`` is what the last of them left behind; None where none did.
    """

    outcome: Outcome
    done: int
    reason: str = ""
    hint: str = ""
    error: PlatformError | None = None
    record: LiveRecord | None = None
