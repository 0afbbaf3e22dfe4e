"""A plan or a drift walked once, into rows of text that every renderer sets in its own way.

Nothing below is escaped for a format, and nothing in it can steer a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.domain.values import Accessibility
from reconciler.manifests.problems import segments
from reconciler.plan.drift import Drift
from reconciler.plan.model import Absent, Change, Op, Plan, SetAccessibility, UpdateAction
from reconciler.render.palette import SYMBOL
from reconciler.render.requests import request_lines
from reconciler.render.values import Line, pair
from reconciler.render.visible import visible
from reconciler.render.words import part, place


@dataclass(frozen=True, slots=True)
class FieldView:
    """One difference: ``before`` and ``after`` on one line, None where that side has no value, or a ``block``.

    Both sides read the same where what changed is secret.
    """

    path: str
    before: str | None
    after: str | None
    block: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change in text. ``hidden`` counts the fields of its spec that stay as they are.

    ``names`` are the members of its spec that change; ``origin`` is ``file:line:column`` or empty.
    """

    op: Op
    symbol: str
    address: str
    names: tuple[str, ...]
    fields: tuple[FieldView, ...]
    hidden: int
    requests: tuple[str, ...]
    notes: tuple[str, ...]
    origin: str
    modified_by: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnmanagedView:
    """A resource that is live and in no manifest."""

    address: str
    modified_by: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan or a drift in text, changes in the order they are shown in: what is lost first."""

    place: str
    part: str
    changes: tuple[ChangeView, ...]
    counts: Mapping[Op, int]
    unchanged: int
    unmanaged: tuple[UnmanagedView, ...]
    warnings: tuple[Diagnostic, ...]


def view(subject: Plan | Drift, *, reveal: bool = False) -> PlanView:
    """Return the text of a plan or a drift; secrets stay masked unless ``reveal``."""
    changes = subject.changes if isinstance(subject, Plan) else subject.differences
    counted = Counter(change.op for change in changes)
    # Sorting is stable: within each group the order stays the plan's own.
    shown = sorted(changes, key=lambda change: change.op is not Op.DELETE)
    return PlanView(
        place=visible(place(subject.identity)),
        part=visible(part(subject.scope)) if isinstance(subject, Plan) else "",
        changes=tuple(_change(change, reveal=reveal) for change in shown),
        counts={op: counted[op] for op in Op},
        unchanged=subject.unchanged,
        unmanaged=tuple(
            UnmanagedView(visible(str(each.address)), visible(each.modified_by), each.modified)
            for each in subject.unmanaged
        ),
        warnings=subject.warnings if isinstance(subject, Plan) else (),
    )


def _change(change: Change, *, reveal: bool) -> ChangeView:
    fields: list[FieldView] = []
    names: dict[str, None] = {}
    for field in change.fields:
        path = segments(field.pointer)[1:]
        names[path[0]] = None
        _add_rows(fields, visible(".".join(path)), field.before, field.after, reveal=reveal)
    return ChangeView(
        op=change.op,
        symbol=SYMBOL[change.op],
        address=visible(str(change.address)),
        names=tuple(map(visible, names)),
        fields=tuple(fields),
        hidden=len(((change.before or {}).keys() | (change.after or {}).keys()) - names.keys()),
        requests=tuple(map(visible, request_lines(change))),
        notes=tuple(_notes(change)),
        origin="" if change.origin is None else visible(str(change.origin)),
        modified_by="" if change.observed is None else visible(change.observed.modified_by),
        modified=None if change.observed is None else change.observed.modified,
    )


def _notes(change: Change) -> Iterator[str]:
    for request in change.requests:
        match request:
            case UpdateAction():
                yield "makes a new version"
            case SetAccessibility(body=body) if body.accessibility is Accessibility.ActionHub:
                yield "publishes it to the Action Hub: everybody will see it"
            case SetAccessibility():
                yield "takes it back from the Action Hub"
            case _:
                pass


def _add_rows(rows: list[FieldView], path: str, before: Any, after: Any, *, reveal: bool) -> None:
    """Add the rows of a difference: of an object that is only on one side, each of its members is one."""
    whole = after if isinstance(before, Absent) else before if isinstance(after, Absent) else None
    # A condition reads better as a whole.
    if not whole or not isinstance(whole, dict) or "comparator" in whole or "operator" in whole:
        values = pair(before, after, reveal=reveal)
        rows.append(FieldView(path, values.before, values.after, values.block))
        return
    for name, member in whole.items():
        old, new = (before, member) if isinstance(before, Absent) else (member, after)
        _add_rows(rows, f"{path}.{visible(name)}", old, new, reveal=reveal)
