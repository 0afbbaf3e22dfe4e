"""Symbols, words and colours of what happens to a resource. Every colour comes with a symbol and a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.apply.events import Outcome
from reconciler.diagnostics import Severity
from reconciler.plan.model import DriftState, Op

SYMBOL: Final = {Op.ADOPT: "<=", Op.CREATE: "+", Op.RENAME: ">", Op.UPDATE: "~", Op.DELETE: "-", Op.FORGET: "."}

COLOUR: Final = {
    Op.ADOPT: "cyan",
    Op.CREATE: "green",
    Op.RENAME: "blue",
    Op.UPDATE: "yellow",
    Op.DELETE: "red",
    Op.FORGET: "dim",
}

#: What a change has done when it was applied.
DONE: Final = {
    Op.ADOPT: "adopted",
    Op.CREATE: "created",
    Op.RENAME: "renamed",
    Op.UPDATE: "updated",
    Op.DELETE: "deleted",
    Op.FORGET: "forgotten",
}

#: What drift says about a resource, and how: with an inventory its state, without one what undoes the difference.
DRIFTED: Final[Mapping[DriftState | Op, str]] = {
    DriftState.PENDING: "pending",
    DriftState.DRIFT: "drift",
    DriftState.BOTH: "both",
    DriftState.MISSING: "missing",
    Op.ADOPT: "not adopted yet",
    Op.CREATE: "missing",
    Op.RENAME: "not renamed yet",
    Op.UPDATE: "differs",
    Op.DELETE: "no longer wanted",
    Op.FORGET: "no longer wanted",
}

DRIFT_SYMBOL: Final[Mapping[DriftState | Op, str]] = {
    DriftState.PENDING: ".",
    DriftState.DRIFT: "~",
    DriftState.BOTH: "~",
    DriftState.MISSING: "!",
    Op.ADOPT: "<=",
    Op.CREATE: "!",
    Op.RENAME: ">",
    Op.UPDATE: "~",
    Op.DELETE: "?",
    Op.FORGET: "?",
}

DRIFT_COLOUR: Final[Mapping[DriftState | Op, str]] = {
    DriftState.PENDING: "dim",
    DriftState.DRIFT: "yellow",
    DriftState.BOTH: "yellow",
    DriftState.MISSING: "red",
    Op.ADOPT: "cyan",
    Op.CREATE: "red",
    Op.RENAME: "blue",
    Op.UPDATE: "yellow",
    Op.DELETE: "magenta",
    Op.FORGET: "dim",
}

OUTCOME_SYMBOL: Final = {Outcome.APPLIED: " ", Outcome.FAILED: "!", Outcome.SKIPPED: ".", Outcome.UNKNOWN: "?"}

OUTCOME_COLOUR: Final = {
    Outcome.APPLIED: "green",
    Outcome.FAILED: "bold red",
    Outcome.SKIPPED: "yellow",
    Outcome.UNKNOWN: "bold magenta",
}

SEVERITY_COLOUR: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}

#: Colours of the lines of a text difference by their mark.
LINE_COLOUR: Final = {"+": "green", "-": "red", " ": "dim"}

QUIET: Final = "dim"
