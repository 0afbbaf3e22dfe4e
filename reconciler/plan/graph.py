"""The order of changes: what a resource rests on comes first, and goes last.

An action comes after its parent and a trigger after its action; a deletion comes after every change to what was
live on top of it. Equals come by address, so the order never depends on how the manifests were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from reconciler.domain.address import Address
from reconciler.plan.model import Change, Op

#: What each resource rests on.
Needs = Mapping[Address, Iterable[Address]]


def ordered(changes: Iterable[Change], *, wanted: Needs, had: Needs) -> tuple[Change, ...]:
    """Return the changes in the order to apply them in, each with the changed addresses it depends on.

    ``wanted`` is what resources rest on according to the manifests, ``had`` according to live state. ``wanted`` must
    have no cycles: :func:`cycles` finds them.
    """
    by_rank = sorted(changes, key=lambda change: (change.address.kind, change.address.name))
    depends = _dependencies(by_rank, wanted, had)
    # Ranks stand for changes: they are their own order among equals, and quicker to hash than addresses.
    sorter = TopologicalSorter(dict(enumerate(depends)))
    sorter.prepare()
    result: list[Change] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        for rank in ready:
            below = tuple(by_rank[other].address for other in sorted(depends[rank]))
            result.append(replace(by_rank[rank], depends_on=below) if below else by_rank[rank])
        sorter.done(*ready)
    return tuple(result)


def _dependencies(by_rank: Sequence[Change], wanted: Needs, had: Needs) -> list[set[int]]:
    """Return the ranks that each change depends on."""
    ranks = {change.address: rank for rank, change in enumerate(by_rank)}
    depends: list[set[int]] = [set() for _ in by_rank]
    for rank, change in enumerate(by_rank):
        if change.op is not Op.DELETE:
            # What rests on something that is deleted is refused, and is shown all the same: deletions come last.
            below_it = _nearest(change.address, wanted, ranks)
            depends[rank] |= {below for below in below_it if by_rank[below].op is not Op.DELETE}
        if change.renamed_to in ranks:
            # The old one of a rename goes when the new one is there.
            depends[rank].add(ranks[change.renamed_to])
        for below in _nearest(change.address, had, ranks):
            if by_rank[below].op is Op.DELETE:
                depends[below].add(rank)
    return depends


def _nearest(address: Address, needs: Needs, ranks: Mapping[Address, int]) -> set[int]:
    """Return the ranks of the changes this resource rests on, directly or through unchanged ones."""
    found: set[int] = set()
    passed: set[Address] = set()
    left = list(needs.get(address, ()))
    while left:
        other = left.pop()
        if other in ranks:
            found.add(ranks[other])
        elif other not in passed:
            passed.add(other)
            left.extend(needs.get(other, ()))
    return found


def cycles(needs: Needs) -> list[tuple[Address, ...]]:
    """Return every cycle as a path that ends where it began, from its first address in order."""
    left = {address: tuple(others) for address, others in needs.items()}
    found: list[tuple[Address, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            path = _from_first(error.args[1])
            found.append(path)
            # Without one of its members the cycle is gone, and the next one shows.
            del left[path[0]]
        else:
            return sorted(found)


def _from_first(path: list[Address]) -> tuple[Address, ...]:
    """Turn graphlib's path, where each is needed by the next, into one where each rests on the next."""
    ring = path[:0:-1]
    start = ring.index(min(ring))
    return (*ring[start:], *ring[:start], ring[start])
