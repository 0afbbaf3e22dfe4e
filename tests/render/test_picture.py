"""The drawing of the graph: no box on another, no edge to the left, and it ends."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.address import Address, Kind
from reconciler.plan.model import Change, Op
from reconciler.render.picture import picture
from reconciler.render.touched import Edge, Node, TouchedGraph, touched
from tests.render.builders import plan_of
from tests.render.test_mermaid import trigger

NAMES = [Address(Kind.ACTION, name) for name in "abcdefgh"]
EDGES = st.lists(
    st.builds(Edge, st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=20
)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of every box."""
    found = re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"', svg)
    sizes = [tuple(map(float, numbers)) for numbers in found]
    return [(x, y, x + width, y + height) for x, y, width, height in sizes]


@settings(max_examples=200)
@given(EDGES)
def test_no_box_is_on_another(edges: list[Edge]) -> None:
    """Nor outside of the picture; circles included, which plans do not have and old states might."""
    nodes = dict.fromkeys(address for edge in edges for address in (edge.above, edge.below))
    svg = picture(TouchedGraph(tuple(Node(address, None) for address in nodes), tuple(edges)), links={}).text
    found = boxes(svg)
    width, height = (float(size) for size in re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])

    assert len(found) == len(nodes)
    assert all(left >= 0 and right <= width and top >= 0 and bottom <= height for left, top, right, bottom in found)
    for number, (left, top, right, bottom) in enumerate(found):
        assert all(
            right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top for other in found[:number]
        )


def test_what_rests_on_something_stands_to_its_left() -> None:
    """A trigger, its action, and the parent of that."""
    child = Change(Address(Kind.ACTION, "ingest"), Op.CREATE, (), after={"inherits": {"name": "parent"}})
    graph = touched(replace(plan_of([]), changes=(trigger("on_bag"), child)), limit=10)
    lefts = [left for left, *_ in boxes(picture(graph, links={}).text)]

    assert [node.address.name for node in graph.nodes] == ["on_bag", "ingest", "parent"]
    assert lefts == sorted(set(lefts))


def test_the_same_graph_is_the_same_picture() -> None:
    """Nothing of it is left to chance."""
    graph = touched(replace(plan_of([]), changes=(trigger("on_bag"), trigger("on_tag"))), limit=10)

    assert picture(graph, links={}) == picture(graph, links={})


def test_triggers_of_one_action_stand_together() -> None:
    """However their names are ordered."""
    changes = tuple(trigger(f"t{number}", action=f"a{number % 3}") for number in range(12))
    graph = touched(replace(plan_of([]), changes=changes), limit=100)
    tops = dict(zip((node.address.name for node in graph.nodes), (box[1] for box in boxes(_svg(graph))), strict=True))
    rows = sorted((tops[f"t{number}"], number % 3) for number in range(12))

    assert [action for _, action in rows] == sorted(
        (action for _, action in rows), key=lambda action: tops[f"a{action}"]
    )


def _svg(graph: TouchedGraph) -> str:
    return picture(graph, links={}).text
