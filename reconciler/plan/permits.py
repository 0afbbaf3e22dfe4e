"""What a plan is allowed beyond the harmless, and from how much on a deletion counts as too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """The ways past the guards, each named by its flag; none of them makes a plan do anything.

    Attributes:
        prune: ``--prune``: actions may be deleted, with every version of them.
        drifted: ``--delete-drifted``: what was changed outside since the last apply may be deleted.
        many: ``--allow-many-deletions``: more may be deleted than the limits say.
        empty: ``--dangerous-allow-empty``: manifests that declare nothing may delete everything.
        most_deletions: Resources of a kind that may always be deleted.
        most_percent: Percent of the owned resources of a kind that may be deleted, where that is more.
    """

    prune: bool = False
    drifted: bool = False
    many: bool = False
    empty: bool = False
    most_deletions: int = 3
    most_percent: int = 20

    @classmethod
    def everything(cls) -> Self:
        """Return every permit: for plans that are only looked at, and for what was permitted when it was saved."""
        return cls(prune=True, drifted=True, many=True, empty=True)

    def most(self, owned: int) -> int:
        """Return how many of so many owned resources of a kind may be deleted at once."""
        return max(self.most_deletions, owned * self.most_percent // 100)
