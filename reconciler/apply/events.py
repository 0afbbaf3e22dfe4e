"""What happens during apply, as values: renderers show them, tests assert their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.domain.address import Address
from reconciler.plan.model import Op


class Outcome(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ApplyStarted:
    """Apply begins; ``total`` counts the changes."""

    plan_id: str
    total: int


@dataclass(frozen=True, slots=True)
class ChangeStarted:
    """The first request of a change is about to be sent."""

    address: Address
    op: Op


@dataclass(frozen=True, slots=True)
class ChangeEnded:
    """A change is over: applied, failed, skipped or of unknown outcome; ``reason`` says why where it was not applied.

    ``requests_done`` of ``requests_total`` were acknowledged; ``seconds`` is the time it took. ``denied`` when the
    platform does not know the caller, or does not let it do this.
    """

    address: Address
    op: Op
    outcome: Outcome
    requests_done: int = 0
    requests_total: int = 0
    reason: str = ""
    hint: str = ""
    seconds: float = 0.0
    denied: bool = False


@dataclass(frozen=True, slots=True)
class ApplyEnded:
    """Apply is over; ``interrupted`` when the user stopped it, ``left_alone`` how much the plan did not touch."""

    applied: int
    failed: int
    skipped: int
    unknown: int
    interrupted: bool = False
    left_alone: int = 0
    seconds: float = 0.0


Event = ApplyStarted | ChangeStarted | ChangeEnded | ApplyEnded


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """Everything apply did, one ending per change in the order they ended.

    ``left_alone`` is what the plan did not touch, since it rests on what somebody made anew.
    """

    endings: tuple[ChangeEnded, ...]
    interrupted: bool = False
    left_alone: tuple[Address, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many changes ended this way."""
        return sum(1 for ending in self.endings if ending.outcome is outcome)

    @property
    def changed_nothing(self) -> bool:
        """True when the platform is known to be as it was."""
        return not any(
            ending.requests_done or ending.outcome in {Outcome.APPLIED, Outcome.UNKNOWN} for ending in self.endings
        )

    @property
    def was_denied(self) -> bool:
        """True when nothing but the caller's rights stood in the way."""
        failed = [ending for ending in self.endings if ending.outcome is Outcome.FAILED]
        return bool(failed) and all(ending.denied for ending in failed)
