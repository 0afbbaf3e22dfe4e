"""Plans and drift for pull requests and step summaries, within a budget of characters.

A hidden marker comes first, by which a workflow finds the comment to update; then counts, what cannot be done, what
cannot be undone, a table, a picture, and the differences to unfold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from reconciler.diagnostics import Diagnostic
from reconciler.plan.drift import Drift
from reconciler.plan.model import Plan
from reconciler.render.deviations import MODIFIED, DeviationView, drift_view
from reconciler.render.fields import FieldView
from reconciler.render.fitting import Parts, Table, fitted
from reconciler.render.markup import callout, code, details, fenced, html_code, prose
from reconciler.render.mermaid import mermaid_graph
from reconciler.render.unmanaged import UnmanagedView
from reconciler.render.view import ChangeView, PlanView, view
from reconciler.render.words import (
    ACCEPT_GONE,
    LEFT_ALONE,
    NEVER_DELETED,
    RESTORE,
    ago,
    bounded,
    counted,
    known_words,
    moment,
    outside_words,
    pending_words,
    plan_counts,
)

PLAN_MARKER: Final = "<!-- reconciler:plan -->"
DRIFT_MARKER: Final = "<!-- reconciler:drift -->"

#: A comment on GitHub holds 65,536 characters; some are left for whoever adds a line.
LIMIT: Final = 65_000

#: Field names in a row of the table, resources in a list.
_NAMES_LIMIT: Final = 6
_LIST_LIMIT: Final = 20

_PLAN_HEAD: Final = "| change | resource | what | where |\n|---|---|---|---|"
_DRIFT_HEAD: Final = "| | resource | what | last modified by | when | where |\n|---|---|---|---|---|---|"


def plan_markdown(plan: Plan, *, limit: int = LIMIT, title: str | None = None, marker: str = PLAN_MARKER) -> str:
    """Return a plan as a comment of at most ``limit`` characters.

    ``marker`` is the hidden comment that begins it, for whoever keeps several on one pull request.
    """
    seen = view(plan)
    counts = "No changes." if plan.is_empty and not seen.refusals else f"Plan: {plan_counts(seen.counts)}."
    parts = Parts(
        head=[marker, f"### {prose(title) if title else counts}", *([counts] if title else [])],
        first=[*_refused(seen), *_left_alone(seen), *_endangered(seen), *_outside(seen)],
        table=Table(_PLAN_HEAD, [_plan_row(each) for each in seen.changes]),
        notes=_plan_notes(seen),
        picture=_picture(plan),
        details=[
            *(_unfolded_change(each) for each in seen.changes if each.fields or each.requests),
            *(_unfolded_deviation(each) for each in seen.outside if each.compares),
        ],
    )
    return fitted(parts, limit=limit)


def drift_markdown(drift: Drift, *, now: datetime | None = None, limit: int = LIMIT, marker: str = DRIFT_MARKER) -> str:
    """Return drift as a comment of at most ``limit`` characters; ages are counted back from ``now``."""
    now = now or datetime.now(UTC)
    seen = drift_view(drift)
    parts = Parts(
        head=[marker, f"### {seen.told}"],
        first=[],
        table=Table(_DRIFT_HEAD, [_drift_row(each, now=now) for each in seen.found]),
        notes=[
            *_remedies(seen.found),
            *filter(None, [known_words(seen.known), pending_words(seen.pending)]),
            *_unmanaged(seen.unmanaged, why=LEFT_ALONE),
            f"{counted(seen.unchanged, 'resource')} unchanged on {code(seen.place)}.",
        ],
        details=[_unfolded_deviation(each) for each in seen.found if each.compares],
    )
    return fitted(parts, limit=limit)


def _refused(seen: PlanView) -> list[str]:
    if not seen.refusals:
        return []
    listed = [
        f"- **{prose(each.rule)}**: {prose(each.summary)}. The way past it: {_way(each.way)}"
        for each in seen.refusals[:_LIST_LIMIT]
    ]
    return [callout("CAUTION", "**Refused: this plan cannot be applied.**", "", *listed, *_and_more(seen.refusals))]


def _left_alone(seen: PlanView) -> list[str]:
    """Return what the plan does not touch; the warnings say why, and what to do."""
    if not seen.left_alone:
        return []
    named = bounded([code(each) for each in seen.left_alone], limit=_LIST_LIMIT)
    return [callout("WARNING", f"**{counted(len(seen.left_alone), 'resource')} left alone**", "", f"{named}.")]


def _way(way: str) -> str:
    return code(way) if way.startswith("--") else prose(way)


def _endangered(seen: PlanView) -> list[str]:
    """Return what cannot be taken back once the plan is applied."""
    lost = [change for change in seen.changes if change.dangers]
    if not lost:
        return []
    listed = [f"- {code(each.address)}: {'; '.join(each.dangers)}" for each in lost[:_LIST_LIMIT]]
    return [callout("WARNING", f"**{counted(len(lost), 'deletion')}**", "", *listed, *_and_more(lost))]


def _outside(seen: PlanView) -> list[str]:
    if not seen.outside:
        return []
    rows = [_drift_row(each) for each in seen.outside[:_LIST_LIMIT]]
    return [
        "\n".join(
            [f"**Changed outside**{outside_words(seen.left_alone)}.", "", _DRIFT_HEAD, *rows, *_and_more(seen.outside)]
        )
    ]


def _and_more(listed: Sequence[object]) -> list[str]:
    return ["", f"and {len(listed) - _LIST_LIMIT:,} more"] if len(listed) > _LIST_LIMIT else []


def _plan_row(change: ChangeView) -> str:
    what = "; ".join(filter(None, [_names(change.names) if change.compares else "", *map(prose, change.notes)]))
    return f"| {code(change.symbol)} {change.op.value} | {code(change.title)} | {what} | {_where(change.origin)} |"


def _drift_row(found: DeviationView, *, now: datetime | None = None) -> str:
    """Return the row of a deviation; with ``now`` its age, without the time, which reads the same tomorrow."""
    by = code(found.modified_by) if found.modified_by else ""
    when = ""
    if found.modified is not None:
        when = ago(found.modified, now=now) if now else moment(found.modified)
    what = _names(found.names) if found.compares else ""
    if found.deed != MODIFIED:
        what = found.deed
    return f"| {found.word} | {code(found.address)} | {what} | {by} | {when} | {_where(found.origin)} |"


def _names(names: Sequence[str]) -> str:
    return bounded([code(name) for name in names], limit=_NAMES_LIMIT)


def _where(origin: str) -> str:
    return code(origin) if origin else ""


def _plan_notes(seen: PlanView) -> list[str]:
    notes = [f"Only a part was planned: {code(seen.part)}."] if seen.part else []
    if seen.warnings:
        warned = [f"- {each.severity.value}: {_warned(each)}" for each in seen.warnings]
        notes.append("\n".join([*warned[:_LIST_LIMIT], *_and_more(warned)]))
    notes += _unmanaged(seen.unmanaged, why=LEFT_ALONE if seen.has_inventory else NEVER_DELETED)
    return [*notes, f"{counted(seen.unchanged, 'resource')} unchanged on {code(seen.place)}."]


def _unmanaged(unmanaged: Sequence[UnmanagedView], *, why: str) -> list[str]:
    listed = bounded([code(each.address) for each in unmanaged], limit=_LIST_LIMIT)
    return [f"{len(unmanaged):,} not in manifests, {why}: {listed}."] if unmanaged else []


def _remedies(found: Sequence[DeviationView]) -> list[str]:
    if not found:
        return []
    accepts = [
        f"- {code(each.address)}: {code(each.accept) if each.accept else ACCEPT_GONE}" for each in found[:_LIST_LIMIT]
    ]
    told = f"Restore what the manifests say with {code(RESTORE)}, or accept what is live:"
    return ["\n".join([told, "", *accepts, *_and_more(found)])]


def _warned(warning: Diagnostic) -> str:
    at = [code(str(warning.span))] if warning.span else []
    hint = [f"({prose(warning.hint)})"] if warning.hint else []
    return " ".join([*at, prose(warning.summary), *hint])


def _picture(plan: Plan) -> str:
    source = mermaid_graph(plan)
    if not source:
        return ""
    return details("What is touched, as a graph", fenced(source.splitlines(), language="mermaid"))


def _unfolded_change(change: ChangeView) -> str:
    lines = [line for field in change.fields for line in _difference(field)]
    if change.hidden and change.compares:
        lines.append(f"  ({counted(change.hidden, 'unchanged field')} hidden)")
    lines += [f"  {request}" for request in change.requests]
    summary = f"{html_code(f'{change.symbol} {change.title}')} {change.op.value}"
    return details(summary, fenced(lines, language="diff"))


def _unfolded_deviation(found: DeviationView) -> str:
    lines = [line for field in found.fields for line in _difference(field)]
    if found.hidden:
        lines.append(f"  ({counted(found.hidden, 'unchanged field')} hidden)")
    before, after = found.sides
    summary = f"{html_code(f'{found.symbol} {found.address}')} {found.word} (- {before}, + {after})"
    return details(summary, fenced(lines, language="diff"))


def _difference(field: FieldView) -> list[str]:
    if field.block:
        return [f"  {field.path}:", *(f"{line.mark}   {line.text}".rstrip() for line in field.block)]
    if field.before == field.after:
        return [f"! {field.path}: {field.after}, changed"]
    sides: list[tuple[str, str | None]] = [("-", field.before), ("+", field.after)]
    return [f"{mark} {field.path}: {value}" for mark, value in sides if value is not None]
