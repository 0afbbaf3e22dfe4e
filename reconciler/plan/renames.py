"""Renames: those the manifests declare, and those they look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.domain.address import Address
from reconciler.domain.live import Live
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.model import Change, Op
from reconciler.plan.ownership import Ownership


def old_address(resource: Resource) -> Address | None:
    """Return the address a resource had before; None where its manifest names none."""
    old = resource.lifecycle.renamed_from
    return None if old is None else Address(resource.address.kind, old)


def declared_renames(
    resources: Mapping[Address, Resource], *, live: Live, ownership: Ownership
) -> dict[Address, Address]:
    """Return the new address of every owned, live resource that a manifest says it had before.

    Where there is nothing of ours under the old name the rename is over, and ``renamed_from`` says nothing any more.
    """
    found: dict[Address, Address] = {}
    for resource in resources.values():
        old = old_address(resource)
        if old is not None and ownership.entry_of(old, live.records.get(old)) is not None:
            found[old] = resource.address
    return found


def rename_problems(desired: Desired) -> list[Diagnostic]:
    """Return every ``renamed_from`` that cannot be: of a name that is still declared, or claimed by two."""
    claims: dict[Address, Address] = {}
    found: list[Diagnostic] = []
    for resource in desired.resources.values():
        old = old_address(resource)
        if old is None:
            continue
        other = claims.setdefault(old, resource.address)
        if old in desired.resources:
            summary = f"{resource.address} says it was {old}, which the manifests still declare"
        elif other != resource.address:
            summary = f"{resource.address} and {other} both say they were {old}"
        else:
            continue
        span = desired.locate(resource, "/lifecycle/renamed_from")
        found.append(Diagnostic("illegal-rename", summary, span, "remove one of the two"))
    return found


def likely_renames(changes: Iterable[Change], *, ownership: Ownership) -> list[Diagnostic]:
    """Suggest ``renamed_from`` where something is created that is just what something else that goes away was."""
    listed = list(changes)
    gone = [
        (change.address, ownership.hashed(change.before or {}))
        for change in listed
        if change.op is Op.DELETE and change.renamed_to is None
    ]
    found: list[Diagnostic] = []
    for new in listed:
        if new.op is not Op.CREATE or new.after is None:
            continue
        shape = ownership.hashed(new.after)
        alike = [old for old, before in gone if old.kind is new.address.kind and _are_alike(before, shape)]
        if len(alike) == 1:
            (old,) = alike
            found.append(
                Diagnostic(
                    "likely-rename",
                    f"{new.address} looks like what {old} was: it would be made anew and the other one deleted",
                    new.origin,
                    f"if it is a new name, write lifecycle: {{ renamed_from: {old.name} }}",
                    severity=Severity.WARNING,
                )
            )
    return found


def _are_alike(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Return True when at most one field differs, of several."""
    if len(after) < 2 or abs(len(before) - len(after)) > 1:
        return False
    apart = (name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    # Looked at up to the second: of many that come and many that go, every pair is compared.
    return len(list(islice(apart, 2))) < 2
