"""The graph of what a plan touches, in Mermaid, which forges draw: coloured by change, bounded, and inert."""

from __future__ import annotations

import re
from typing import Final

from reconciler.plan.model import Op, Plan
from reconciler.render.palette import SYMBOL
from reconciler.render.touched import Node, TouchedGraph, touched
from reconciler.render.visible import shortened, visible

#: Resources drawn: beyond this nobody can read the picture, and GitHub stops drawing at 50,000 characters.
MOST_NODES: Final = 60

#: Characters of a name that are drawn.
_LABEL_LIMIT: Final = 60

#: Fill, border and text of each change, readable on light and dark pages; their order is the legend's.
_CLASSES: Final = {
    Op.ADOPT: "fill:#ddf4ff,stroke:#0969da,color:#0a3069",
    Op.CREATE: "fill:#dafbe1,stroke:#1a7f37,color:#044f1e",
    Op.RENAME: "fill:#eeeaff,stroke:#8250df,color:#3e1f79",
    Op.UPDATE: "fill:#fff8c5,stroke:#9a6700,color:#4d2d00",
    Op.DELETE: "fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-width:2px",
    Op.FORGET: "fill:#f6f8fa,stroke:#59636e,color:#25292e,stroke-dasharray:4 3",
}
_UNCHANGED: Final = "fill:#ffffff,stroke:#d1d9e0,color:#59636e"

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_. +~<=>-]")


def mermaid_graph(plan: Plan, *, limit: int = MOST_NODES) -> str:
    """Return the source of the graph; empty where nothing that changes is linked to anything."""
    graph = touched(plan, limit=limit)
    if not graph.edges:
        return ""
    ids = {node.address: f"n{number}" for number, node in enumerate(graph.nodes)}
    nodes = [f'  {ids[node.address]}["{_label(node)}"]:::{_style(node)}' for node in graph.nodes]
    edges = [
        f"  {ids[edge.above]} {'-. renamed .->' if edge.is_rename else '-->'} {ids[edge.below]}" for edge in graph.edges
    ]
    return "\n".join(["flowchart LR", *nodes, *_more(graph), *edges, *_classes(graph)])


def _label(node: Node) -> str:
    symbol = "" if node.op is None else f"{SYMBOL[node.op]} {node.op.value} "
    return _inert(f"{symbol}{shortened(visible(str(node.address)), limit=_LABEL_LIMIT)}")


def _inert(text: str) -> str:
    """Return the text with everything that means something to Mermaid or HTML as its entity codes."""
    return re.sub(r"[<>]", _entity, _NOT_PLAIN.sub(_entity, text))


def _entity(match: re.Match[str]) -> str:
    return f"#{ord(match.group())};"


def _style(node: Node) -> str:
    return "unchanged" if node.op is None else node.op.value


def _more(graph: TouchedGraph) -> list[str]:
    return [f'  more["and {graph.left_out:,} more"]:::unchanged'] if graph.left_out else []


def _classes(graph: TouchedGraph) -> list[str]:
    used = {node.op for node in graph.nodes}
    styles = [f"  classDef {op.value} {style}" for op, style in _CLASSES.items() if op in used]
    is_needed = None in used or graph.left_out
    return [*styles, *([f"  classDef unchanged {_UNCHANGED}"] if is_needed else [])]
