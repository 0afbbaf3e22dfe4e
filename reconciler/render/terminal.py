"""Plans, drift, events and diagnostics for people at a terminal: the same text with and without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final, assert_never

from rich.console import Console

from reconciler.apply.events import (
    ApplyEnded,
    ApplyStarted,
    ChangeEnded,
    ChangeStarted,
    Event,
)
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.plan.drift import Drift
from reconciler.plan.model import Plan
from reconciler.render.deviations import drift_view
from reconciler.render.lines import pour_lines, show_lines
from reconciler.render.notices import diagnostic_lines, ending_lines
from reconciler.render.palette import QUIET, SEVERITY_COLOUR
from reconciler.render.rows import (
    as_declared,
    change_lines,
    deviation_lines,
    part_lines,
    refusal_lines,
    unmanaged_lines,
)
from reconciler.render.view import view
from reconciler.render.words import (
    LEFT_ALONE,
    NEVER_DELETED,
    RESTORE,
    apply_summary,
    counted,
    joined,
    known_words,
    left_alone_words,
    outside_words,
    pending_words,
    plan_counts,
)

#: More than this nobody reads; a mistake in a path can make tens of thousands.
MOST_DIAGNOSTICS: Final = 500


def show_plan(plan: Plan, console: Console, *, reveal: bool = False) -> None:
    """Show what a plan changes, field by field, and the requests it sends: what it is refused for first."""
    seen = view(plan, reveal=reveal)
    show_lines(console, [[(seen.place, QUIET)], *part_lines(seen), []])
    show_lines(console, refusal_lines(seen.refusals))
    if seen.outside:
        show_lines(console, [[("Changed outside", "bold yellow"), (outside_words(seen.left_alone), QUIET)], []])
        pour_lines(console, ([*deviation_lines(each), []] for each in seen.outside))
    pour_lines(console, ([*change_lines(change), []] for change in seen.changes))
    _show_warnings(seen.warnings, console)
    show_lines(console, unmanaged_lines(seen.unmanaged, why=LEFT_ALONE if seen.has_inventory else NEVER_DELETED))
    left = [(f" {left_alone_words(len(seen.left_alone))}", "bold yellow")] if seen.left_alone else []
    if plan.is_empty and not seen.refusals:
        show_lines(console, [[("No changes.", "bold green"), (f" {as_declared(seen.unchanged)}", ""), *left]])
        return
    refused = f" Refused, for {counted(len(seen.refusals), 'reason')}: see above." if seen.refusals else ""
    show_lines(console, [[("Plan: ", "bold"), (f"{plan_counts(seen.counts)}.", "bold"), (refused, "bold red"), *left]])


def show_drift(drift: Drift, console: Console, *, now: datetime | None = None) -> None:
    """Show where live state is other than it should be, who modified it and how long before ``now``."""
    now = now or datetime.now(UTC)
    seen = drift_view(drift)
    show_lines(console, [[(seen.place, QUIET)], []])
    pour_lines(console, ([*deviation_lines(each, now=now), []] for each in seen.found))
    show_lines(console, unmanaged_lines(seen.unmanaged))
    if seen.found:
        show_lines(console, [[("To restore what the manifests say: ", QUIET), (RESTORE, "")]])
    for told in (known_words(seen.known), pending_words(seen.pending)):
        show_lines(console, [[(told, "")]] if told else [])
    if not seen.found:
        unchanged = "" if seen.known or seen.pending else f" {as_declared(seen.unchanged)}"
        show_lines(console, [[(seen.told, "bold green"), (unchanged, "")]])
        return
    unchanged = f" {as_declared(seen.unchanged)}" if seen.unchanged else ""
    show_lines(console, [[(seen.told, "bold"), (unchanged, "")]])


def show_diagnostics(diagnostics: Sequence[Diagnostic], console: Console, *, with_rules: bool = False) -> None:
    """Show diagnostics as compilers do, a hint once where it repeats, then how many there are."""
    shown = diagnostics[:MOST_DIAGNOSTICS]
    pour_lines(console, (diagnostic_lines(each, with_rule=with_rules) for each in _each_hint_once(shown)))
    if len(shown) < len(diagnostics):
        show_lines(console, [[(f"... and {len(diagnostics) - len(shown):,} more", "bold")]])
    found = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = [
        (counted(found[severity], severity.value), SEVERITY_COLOUR[severity])
        for severity in Severity
        if found[severity]
    ]
    if parts:
        show_lines(console, [[(f"{joined([word for word, _ in parts])}.", parts[0][1])]])


def _each_hint_once(diagnostics: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave the hint to the last of several diagnostics in a row that have the same."""
    for each, following in zip_longest(diagnostics, diagnostics[1:]):
        repeated = following is not None and (each.rule, each.hint) == (following.rule, following.hint)
        yield replace(each, hint="") if repeated else each


def show_event(event: Event, console: Console) -> None:
    """Show one event of apply; that a change has started is nothing to say in a log."""
    match event:
        case ApplyStarted(total=total):
            show_lines(console, [[(f"Applying {counted(total, 'change')}.", "bold")]])
        case ChangeStarted():
            pass
        case ChangeEnded():
            show_lines(console, ending_lines(event))
        case ApplyEnded():
            well = not (event.failed or event.skipped or event.unknown or event.interrupted or event.left_alone)
            show_lines(console, [[(apply_summary(event), "bold green" if well else "bold red")]])
        case _:
            assert_never(event)


def _show_warnings(warnings: Sequence[Diagnostic], console: Console) -> None:
    for warning in _each_hint_once(warnings):
        show_lines(console, diagnostic_lines(warning))
    if warnings:
        show_lines(console, [[]])
