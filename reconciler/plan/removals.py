"""What is in the inventory and no manifest asks for any more: to be deleted, forgotten, or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.inventory.document import Entry, IntentOp, Inventory
from reconciler.manifests.desired import Desired
from reconciler.plan.kinds import action, trigger
from reconciler.plan.left_alone import Held, waiting_deletions
from reconciler.plan.listing import SHOWN, listed
from reconciler.plan.model import Change, Guard, Observed, Op, Refusal
from reconciler.plan.ownership import Ownership, as_recorded
from reconciler.plan.permits import Permits
from reconciler.plan.references import users, users_left


@dataclass(frozen=True, slots=True)
class Removals:
    """The changes that take resources out, what stands against them, and what has to wait.

    ``held`` are those that wait for what somebody made anew.
    """

    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[Diagnostic, ...]
    held: Held


def removals(
    addresses: Iterable[Address],
    *,
    renamed: Mapping[Address, Address],
    chosen: AbstractSet[Address],
    held: Held,
    desired: Desired,
    live: Live,
    ownership: Ownership,
    permits: Permits,
) -> Removals:
    """Decide what becomes of owned resources without a manifest.

    ``renamed`` has the new address of renamed ones, ``chosen`` what of the manifests is planned, and ``held`` what of
    that is left alone.
    """
    changes = [
        _removal(address, ownership.entries.get(address), live.records.get(address), ownership, renamed.get(address))
        for address in sorted(addresses)
    ]
    deleted = {change.address: live.records[change.address] for change in changes if change.op is Op.DELETE}
    too = waiting_deletions(deleted, held=held, renamed=renamed, live=live)
    deleted = {address: record for address, record in deleted.items() if address not in too}
    chosen = chosen - held.keys()
    # Whoever else uses an action that gets another name can only follow once that one is there.
    waiting: dict[Address, list[Address]] = {}
    outside = _used_outside(deleted, chosen, desired, live)
    while staying := {address: users for address, users in outside.items() if address in renamed}:
        waiting |= staying
        deleted = {address: record for address, record in deleted.items() if address not in staying}
        outside = _used_outside(deleted, chosen, desired, live)
    refusals = [
        *_protected(deleted, renamed, ownership),
        *_in_use(deleted, renamed, chosen, desired, live),
        *_in_use_outside(deleted, outside),
        *_touched(deleted, ownership, permits),
        *_unpruned(deleted, permits),
        *_too_many(deleted, renamed, ownership, permits),
        *_nothing_left(deleted, desired, permits),
    ]
    return Removals(
        changes=tuple(change for change in changes if change.address not in waiting.keys() | too.keys()),
        refusals=tuple(refusals),
        warnings=tuple(_waits(old, renamed[old], users, desired) for old, users in waiting.items()),
        held=too,
    )


def may_delete_actions(desired: Desired, inventory: Inventory) -> bool:
    """Return True when a plan may delete actions, and has to know everything that could rest on them."""
    return any(at.kind is Kind.ACTION and at not in desired.resources for at in inventory.entries)


def _removal(
    address: Address, entry: Entry | None, record: LiveRecord | None, ownership: Ownership, new: Address | None
) -> Change:
    known = ownership.inventory.entries[address]
    if entry is None:
        intent = known.intent
        is_deleted = intent is not None and intent.op is IntentOp.DELETE
        deed = "deleted it" if is_deleted else "was about to make it, and did not"
        return _forgetting(known, f"an apply that was cut off {deed}")
    if record is None:
        return _forgetting(known, "deleted outside, and no longer in the manifests")
    if ownership.entry_of(address, record) is None:
        return _forgetting(known, f"not ours any more: {record.created_by} made it anew")
    if new is None and entry.on_remove == "forget":
        return _forgetting(known, "no longer in the manifests; left as it is")
    reason = "no longer in the manifests" if new is None else f"renamed to {new.name}"
    sensitive = frozenset(entry.sensitive)
    if isinstance(record, ActionRecord):
        change = action.delete_change(record, reason=reason, sensitive=sensitive)
    else:
        change = trigger.delete_change(record, reason=reason, sensitive=sensitive)
    return replace(change, renamed_to=new)


def _forgetting(known: Entry, reason: str) -> Change:
    return Change(known.address, Op.FORGET, (), reason=reason, observed=as_recorded(known))


def _protected(
    deleted: Mapping[Address, LiveRecord], renamed: Mapping[Address, Address], ownership: Ownership
) -> Iterator[Refusal]:
    for address in deleted:
        if ownership.entries[address].protect:
            way = (
                "apply it under its old name without lifecycle.protect, and rename it then"
                if address in renamed
                else "bring its manifest back, apply it without lifecycle.protect, and remove it then"
            )
            yield Refusal(Guard.PROTECTED, f"{address} is protected and would be deleted", way, (address,))


def _in_use(
    deleted: Mapping[Address, LiveRecord],
    renamed: Mapping[Address, Address],
    chosen: Collection[Address],
    desired: Desired,
    live: Live,
) -> Iterator[Refusal]:
    """Refuse to delete an action that something else goes on resting on."""
    org_id = live.identity.org_id
    declared = users({at: resource.spec for at, resource in desired.resources.items()}, org_id=org_id)
    others = users_left(live, {*chosen, *deleted})
    for address in deleted:
        if inside := declared.get(address):
            way = (
                f"let them use {renamed[address].name}"
                if address in renamed
                else "remove them as well, or bring the action's manifest back"
            )
            yield Refusal(
                Guard.IN_USE, f"{address} would be deleted and {listed(inside)} still use it", way, (address,)
            )
        left_out = [at for at in others.get(address, ()) if at in desired.resources]
        if left_out:
            yield Refusal(
                Guard.IN_USE,
                f"{address} would be deleted and is used by {listed(left_out)}, which this plan leaves out",
                "plan them too: " + " ".join(f"--target {at}" for at in sorted(left_out)[:SHOWN]),
                (address,),
            )


def _used_outside(
    deleted: Mapping[Address, LiveRecord], chosen: Collection[Address], desired: Desired, live: Live
) -> dict[Address, list[Address]]:
    """Return who uses what is to be deleted and is in no manifest, by what they use."""
    others = users_left(live, {*chosen, *deleted})
    found = {address: [at for at in others.get(address, ()) if at not in desired.resources] for address in deleted}
    return {address: users for address, users in found.items() if users}


def _in_use_outside(
    deleted: Mapping[Address, LiveRecord], outside: Mapping[Address, Iterable[Address]]
) -> Iterator[Refusal]:
    for address in deleted:
        if address in outside:
            yield Refusal(
                Guard.IN_USE,
                f"{address} would be deleted and is used outside the manifests by {listed(outside[address])}",
                "let those who own them change or delete them first",
                (address,),
            )


def _waits(old: Address, new: Address, users: Iterable[Address], desired: Desired) -> Diagnostic:
    return Diagnostic(
        "rename-waits",
        f"{old} stays as long as it is used outside the manifests by {listed(users)}",
        desired.locate(desired.resources[new], "/lifecycle/renamed_from"),
        f"let those who own them use {new.name}; a plan after that deletes it",
        severity=Severity.WARNING,
    )


def _touched(deleted: Mapping[Address, LiveRecord], ownership: Ownership, permits: Permits) -> Iterator[Refusal]:
    if permits.drifted:
        return
    for address, record in deleted.items():
        entry, observed = ownership.entries[address], Observed.of(record)
        if (entry.digest, entry.modified) == (observed.digest, observed.modified):
            continue
        yield Refusal(
            Guard.DRIFTED,
            f"{address} would be deleted, and was changed outside since the last apply: by {record.modified_by}"
            f" at {record.modified.isoformat(timespec='seconds')}",
            "--delete-drifted",
            (address,),
        )


def _unpruned(deleted: Mapping[Address, LiveRecord], permits: Permits) -> Iterator[Refusal]:
    actions = tuple(address for address in deleted if address.kind is Kind.ACTION)
    if actions and not permits.prune:
        yield Refusal(
            Guard.PRUNE,
            f"deleting {listed(actions)} removes all versions and cannot be undone",
            "--prune",
            actions,
        )


def _too_many(
    deleted: Mapping[Address, LiveRecord], renamed: Mapping[Address, Address], ownership: Ownership, permits: Permits
) -> Iterator[Refusal]:
    if permits.many:
        return
    owned = Counter(address.kind for address in ownership.entries)
    for kind in Kind:
        # What is renamed goes on under its new name.
        lost = tuple(address for address in deleted if address.kind is kind and address not in renamed)
        most = permits.most(owned[kind])
        if len(lost) > most:
            yield Refusal(
                Guard.MANY_DELETIONS,
                f"{len(lost)} of {owned[kind]} {kind.value.lower()}s would be deleted; without asking it may be {most}",
                "--allow-many-deletions",
                lost,
            )


def _nothing_left(deleted: Mapping[Address, LiveRecord], desired: Desired, permits: Permits) -> Iterator[Refusal]:
    if deleted and not desired.resources and not permits.empty:
        yield Refusal(
            Guard.EMPTY,
            "the manifests declare no resource at all, and everything in the inventory would be deleted",
            "--dangerous-allow-empty",
            tuple(deleted),
        )
