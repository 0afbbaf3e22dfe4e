"""A plan walked once, into rows of text that every renderer sets in its own way.

Nothing below is escaped for a format, and nothing in it can steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconciler.diagnostics import Diagnostic
from reconciler.domain.address import Kind
from reconciler.domain.values import Accessibility
from reconciler.plan.model import Change, Op, Plan, Refusal, SetAccessibility, UpdateAction
from reconciler.render.deviations import DeviationView, outside
from reconciler.render.fields import FieldView, field_names, field_rows
from reconciler.render.palette import SYMBOL
from reconciler.render.requests import request_lines
from reconciler.render.unmanaged import UnmanagedView, unmanaged_views
from reconciler.render.visible import visible
from reconciler.render.words import part, place

#: Changes that say themselves why they are made.
_PLAIN: Final = frozenset({Op.CREATE, Op.UPDATE})


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change in text. ``hidden`` counts the fields of its spec that stay as they are.

    ``title`` is its address, of a rename the old one, too; ``names`` are the members of its spec that change,
    ``compares`` says that both sides have them; ``origin`` is ``file:line:column`` or empty; ``dangers`` are what
    cannot be taken back.
    """

    op: Op
    symbol: str
    kind: str
    address: str
    title: str
    names: tuple[str, ...]
    fields: tuple[FieldView, ...]
    hidden: int
    compares: bool
    requests: tuple[str, ...]
    dangers: tuple[str, ...]
    notes: tuple[str, ...]
    origin: str
    modified_by: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefusalView:
    """What a guard forbids, and the one way past it."""

    rule: str
    summary: str
    way: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in text, changes in the order they are shown in: what is lost first.

    ``outside`` is what was changed on the platform since the last apply; ``has_inventory`` says that things can be
    deleted at all; ``left_alone`` is what is not touched, since it rests on what somebody made anew.
    """

    place: str
    part: str
    refusals: tuple[RefusalView, ...]
    outside: tuple[DeviationView, ...]
    changes: tuple[ChangeView, ...]
    counts: Mapping[Op, int]
    unchanged: int
    unmanaged: tuple[UnmanagedView, ...]
    warnings: tuple[Diagnostic, ...]
    has_inventory: bool
    left_alone: tuple[str, ...] = ()


def view(plan: Plan, *, reveal: bool = False) -> PlanView:
    """Return the text of a plan; secrets stay masked unless ``reveal``."""
    # Sorting is stable: within each group the order stays the plan's own.
    shown = sorted(plan.changes, key=lambda change: change.op is not Op.DELETE)
    return PlanView(
        place=visible(place(plan.identity)),
        part=visible(part(plan.scope)),
        refusals=tuple(map(_refusal, plan.refusals)),
        outside=outside(plan.drift),
        changes=tuple(_change(change, reveal=reveal) for change in shown),
        counts=plan.counts(),
        unchanged=plan.unchanged,
        unmanaged=unmanaged_views(plan.unmanaged),
        warnings=plan.warnings,
        has_inventory=plan.inventory is not None,
        left_alone=tuple(visible(str(address)) for address in plan.left_alone),
    )


def _refusal(refusal: Refusal) -> RefusalView:
    return RefusalView(visible(refusal.rule), visible(refusal.summary), visible(refusal.way))


def _change(change: Change, *, reveal: bool) -> ChangeView:
    names = field_names(change.fields)
    address = visible(str(change.address))
    return ChangeView(
        op=change.op,
        symbol=SYMBOL[change.op],
        kind=change.address.kind.value.lower(),
        address=address,
        title=address if change.previous is None else f"{visible(str(change.previous))} -> {address}",
        names=tuple(map(visible, names)),
        fields=field_rows(change.fields, reveal=reveal),
        hidden=len(((change.before or {}).keys() | (change.after or {}).keys()) - set(names)),
        compares=change.before is not None and change.after is not None,
        requests=tuple(map(visible, request_lines(change))),
        dangers=tuple(_dangers(change)),
        notes=tuple(map(visible, _notes(change))),
        origin="" if change.origin is None else visible(str(change.origin)),
        modified_by="" if change.observed is None else visible(change.observed.modified_by),
        # What is only forgotten says nothing of who modified it.
        modified=None if change.observed is None or change.op is Op.FORGET else change.observed.modified,
    )


def _dangers(change: Change) -> Iterator[str]:
    if change.op is Op.DELETE and change.address.kind is Kind.ACTION:
        yield "removes all versions and cannot be undone"


def _notes(change: Change) -> Iterator[str]:
    if change.op not in _PLAIN and change.reason:
        yield change.reason
    if change.op is Op.ADOPT and not change.requests:
        yield "as declared already: nothing is sent"
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
