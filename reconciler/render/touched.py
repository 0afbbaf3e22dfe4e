"""The graph of what a plan touches: actions and triggers that change, and the actions they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from reconciler.domain.address import Address, Kind
from reconciler.plan.model import Change, Op, Plan


@dataclass(frozen=True, slots=True)
class Node:
    """A resource; ``op`` is None where it does not change."""

    address: Address
    op: Op | None


@dataclass(frozen=True, slots=True)
class Edge:
    """``above`` rests on ``below``; of a rename, ``above`` was the name before."""

    above: Address
    below: Address
    is_rename: bool = False


@dataclass(frozen=True, slots=True)
class TouchedGraph:
    """Resources that are linked, and their links. ``left_out`` counts the linked ones beyond the limit."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0


def touched(plan: Plan, *, limit: int) -> TouchedGraph:
    """Return the graph of at most ``limit`` resources, those that are deleted first; what has no link is not in it."""
    ops = {change.address: change.op for change in plan.changes}
    links = [edge for change in sorted(plan.changes, key=_harmless) for edge in _links(change, plan.identity.org_id)]
    edges = list(dict.fromkeys(links))
    linked: dict[Address, None] = {}
    for edge in edges:
        linked[edge.above] = linked[edge.below] = None
    shown = dict.fromkeys(list(linked)[:limit])
    return TouchedGraph(
        nodes=tuple(Node(address, ops.get(address)) for address in shown),
        edges=tuple(edge for edge in edges if edge.above in shown and edge.below in shown),
        left_out=len(linked) - len(shown),
    )


def _harmless(change: Change) -> bool:
    return change.op is not Op.DELETE


def _links(change: Change, org_id: str) -> Iterator[Edge]:
    below = _below(change.after or change.before or {}, change.address.kind, org_id)
    if below is not None:
        yield Edge(change.address, below)
    if change.previous is not None:
        yield Edge(change.previous, change.address, is_rename=True)
    if change.renamed_to is not None:
        yield Edge(change.address, change.renamed_to, is_rename=True)


def _below(shape: Mapping[str, Any], kind: Kind, org_id: str) -> Address | None:
    """Return the action a shape rests on; None for one of another organization, which has no address here."""
    match kind:
        case Kind.TRIGGER:
            name, owner = shape.get("action_name"), shape.get("action_owner_id")
        case Kind.ACTION:
            parent = shape.get("inherits") or {}
            name, owner = parent.get("name"), parent.get("owner")
        case _:
            assert_never(kind)
    return Address(Kind.ACTION, name) if name and owner in {None, org_id} else None
