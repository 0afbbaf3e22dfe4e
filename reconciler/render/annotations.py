"""Remarks in the margin of files: what diagnostics, plans and drift say about a place, whoever shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.errors import ReconcilerError
from reconciler.plan.drift import Drift
from reconciler.plan.model import Plan
from reconciler.render.deviations import DeviationView, drift_view
from reconciler.render.view import ChangeView, view
from reconciler.render.words import ACCEPT_GONE, ago, moment, pending_words, plan_counts

#: Changes and fields that a remark lists; the others are counted.
_LIST_LIMIT: Final = 20


class Level(StrEnum):
    """How much a remark weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_LEVELS: Final = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTICE}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark; without a span it is on the whole run."""

    level: Level
    title: str
    message: str
    span: Span | None = None


def diagnostic_annotations(diagnostics: Iterable[Diagnostic]) -> tuple[Annotation, ...]:
    """Return a remark for each diagnostic, its detail and its hint below what is wrong."""
    return tuple(
        Annotation(
            _LEVELS[each.severity],
            each.rule,
            "\n".join(filter(None, [each.summary, each.detail, f"hint: {each.hint}" if each.hint else ""])),
            each.span,
        )
        for each in diagnostics
    )


def error_annotation(error: ReconcilerError) -> Annotation:
    """Return the remark about what stopped a command, with what to do."""
    return Annotation(
        Level.ERROR, type(error).__name__, f"{error.message}\nhint: {error.hint}" if error.hint else error.message
    )


def plan_annotations(plan: Plan) -> tuple[Annotation, ...]:
    """Return what a reviewer has to see: refusals, what cannot be undone, warnings, drift, and the list of changes."""
    seen = view(plan)
    spans = {change.address: change.origin for change in plan.changes}
    refused = (
        Annotation(
            Level.ERROR,
            f"Refused: {each.rule}",
            f"{each.summary}\nthe way past it: {each.way}",
            next(filter(None, map(spans.get, each.addresses)), None),
        )
        for each in plan.refusals
    )
    lost = (
        Annotation(Level.WARNING, f"Delete {each.address}", "; ".join(each.dangers))
        for each in seen.changes
        if each.dangers
    )
    drifted = map(_drifted, seen.outside)
    told = f"Plan: {plan_counts(seen.counts)}" if seen.changes or seen.refusals else "No changes"
    summary = Annotation(Level.NOTICE, told, "\n".join(_listed(seen.changes)) or f"{plan.unchanged:,} unchanged")
    return (*refused, *lost, *diagnostic_annotations(plan.warnings), *drifted, summary)


def drift_annotations(drift: Drift, *, now: datetime | None = None) -> tuple[Annotation, ...]:
    """Return a remark for each resource that is live other than it should be, and the sentence that sums it up.

    Ages are counted back from ``now``; without it there are none.
    """
    seen = drift_view(drift)
    found = (_drifted(each, now=now) for each in seen.found)
    rest = pending_words(seen.pending) or f"{seen.unchanged:,} as declared"
    return (*found, Annotation(Level.NOTICE, seen.told.rstrip("."), rest))


def _listed(changes: tuple[ChangeView, ...]) -> Iterator[str]:
    for change in changes[:_LIST_LIMIT]:
        yield f"{change.symbol} {change.op.value} {change.title}"
    if len(changes) > _LIST_LIMIT:
        yield f"and {len(changes) - _LIST_LIMIT:,} more"


def _drifted(found: DeviationView, *, now: datetime | None = None) -> Annotation:
    text = "\n".join(deviation_text(found, now=now))
    return Annotation(Level.WARNING, f"Drift: {found.address} ({found.word})", text, found.span)


def deviation_text(found: DeviationView, *, now: datetime | None = None) -> Iterator[str]:
    """Yield the lines that tell one deviation in plain text: who and when, both sides of each field, the remedies."""
    if found.modified is not None:
        age = f" ({ago(found.modified, now=now)})" if now else ""
        yield f"{found.deed} by {found.modified_by}, {moment(found.modified)}{age}"
    elif not found.accept:
        yield "not on the platform"
    before, after = found.sides
    for field in found.fields[:_LIST_LIMIT] if found.compares else ():
        if field.block or field.before == field.after:
            yield f"{field.path}: differs"
        else:
            yield f"{field.path}: {before} {field.before or '(not set)'}, {after} {field.after or '(not set)'}"
    if found.compares and len(found.fields) > _LIST_LIMIT:
        yield f"and {len(found.fields) - _LIST_LIMIT:,} more fields"
    yield f"to restore: {found.restore}"
    yield f"to accept: {found.accept or ACCEPT_GONE}"
