"""Changes and differences as styled lines: one row a field, aligned, wide enough for any terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from reconciler.plan.model import Op
from reconciler.render.deviations import DeviationView
from reconciler.render.fields import FieldView
from reconciler.render.lines import Pieces
from reconciler.render.palette import COLOUR, DRIFT_COLOUR, LINE_COLOUR, QUIET
from reconciler.render.unmanaged import UnmanagedView
from reconciler.render.view import ChangeView, PlanView, RefusalView
from reconciler.render.words import ACCEPT_GONE, ago, counted, moment

#: Paths up to this width are aligned, longer ones stick out; unmanaged resources are listed up to this number.
ALIGN_LIMIT: Final = 56
LIST_LIMIT: Final = 10

_UNSET: Final = ("(not set)", QUIET)


def part_lines(seen: PlanView) -> list[Pieces]:
    """Return what was left out of the plan; nothing when nothing was."""
    return [[("Only a part was planned: ", "yellow"), (seen.part, "")]] if seen.part else []


def refusal_lines(refusals: Sequence[RefusalView]) -> list[Pieces]:
    """Return what guards forbid, each with the one way past it; nothing for none."""
    if not refusals:
        return []
    lines: list[Pieces] = [[("Refused:", "bold red")]]
    for refusal in refusals:
        lines.append([(f"  {refusal.rule}: ", "red"), (refusal.summary, "")])
        lines.append([("    the way past it: ", "cyan"), (refusal.way, "")])
    return [*lines, []]


def change_lines(change: ChangeView) -> list[Pieces]:
    """Return a change of a plan: what it is, what cannot be taken back, what differs, what is sent."""
    colour = COLOUR[change.op]
    lines = [_heading(f"{change.symbol} {change.op.value}", change.title, origin=change.origin, colour=colour)]
    lines += [[(f"    {danger}", "bold red")] for danger in change.dangers]
    if change.op is not Op.CREATE and change.modified is not None:
        lines.append([(f"    last modified by {change.modified_by}, {moment(change.modified)}", QUIET)])
    lines += [[(f"    {note}", "italic")] for note in change.notes]
    width = _width(change.fields)
    for field in change.fields:
        lines += _field(field, width=width, compares=change.compares)
    if change.hidden and change.compares:
        lines.append([(f"    {counted(change.hidden, 'unchanged field')} hidden", QUIET)])
    return lines + [[(f"    {request}", QUIET)] for request in change.requests]


def deviation_lines(deviation: DeviationView, *, now: datetime | None = None) -> list[Pieces]:
    """Return a deviation: who made it so, both sides of what differs, and how git would follow.

    Ages are counted back from ``now``; without it there are none, so that a plan reads the same tomorrow.
    """
    colour = DRIFT_COLOUR[deviation.state]
    word = f"{deviation.symbol} {deviation.word}"
    lines = [_heading(word, deviation.address, origin=deviation.origin, colour=colour)]
    if deviation.modified is not None:
        when = moment(deviation.modified)
        age = f"{ago(deviation.modified, now=now)} ({when})" if now else when
        lines.append([(f"    {deviation.deed} by {deviation.modified_by}, {age}", "")])
    if deviation.compares:
        width = _width(deviation.fields)
        for field in deviation.fields:
            lines += _both_sides(field, sides=deviation.sides, width=width)
        if deviation.hidden:
            lines.append([(f"    {counted(deviation.hidden, 'field')} as declared, hidden", QUIET)])
    return [*lines, [("    to accept: ", QUIET), (deviation.accept or ACCEPT_GONE, "")]]


def unmanaged_lines(unmanaged: Sequence[UnmanagedView], *, why: str = "left alone") -> list[Pieces]:
    """Return the names of what no manifest has, and why nothing is done about it; nothing for none."""
    if not unmanaged:
        return []
    lines: list[Pieces] = [[(f"{len(unmanaged):,} not in manifests", "cyan"), (f", {why}:", QUIET)]]
    lines += [[(f"    {each.address}", "")] for each in unmanaged[:LIST_LIMIT]]
    if len(unmanaged) > LIST_LIMIT:
        lines.append([(f"    and {len(unmanaged) - LIST_LIMIT:,} more", QUIET)])
    return [*lines, []]


def as_declared(unchanged: int) -> str:
    """Return the sentence about what does not change."""
    if not unchanged:
        return "There is nothing to compare."
    return f"{counted(unchanged, 'resource')} {'is' if unchanged == 1 else 'are'} as declared."


def _heading(word: str, title: str, *, origin: str, colour: str) -> Pieces:
    return [(f"{word} ", colour), (title, f"bold {colour}"), (f"  {origin}" if origin else "", QUIET)]


def _width(fields: Sequence[FieldView]) -> int:
    """Return the width of the paths that are aligned: one that sticks out does not move the others."""
    widths = (len(field.path) for field in fields if not field.block)
    return max((width for width in widths if width <= ALIGN_LIMIT), default=0)


def _field(field: FieldView, *, width: int, compares: bool) -> Iterator[Pieces]:
    if field.block:
        yield [(f"    {field.path}", "")]
        yield from _block(field)
        return
    label = (f"    {field.path:<{width}}  ", "")
    if field.before == field.after:
        yield [label, (f"{field.after}, changed", "yellow")]
        return
    before, after = (field.before or "", "red"), (field.after or "", "green")
    if compares:
        yield [label, before if before[0] else _UNSET, (" -> ", QUIET), after if after[0] else _UNSET]
        return
    yield [label, after if after[0] else before]


def _block(field: FieldView) -> Iterator[Pieces]:
    for line in field.block:
        # A mark for every line: GitHub takes one that begins with "::", after any spaces, for a command.
        yield [(f"      {line.mark.strip() or '|'} {line.text}".rstrip(), LINE_COLOUR[line.mark])]


def _both_sides(field: FieldView, *, sides: tuple[str, str], width: int) -> Iterator[Pieces]:
    before, after = sides
    if field.block:
        yield [(f"    {field.path}", ""), (f"  (- {before}, + {after})", QUIET)]
        yield from _block(field)
        return
    if field.before == field.after:
        yield [(f"    {field.path:<{width}}  ", ""), (f"{field.after}, differs", "yellow")]
        return
    # What it should be comes first, what is live below it.
    rows = [(after, field.after), (before, field.before)]
    (should, wanted), (live, found) = rows if before == "live" else rows[::-1]
    label = max(len(should), len(live)) + 2
    path = f"    {field.path:<{width}}  "
    yield [(path, ""), (f"{should:<{label}}", QUIET), (wanted or "(not set)", "green")]
    yield [(" " * len(path), ""), (f"{live:<{label}}", QUIET), (found or "(not set)", "red")]
