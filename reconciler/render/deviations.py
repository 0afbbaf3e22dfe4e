"""Drift walked once: what is live other than it should be, who made it so, and both ways out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconciler.diagnostics import Span
from reconciler.domain.address import Address
from reconciler.plan.drift import Drift
from reconciler.plan.model import Change, Deviation, DriftState, Op
from reconciler.render.fields import FieldView, field_names, field_rows
from reconciler.render.palette import DRIFT_SYMBOL, DRIFTED
from reconciler.render.unmanaged import UnmanagedView, unmanaged_views
from reconciler.render.visible import visible
from reconciler.render.words import drift_counts, place

#: What the sides of a difference are: before and after.
_APPLIED_AND_LIVE: Final = ("applied", "live")
_LIVE_AND_MANIFEST: Final = ("live", "manifest")

#: What somebody usually did to what is live.
MODIFIED: Final = "modified"

#: What there is nothing live of, so that only git can follow.
_GONE: Final = frozenset({DriftState.MISSING, Op.CREATE})


@dataclass(frozen=True, slots=True)
class DeviationView:
    """One resource that is live other than it should be.

    ``sides`` say what ``before`` and ``after`` of the fields are; ``word`` is its state, ``hidden`` counts the fields
    that are as they should be, ``compares`` says that there are two sides. ``restore`` and
    ``accept`` are the commands that are its remedies, the latter empty where only removing the manifest is one.
    ``deed`` is what ``modified_by`` did.
    """

    state: DriftState | Op
    symbol: str
    word: str
    kind: str
    address: str
    names: tuple[str, ...]
    fields: tuple[FieldView, ...]
    sides: tuple[str, str]
    hidden: int
    compares: bool
    origin: str
    span: Span | None
    restore: str
    accept: str
    deed: str = MODIFIED
    modified_by: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class DriftView:
    """A drift report in text. ``pending`` counts what only git changed, ``known`` what a baseline leaves out.

    ``told`` is the sentence that sums it up.
    """

    place: str
    found: tuple[DeviationView, ...]
    told: str
    pending: int
    known: int
    unchanged: int
    unmanaged: tuple[UnmanagedView, ...]


def drift_view(drift: Drift) -> DriftView:
    """Return the text of a drift report: three ways with an inventory, without one manifests against live."""
    found = tuple(map(_difference, drift.differences)) if drift.inventory is None else outside(drift.deviations)
    counts = Counter(each.state for each in found)
    return DriftView(
        place=visible(place(drift.identity)),
        found=found,
        told=f"Drift: {drift_counts(counts)}." if found else "No drift.",
        pending=len(drift.pending),
        known=len(drift.known),
        unchanged=drift.unchanged,
        unmanaged=unmanaged_views(drift.unmanaged),
    )


def drift_sides(drift: Drift) -> tuple[str, str]:
    """Return what ``before`` and ``after`` of a report's fields are."""
    return _LIVE_AND_MANIFEST if drift.inventory is None else _APPLIED_AND_LIVE


def outside(deviations: Iterable[Deviation]) -> tuple[DeviationView, ...]:
    """Return what somebody changed on the platform; what is only pending in git is no drift."""
    return tuple(_deviation(each) for each in deviations if each.state is not DriftState.PENDING)


def _deviation(deviation: Deviation) -> DeviationView:
    return DeviationView(
        state=deviation.state,
        symbol=DRIFT_SYMBOL[deviation.state],
        word=DRIFTED[deviation.state],
        kind=deviation.address.kind.value.lower(),
        address=visible(str(deviation.address)),
        names=tuple(map(visible, field_names(deviation.fields))),
        fields=field_rows(deviation.fields),
        sides=_APPLIED_AND_LIVE,
        hidden=0,
        compares=deviation.state is not DriftState.MISSING,
        origin="" if deviation.origin is None else visible(str(deviation.origin)),
        span=deviation.origin,
        restore=visible(remedies(deviation)["restore"]),
        accept=visible(remedies(deviation)["accept"]),
        deed="made anew" if deviation.is_replaced else MODIFIED,
        modified_by=visible(deviation.modified_by),
        modified=deviation.modified,
    )


def _difference(change: Change) -> DeviationView:
    names = field_names(change.fields)
    return DeviationView(
        state=change.op,
        symbol=DRIFT_SYMBOL[change.op],
        word=DRIFTED[change.op],
        kind=change.address.kind.value.lower(),
        address=visible(str(change.address)),
        names=tuple(map(visible, names)),
        fields=field_rows(change.fields),
        sides=_LIVE_AND_MANIFEST,
        hidden=len(((change.before or {}).keys() | (change.after or {}).keys()) - set(names)),
        compares=change.before is not None and change.after is not None,
        origin="" if change.origin is None else visible(str(change.origin)),
        span=change.origin,
        restore=visible(remedies(change)["restore"]),
        accept=visible(remedies(change)["accept"]),
        modified_by="" if change.observed is None else visible(change.observed.modified_by),
        modified=None if change.observed is None else change.observed.modified,
    )


def remedies(deviation: Deviation | Change) -> dict[str, str]:
    """Return the commands that end a deviation: ``restore`` what the manifests say, or ``accept`` what is live."""
    address = deviation.address
    if isinstance(deviation, Change):
        return {"restore": _restore(address), "accept": _accept(address, deviation.op)}
    if deviation.is_replaced:
        # What somebody else made has to become ours before either.
        adopt = f"reconciler adopt {address}"
        return {"restore": f"{adopt} && {_restore(address)}", "accept": adopt}
    return {"restore": _restore(address), "accept": _accept(address, deviation.state)}


def _restore(address: Address) -> str:
    """Return the command that makes a resource what its manifest says."""
    return f"reconciler apply --target {address}"


def _accept(address: Address, state: DriftState | Op) -> str:
    """Return the command that makes git follow what is live; empty for what is gone, whose manifest has to go."""
    return (
        "" if state in _GONE else f"reconciler export --kind {address.kind.value.lower()} --name {address.name} --force"
    )
