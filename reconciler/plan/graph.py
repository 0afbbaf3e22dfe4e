"""The order of changes: what a resource rests on comes first, and goes last.

An action comes after its parent and a trigger after its action; a deletion comes after every change to what was
live on top of it. Equals come by address, so the order never depends on how the manifests were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    by_address = {change.address: change for change in changes}
    depends = {address: set[Address]() for address in by_address}
    for address, change in by_address.items():
        if change.op is not Op.DELETE:
            depends[address] |= _nearest(address, wanted, by_address)
        for below in _nearest(address, had, by_address):
            if by_address[below].op is Op.DELETE:
                depends[below].add(address)
    sorter = TopologicalSorter(depends)
    sorter.prepare()
    result: list[Change] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=_position)
        result.extend(_with_dependencies(by_address[address], depends[address]) for address in ready)
        sorter.done(*ready)
    return tuple(result)


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


def _nearest(address: Address, needs: Needs, changed: Mapping[Address, Change]) -> set[Address]:
    """Return the changed resources this one rests on, directly or through unchanged ones."""
    found: set[Address] = set()
    passed: set[Address] = set()
    left = list(needs.get(address, ()))
    while left:
        other = left.pop()
        if other in changed:
            found.add(other)
        elif other not in passed:
            passed.add(other)
            left.extend(needs.get(other, ()))
    return found


def _with_dependencies(change: Change, depends: set[Address]) -> Change:
    return replace(change, depends_on=tuple(sorted(depends))) if depends else change


def _position(address: Address) -> tuple[str, str]:
    return (address.kind, address.name)


def _from_first(path: list[Address]) -> tuple[Address, ...]:
    """Turn graphlib's path, where each is needed by the next, into one where each rests on the next."""
    ring = path[:0:-1]
    start = ring.index(min(ring))
    return (*ring[start:], *ring[:start], ring[start])
