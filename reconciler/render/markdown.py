"""Plans and drift for pull requests and step summaries, within a budget of characters.

What does not fit is left out from the end: first the details, then rows of the table, then the table, and the
counts stay. A hidden marker comes first, by which a workflow finds the comment to update.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from reconciler.plan.drift import Drift
from reconciler.plan.model import Op, Plan
from reconciler.render.markup import code, details, fenced, html_code, prose
from reconciler.render.palette import DRIFTED
from reconciler.render.view import ChangeView, FieldView, PlanView, view
from reconciler.render.words import ago, bounded, counted, drift_counts, plan_counts

PLAN_MARKER: Final = "<!-- reconciler:plan -->"
DRIFT_MARKER: Final = "<!-- reconciler:drift -->"

#: A comment on GitHub holds 65,536 characters; some are left for whoever adds a line.
LIMIT: Final = 65_000

#: Field names in a row of the table, resources in a list.
_NAMES_LIMIT: Final = 6
_LIST_LIMIT: Final = 20

#: Room kept for the sentences that say what was left out.
_RESERVE: Final = 200


def plan_markdown(plan: Plan, *, limit: int = LIMIT, title: str | None = None) -> str:
    """Return a plan as a comment of at most ``limit`` characters: counts, a table, the differences to unfold."""
    seen = view(plan)
    counts = f"Plan: {plan_counts(seen.counts)}." if seen.changes else "No changes."
    return _fitted(
        [PLAN_MARKER, f"### {prose(title) if title else counts}", *([counts] if title else [])],
        _notes(seen),
        table=("| change | resource | what | where |\n|---|---|---|---|", [_plan_row(each) for each in seen.changes]),
        unfolded=[_unfolded(each, each.op.value) for each in seen.changes],
        limit=limit,
    )


def drift_markdown(drift: Drift, *, now: datetime | None = None, limit: int = LIMIT) -> str:
    """Return drift as a comment of at most ``limit`` characters; ages are counted back from ``now``."""
    now = now or datetime.now(UTC)
    seen = view(drift)
    counts = f"Drift: {drift_counts(seen.counts)}." if seen.changes else "No drift."
    return _fitted(
        [DRIFT_MARKER, f"### {counts}"],
        _notes(seen),
        table=(
            "| | resource | what | last modified by | when | where |\n|---|---|---|---|---|---|",
            [_drift_row(each, now=now) for each in seen.changes],
        ),
        unfolded=[_unfolded(each, DRIFTED[each.op], sent=False) for each in seen.changes if each.op is Op.UPDATE],
        limit=limit,
    )


def _fitted(head: list[str], notes: list[str], *, table: tuple[str, list[str]], unfolded: list[str], limit: int) -> str:
    """Join the parts of a comment, leaving out from the end what the budget has no room for."""
    text = "\n\n".join(head)
    if len(text) + 1 > limit:
        return f"{text[: max(0, limit - 1)]}\n"[: max(0, limit)]
    heading, rows = table
    room = limit - len(text) - _RESERVE
    shown = _first(rows, room=room - len(heading) - 2, separator=1)
    if shown:
        text += "\n\n" + "\n".join([heading, *rows[:shown]])
    if shown < len(rows) and len(text) + _RESERVE <= limit:
        text += f"\n\n{counted(len(rows) - shown, 'further change')} left out of this table."
    for note in notes:
        if len(text) + len(note) + _RESERVE <= limit:
            text += f"\n\n{note}"
    if shown == len(rows):
        text = _with_details(text, unfolded, limit=limit)
    return text + "\n"


def _with_details(text: str, unfolded: list[str], *, limit: int) -> str:
    fits = _first(unfolded, room=limit - len(text) - _RESERVE, separator=2)
    if fits:
        text += "\n\n" + "\n\n".join(unfolded[:fits])
    left = len(unfolded) - fits
    if left and len(text) + _RESERVE <= limit:
        text += f"\n\nThe details of {counted(left, 'further change')} do not fit here: see the output of the command."
    return text


def _first(parts: Sequence[str], *, room: int, separator: int) -> int:
    """Return how many of the first parts fit."""
    for number, part in enumerate(parts):
        room -= len(part) + separator
        if room < 0:
            return number
    return len(parts)


def _plan_row(change: ChangeView) -> str:
    return f"| {code(change.symbol)} {change.op.value} | {code(change.address)} | {_what(change)} | {_where(change)} |"


def _drift_row(change: ChangeView, *, now: datetime) -> str:
    by = code(change.modified_by) if change.modified_by else ""
    when = ago(change.modified, now=now) if change.modified else ""
    word = DRIFTED[change.op]
    return f"| {word} | {code(change.address)} | {_names(change)} | {by} | {when} | {_where(change)} |"


def _what(change: ChangeView) -> str:
    return "; ".join(filter(None, [_names(change), *change.notes]))


def _names(change: ChangeView) -> str:
    """Return the fields that differ; of a resource that is only on one side, all of them would."""
    return bounded([code(name) for name in change.names], limit=_NAMES_LIMIT) if change.op is Op.UPDATE else ""


def _where(change: ChangeView) -> str:
    return code(change.origin) if change.origin else ""


def _notes(seen: PlanView) -> list[str]:
    notes = []
    if seen.part:
        notes.append(f"Only a part was planned: {code(seen.part)}.")
    if seen.warnings:
        notes.append(
            "\n".join(f"- warning: {_warned(each.summary, each.span)}" for each in seen.warnings[:_LIST_LIMIT])
        )
    if seen.unmanaged:
        listed = bounded([code(each.address) for each in seen.unmanaged], limit=_LIST_LIMIT)
        notes.append(f"{len(seen.unmanaged):,} not in manifests, left alone: {listed}.")
    notes.append(f"{counted(seen.unchanged, 'resource')} unchanged on {code(seen.place)}.")
    return notes


def _warned(summary: str, span: object | None) -> str:
    return f"{code(str(span))} {prose(summary)}" if span else prose(summary)


def _unfolded(change: ChangeView, word: str, *, sent: bool = True) -> str:
    lines = [line for field in change.fields for line in _difference(field)]
    if change.hidden and change.op is Op.UPDATE:
        lines.append(f"  ({counted(change.hidden, 'unchanged field')} hidden)")
    lines += [f"  {request}" for request in change.requests if sent]
    return details(f"{html_code(f'{change.symbol} {change.address}')} {word}", fenced(lines, language="diff"))


def _difference(field: FieldView) -> list[str]:
    if field.block:
        return [f"  {field.path}:", *(f"{line.mark}   {line.text}".rstrip() for line in field.block)]
    if field.before == field.after:
        return [f"! {field.path}: {field.after}, changed"]
    sides: list[tuple[str, str | None]] = [("-", field.before), ("+", field.after)]
    return [f"{mark} {field.path}: {value}" for mark, value in sides if value is not None]
