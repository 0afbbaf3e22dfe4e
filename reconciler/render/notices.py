"""Diagnostics and endings as styled lines: one fact a line, the hint below it."""

from __future__ import annotations

from reconciler.apply.events import ChangeEnded, Outcome
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.render.lines import Pieces
from reconciler.render.palette import (
    COLOUR,
    DONE,
    OUTCOME_COLOUR,
    OUTCOME_SYMBOL,
    QUIET,
    SEVERITY_COLOUR,
    SYMBOL,
)
from reconciler.render.visible import visible
from reconciler.render.words import duration


def diagnostic_lines(diagnostic: Diagnostic, *, with_rule: bool = False) -> list[Pieces]:
    """Return a diagnostic as compilers print it, its detail and its hint below; ``with_rule`` names its rule."""
    where = "" if diagnostic.span is None else f"{visible(str(diagnostic.span))}: "
    word = "" if diagnostic.severity is Severity.ERROR and where else f"{diagnostic.severity.value}: "
    heading = [(where, "bold"), (word, SEVERITY_COLOUR[diagnostic.severity]), (visible(diagnostic.summary), "")]
    if with_rule:
        heading.append((f"  [{diagnostic.rule}]", QUIET))
    lines: list[Pieces] = [heading]
    lines += [[(f"  {visible(line)}", QUIET)] for line in diagnostic.detail.splitlines()]
    if diagnostic.hint:
        lines.append([("  hint: ", "cyan"), (visible(diagnostic.hint), "")])
    return lines


def ending_lines(ending: ChangeEnded) -> list[Pieces]:
    """Return how a change ended, with the reason and what to do where it was not applied."""
    address = visible(str(ending.address))
    if ending.outcome is Outcome.APPLIED:
        done = f"{SYMBOL[ending.op]} {DONE[ending.op]} "
        return [[(done, COLOUR[ending.op]), (address, ""), (f"  {duration(ending.seconds)}", QUIET)]]
    mark = f"{OUTCOME_SYMBOL[ending.outcome]} {ending.outcome.value} "
    lines: list[Pieces] = [
        [
            (mark, OUTCOME_COLOUR[ending.outcome]),
            (f"{ending.op.value} {address}", ""),
            (f": {visible(ending.reason)}", ""),
        ]
    ]
    if ending.hint:
        lines.append([("  hint: ", "cyan"), (visible(ending.hint), "")])
    return lines
