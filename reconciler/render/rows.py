"""Changes and differences as styled lines: one row a field, aligned, wide enough for any terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from reconciler.plan.model import Op
from reconciler.render.lines import Pieces
from reconciler.render.palette import COLOUR, DRIFT_COLOUR, DRIFT_SYMBOL, DRIFTED, LINE_COLOUR, QUIET
from reconciler.render.view import ChangeView, FieldView, PlanView, UnmanagedView
from reconciler.render.words import ago, counted, moment

#: Paths are aligned up to this width; unmanaged resources are listed up to this number.
ALIGN_LIMIT: Final = 44
LIST_LIMIT: Final = 10

_UNSET: Final = ("(not set)", QUIET)


def part_lines(seen: PlanView) -> list[Pieces]:
    """Return what was left out of the plan; nothing when nothing was."""
    return [[("Only a part was planned: ", "yellow"), (seen.part, "")]] if seen.part else []


def change_lines(change: ChangeView) -> list[Pieces]:
    """Return a change of a plan: what it is, what differs, what is sent."""
    lines = [_heading(change, f"{change.symbol} {change.op.value}", colour=COLOUR[change.op])]
    if change.op is not Op.CREATE and change.modified is not None:
        lines.append([(f"    last modified by {change.modified_by}, {moment(change.modified)}", QUIET)])
    lines += [[(f"    {note}", "italic")] for note in change.notes]
    width = min(ALIGN_LIMIT, max((len(field.path) for field in change.fields), default=0))
    for field in change.fields:
        lines += _field(field, width=width, updates=change.op is Op.UPDATE)
    if change.hidden and change.op is Op.UPDATE:
        lines.append([(f"    {counted(change.hidden, 'unchanged field')} hidden", QUIET)])
    return lines + [[(f"    {request}", QUIET)] for request in change.requests]


def drift_lines(change: ChangeView, *, now: datetime) -> list[Pieces]:
    """Return a difference as the manifest has it and as it is live, and who made it so."""
    lines = [_heading(change, f"{DRIFT_SYMBOL[change.op]} {DRIFTED[change.op]}", colour=DRIFT_COLOUR[change.op])]
    if change.modified is not None:
        who = f"modified by {change.modified_by}, {ago(change.modified, now=now)} ({moment(change.modified)})"
        lines.append([(f"    {who}", "")])
    if change.op is not Op.UPDATE:
        return lines
    width = min(ALIGN_LIMIT, max((len(field.path) for field in change.fields), default=0))
    for field in change.fields:
        lines += _both_sides(field, width=width)
    if change.hidden:
        lines.append([(f"    {counted(change.hidden, 'field')} as declared, hidden", QUIET)])
    return lines


def unmanaged_lines(unmanaged: Sequence[UnmanagedView]) -> list[Pieces]:
    """Return the names of what no manifest has; nothing for none."""
    if not unmanaged:
        return []
    lines: list[Pieces] = [[(f"{len(unmanaged):,} not in manifests", "cyan"), (", left alone:", QUIET)]]
    lines += [[(f"    {each.address}", "")] for each in unmanaged[:LIST_LIMIT]]
    if len(unmanaged) > LIST_LIMIT:
        lines.append([(f"    and {len(unmanaged) - LIST_LIMIT:,} more", QUIET)])
    return [*lines, []]


def as_declared(unchanged: int) -> str:
    """Return the sentence about what does not change."""
    if not unchanged:
        return "There is nothing to compare."
    return f"{counted(unchanged, 'resource')} {'is' if unchanged == 1 else 'are'} as declared."


def _heading(change: ChangeView, word: str, *, colour: str) -> Pieces:
    origin = f"  {change.origin}" if change.origin else ""
    return [(f"{word} ", colour), (change.address, f"bold {colour}"), (origin, QUIET)]


def _field(field: FieldView, *, width: int, updates: bool) -> Iterator[Pieces]:
    if field.block:
        yield [(f"    {field.path}", "")]
        yield from _block(field)
        return
    label = (f"    {field.path:<{width}}  ", "")
    if field.before == field.after:
        yield [label, (f"{field.after}, changed", "yellow")]
        return
    before, after = (field.before or "", "red"), (field.after or "", "green")
    if updates:
        yield [label, before if before[0] else _UNSET, (" -> ", QUIET), after if after[0] else _UNSET]
        return
    yield [label, after if after[0] else before]


def _block(field: FieldView) -> Iterator[Pieces]:
    for line in field.block:
        yield [(f"      {line.mark} {line.text}".rstrip(), LINE_COLOUR[line.mark])]


def _both_sides(field: FieldView, *, width: int) -> Iterator[Pieces]:
    if field.block:
        yield [(f"    {field.path}", ""), ("  (- live, + manifest)", QUIET)]
        yield from _block(field)
        return
    if field.before == field.after:
        yield [(f"    {field.path:<{width}}  ", ""), (f"{field.after}, differs", "yellow")]
        return
    yield [(f"    {field.path:<{width}}  ", ""), ("manifest  ", QUIET), (field.after or "(not set)", "green")]
    yield [(" " * (width + 6), ""), ("live      ", QUIET), (field.before or "(not set)", "red")]
