"""The plans of several environments side by side: one that fails hides none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.plan.model import Plan

#: Exit codes from good to worse: done, changes, refused, locked, and what could not be told at all.
_FROM_GOOD_TO_WORSE: Final = (0, 2, 3, 4, 6, 5, 7, 1)

_REFUSED: Final = 3
_CHANGES: Final = 2


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one environment: its plan, or the error that stopped it."""

    environment: str
    outcome: Plan | ReconcilerError

    @property
    def exit_code(self) -> int:
        """The code that ``plan --detailed-exitcode`` ends with for this environment alone."""
        if isinstance(self.outcome, ReconcilerError):
            return self.outcome.exit_code
        if self.outcome.refusals:
            return _REFUSED
        return 0 if self.outcome.is_empty else _CHANGES


def plan_each(environments: Iterable[str], plan: Callable[[str], Plan]) -> tuple[Row, ...]:
    """Plan each environment, in order, whatever happens to the others."""
    return tuple(Row(name, _outcome(name, plan)) for name in environments)


def worst(rows: Sequence[Row], *, detailed: bool = False) -> int:
    """Return the exit code of all: the worst of them; changes count where ``detailed`` asks for them."""
    codes = [row.exit_code for row in rows]
    told = [0 if code == _CHANGES and not detailed else code for code in codes]
    return max(told, key=_FROM_GOOD_TO_WORSE.index, default=0)


def _outcome(name: str, plan: Callable[[str], Plan]) -> Plan | ReconcilerError:
    try:
        return plan(name)
    except ReconcilerError as error:
        return error
