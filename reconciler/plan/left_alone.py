"""What a plan leaves alone: what somebody made anew in the place of what was ours, and what cannot be done without it.

A resource that was deleted outside and made again has its name and another id: nothing proves that it is ours, so it is
not touched. That is somebody else's deed, and no reason to refuse everything else.

=========================  =====================================================================
what waits                 until
=========================  =====================================================================
a change that sends        everything it rests on, directly or not, is ours or nobody's
a deletion                 nothing that is left alone rests on it, or takes its place by a rename
=========================  =====================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.domain.address import Address
from reconciler.domain.live import Live
from reconciler.manifests.desired import Desired
from reconciler.plan.graph import Needs
from reconciler.plan.listing import listed
from reconciler.plan.model import Change, Op
from reconciler.plan.references import live_needs, needs

#: What is left alone, each with the resource made anew that is the reason; its own where it is one itself.
Held = Mapping[Address, Address]


def waiting_changes(changes: Iterable[Change], *, anew: Collection[Address], desired: Desired, live: Live) -> Held:
    """Return what was made anew and the changes that rest on it; deletions are for :func:`waiting_deletions`."""
    if not anew:
        return {}
    wanted = needs(desired, live)
    held = {address: address for address in anew}
    for change in changes:
        reason = _below(change.address, wanted, anew) if change.requests and change.op is not Op.DELETE else None
        if reason is not None:
            held.setdefault(change.address, reason)
    return held


def waiting_deletions(
    deleted: Iterable[Address], *, held: Held, renamed: Mapping[Address, Address], live: Live
) -> dict[Address, Address]:
    """Return the deletions that have to wait, each with the resource made anew that is the reason."""
    if not held:
        return {}
    had, left = live_needs(live), set(deleted)
    found: dict[Address, Address] = {}
    while True:
        staying = {**held, **found}
        used = {below: reason for at, reason in staying.items() for below in had.get(at, ())}
        waiting = {at: reason for at in left if (reason := used.get(at) or staying.get(renamed.get(at, at)))}
        if not waiting:
            return found
        found |= waiting
        left -= waiting.keys()


def made_anew_warnings(held: Held, *, desired: Desired, live: Live) -> list[Diagnostic]:
    """Say of each resource that was made anew who made it, what waits for it, and how it becomes ours."""
    waiting: defaultdict[Address, list[Address]] = defaultdict(list)
    for address, reason in held.items():
        if address != reason:
            waiting[reason].append(address)
    return [
        _made_anew(address, waiting[address], desired=desired, live=live)
        for address, reason in sorted(held.items())
        if address == reason
    ]


def way_to_adopt(address: Address) -> str:
    """Return how a resource that is somebody else's becomes ours."""
    return f"reconciler adopt {address}, or lifecycle: {{ adopt: true }} in its manifest"


def _made_anew(address: Address, waiting: Collection[Address], *, desired: Desired, live: Live) -> Diagnostic:
    record = live.records[address]
    made = f"{record.created_by} made another one at {record.created.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    without = f", and so is what cannot be done without it: {listed(waiting)}" if waiting else ""
    return Diagnostic(
        "made-anew",
        f"{address} was deleted outside and {made}, which is not ours: it is left alone{without}",
        desired.locate(desired.resources[address], ""),
        way_to_adopt(address),
        severity=Severity.WARNING,
    )


def _below(address: Address, wanted: Needs, anew: Collection[Address]) -> Address | None:
    """Return what was made anew of all that a resource will rest on; None when nothing was."""
    passed: set[Address] = set()
    left = list(wanted.get(address, ()))
    while left:
        other = left.pop()
        if other in anew:
            return other
        if other not in passed:
            passed.add(other)
            left.extend(wanted.get(other, ()))
    return None
