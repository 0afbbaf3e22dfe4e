"""The graph of what a plan touches as an inline SVG: layers from left to right, what rests on something to its left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from reconciler.domain.address import Address
from reconciler.render.html import Html, element, joined
from reconciler.render.palette import SYMBOL
from reconciler.render.touched import Edge, Node, TouchedGraph
from reconciler.render.visible import shortened, visible

#: Pixels: a box, the space between boxes, between layers and around all, and a character of the monospaced name.
_HEIGHT: Final = 44
_ROW_GAP: Final = 14
_LAYER_GAP: Final = 84
_MARGIN: Final = 8
_CHARACTER: Final = 7.3
_LEAST_WIDTH: Final = 120.0
_STEP: Final = _HEIGHT + _ROW_GAP

#: Characters of a name that are drawn; the whole one shows under the pointer.
_LABEL_LIMIT: Final = 34

#: How often the rows of the layers are put in order by those beside them.
_SWEEPS: Final = 5


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float


def picture(graph: TouchedGraph, *, links: Mapping[Address, str]) -> Html:
    """Return the drawing; ``links`` has the fragment that tells of each change."""
    layers = _rows(graph)
    boxes = _boxes(graph, layers)
    width = max((box.x + box.width for box in boxes.values()), default=0) + _MARGIN
    height = max((box.y + _HEIGHT for box in boxes.values()), default=0) + _MARGIN
    edges = [_edge(edge, boxes) for edge in graph.edges]
    nodes = [_node(node, boxes[node.address], links.get(node.address, "")) for node in graph.nodes]
    size = {"width": f"{width:.0f}", "height": f"{height:.0f}", "viewBox": f"0 0 {width:.0f} {height:.0f}"}
    label = f"{len(graph.nodes)} resources and what they rest on"
    return element("svg", *edges, *nodes, class_="graph", role="img", aria_label=label, **size)


def _rows(graph: TouchedGraph) -> list[list[Address]]:
    """Return the layers from left to right, the rows of each in an order that crosses few edges."""
    heights = _heights(graph)
    most = max(heights.values(), default=0)
    layers: list[list[Address]] = [[] for _ in range(most + 1)]
    for node in graph.nodes:
        layers[most - heights[node.address]].append(node.address)
    for number in range(_SWEEPS):
        # To and fro, each layer by the one that was put in order just before; at the end by what it rests on.
        if number % 2:
            _sort(layers, beside=_neighbours((edge.below, edge.above) for edge in graph.edges))
        else:
            _sort(layers[::-1], beside=_neighbours((edge.above, edge.below) for edge in graph.edges))
    return layers


def _sort(layers: Iterable[list[Address]], *, beside: Mapping[Address, Sequence[Address]]) -> None:
    ranks: dict[Address, float] = {}
    for layer in layers:
        own = {address: rank / len(layer) for rank, address in enumerate(layer)}
        wanted = {
            address: fmean([ranks[other] for other in beside.get(address, ()) if other in ranks] or [own[address]])
            for address in layer
        }
        layer.sort(key=wanted.__getitem__)
        ranks |= {address: rank / len(layer) for rank, address in enumerate(layer)}


def _neighbours(links: Iterable[tuple[Address, Address]]) -> dict[Address, list[Address]]:
    found: defaultdict[Address, list[Address]] = defaultdict(list)
    for one, other in links:
        found[one].append(other)
    return found


def _heights(graph: TouchedGraph) -> dict[Address, int]:
    """Return how many steps it is at most from each resource to what rests on nothing."""
    below = _neighbours((edge.above, edge.below) for edge in graph.edges)
    heights: dict[Address, int] = {}

    def height(address: Address, path: frozenset[Address]) -> int:
        if address in path:
            # A rename may lead back to what rests on its new name.
            return -1
        if address not in heights:
            heights[address] = 1 + max(
                (height(other, path | {address}) for other in below.get(address, ())), default=-1
            )
        return heights[address]

    for node in graph.nodes:
        height(node.address, frozenset())
    return heights


def _boxes(graph: TouchedGraph, layers: Sequence[Sequence[Address]]) -> dict[Address, _Box]:
    tops = _tops(graph, layers)
    boxes: dict[Address, _Box] = {}
    x = float(_MARGIN)
    for layer in layers:
        width = max([_LEAST_WIDTH, *(len(_name(address)) * _CHARACTER + 28 for address in layer)])
        for address in layer:
            boxes[address] = _Box(x, tops[address], width)
        x += width + _LAYER_GAP
    return boxes


def _tops(graph: TouchedGraph, layers: Sequence[Sequence[Address]]) -> dict[Address, float]:
    """Return how far down each box stands: beside those it is linked with, as far as its layer has room."""
    links = [(edge.above, edge.below) for edge in graph.edges]
    beside = _neighbours([*links, *((below, above) for above, below in links)])
    tops = {address: float(row * _STEP) for layer in layers for row, address in enumerate(layer)}
    tallest = max(range(len(layers)), key=lambda number: len(layers[number]))
    # The fullest layer stands still, and the others follow it outwards.
    for number in sorted(range(len(layers)), key=lambda number: abs(number - tallest))[1:]:
        wanted = [fmean([tops[other] for other in beside[address]]) for address in layers[number]]
        tops.update(zip(layers[number], _apart(wanted), strict=True))
    highest = min(tops.values(), default=0)
    return {address: top - highest + _MARGIN for address, top in tops.items()}


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return places in the same order that overlap nowhere, on the whole as near as can be to the wanted ones."""
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + _STEP) if placed else place)
    shift = fmean([place - got for place, got in zip(wanted, placed, strict=True)])
    return [place + shift for place in placed]


def _edge(edge: Edge, boxes: Mapping[Address, _Box]) -> Html:
    start, end = boxes[edge.above], boxes[edge.below]
    if end.x > start.x:
        x1, x2 = start.x + start.width, end.x
    else:
        # Beside or behind each other: out on the right of one, and in again on the right of the other.
        x1, x2 = start.x + start.width, end.x + end.width
    y1, y2 = start.y + _HEIGHT / 2, end.y + _HEIGHT / 2
    bend = _LAYER_GAP * 0.6
    back = bend if end.x <= start.x else -bend
    path = f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 + back:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return joined(
        element("path", d=path, class_="edge renamed" if edge.is_rename else "edge"),
        element("circle", cx=f"{x2:.1f}", cy=f"{y2:.1f}", r=3, class_="tip"),
    )


def _node(node: Node, box: _Box, link: str) -> Html:
    kind = node.address.kind.value.lower()
    word = "unchanged" if node.op is None else f"{SYMBOL[node.op]} {node.op.value}"
    drawn = element(
        "g",
        element("title", f"{word} {visible(str(node.address))}"),
        element("rect", x=f"{box.x:.1f}", y=f"{box.y:.1f}", width=f"{box.width:.1f}", height=_HEIGHT, rx=8),
        element("text", f"{kind} · {word}", x=f"{box.x + 14:.1f}", y=f"{box.y + 17:.1f}", class_="what"),
        element("text", _name(node.address), x=f"{box.x + 14:.1f}", y=f"{box.y + 34:.1f}", class_="name"),
        class_=f"node {'unchanged' if node.op is None else node.op.value}",
    )
    return element("a", drawn, href=link) if link else drawn


def _name(address: Address) -> str:
    return shortened(visible(address.name), limit=_LABEL_LIMIT)
