"""The sections of a page about a plan or about drift; each is nothing where there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reconciler.diagnostics import Diagnostic
from reconciler.plan.model import Plan
from reconciler.render.deviations import DeviationView
from reconciler.render.html import Child, Html, element
from reconciler.render.page_boxes import change_box, deviation_box, tone
from reconciler.render.picture import picture
from reconciler.render.touched import touched
from reconciler.render.unmanaged import UnmanagedView
from reconciler.render.view import ChangeView, RefusalView
from reconciler.render.visible import visible
from reconciler.render.words import counted

#: Changes told in full, resources drawn and names listed; a page beyond that is slow to open, and nobody reads it.
_MOST_CHANGES: Final = 2_000
_MOST_NODES: Final = 150
_MOST_NAMES: Final = 200

#: Changes up to this number are unfolded to begin with; what is lost is, always.
_OPEN_LIMIT: Final = 12

_NOTHING: Final = Html("")


def refusals_section(refusals: Sequence[RefusalView]) -> Html:
    """Return what guards forbid, each with the one way past it."""
    boxes = [
        element(
            "div",
            element("p", element("strong", each.rule), f": {each.summary}"),
            element("p", "The way past it: ", _way(each.way), class_="way"),
            class_="refused box",
        )
        for each in refusals
    ]
    return _section("Refused", "this plan cannot be applied", *boxes) if boxes else _NOTHING


def _way(way: str) -> Child:
    return element("code", way) if way.startswith("--") else way


def deviations_section(
    title: str, found: Sequence[DeviationView], *, said: str, now: datetime | None = None, is_main: bool = False
) -> Html:
    """Return what is live other than it should be; the main section of a page says so when there is nothing."""
    if not found:
        return _section("No drift", said) if is_main else _NOTHING
    boxes = [
        deviation_box(each, now=now, is_open=is_main and len(found) <= _OPEN_LIMIT) for each in found[:_MOST_CHANGES]
    ]
    bar = _filters([each.word for each in found], [each.kind for each in found]) if is_main else _NOTHING
    return _section(title, said, bar, *boxes, *_left_out(found))


def graph_section(plan: Plan, changes: Sequence[ChangeView]) -> Html:
    """Return the drawing of what is touched and linked."""
    graph = touched(plan, limit=_MOST_NODES)
    if not graph.edges:
        return _NOTHING
    anchors = {change.address: f"#{_anchor(rank)}" for rank, change in enumerate(changes[:_MOST_CHANGES])}
    links = {node.address: anchors.get(visible(str(node.address)), "") for node in graph.nodes}
    said = "what rests on something stands to its left"
    more = f"; {graph.left_out:,} more are not drawn" if graph.left_out else ""
    return _section("What is touched", said + more, element("div", picture(graph, links=links), class_="drawing"))


def changes_section(changes: Sequence[ChangeView]) -> Html:
    """Return every change with its fields before and after, and what filters them."""
    if not changes:
        return _NOTHING
    is_short = len(changes) <= _OPEN_LIMIT
    boxes = [
        change_box(each, anchor=_anchor(rank), is_open=is_short) for rank, each in enumerate(changes[:_MOST_CHANGES])
    ]
    bar = _filters([each.op.value for each in changes], [each.kind for each in changes])
    return _section("Changes", "", bar, *boxes, *_left_out(changes))


def warnings_section(warnings: Sequence[Diagnostic]) -> Html:
    """Return what the manifests are warned of."""
    if not warnings:
        return _NOTHING
    listed = element("ul", *map(_warning, warnings[:_MOST_NAMES]), class_="plain")
    return _section("Warnings", "", listed, *_left_out(warnings, most=_MOST_NAMES))


def unmanaged_section(unmanaged: Sequence[UnmanagedView], *, why: str) -> Html:
    """Return the names of what no manifest has, folded."""
    if not unmanaged:
        return _NOTHING
    names = (element("li", element("code", each.address)) for each in unmanaged[:_MOST_NAMES])
    listed = element("ul", *names, class_="plain")
    body = element("div", listed, *_left_out(unmanaged, most=_MOST_NAMES), class_="body")
    folded = element("details", element("summary", counted(len(unmanaged), "resource")), body, class_="box")
    return _section("Not in manifests", why, folded)


def _warning(warning: Diagnostic) -> Html:
    parts: list[Child] = [visible(warning.summary)]
    if warning.span is not None:
        parts = [element("code", visible(str(warning.span))), " ", *parts]
    if warning.hint:
        parts.append(element("span", f" ({visible(warning.hint)})", class_="quiet"))
    return element("li", *parts)


def _section(title: str, said: str, *content: Html) -> Html:
    heading = element("h2", title, *([element("small", said)] if said else []))
    return element("section", heading, *content)


def _left_out(listed: Sequence[object], *, most: int = _MOST_CHANGES) -> list[Html]:
    more = len(listed) - most
    return [element("p", f"and {more:,} more: see --output json", class_="quiet")] if more > 0 else []


def _filters(words: Sequence[str], kinds: Sequence[str]) -> Html:
    """Return the controls that a script brings to life; without one they stay hidden."""
    if len(words) < 2:
        return _NOTHING
    buttons = [
        element("button", word, type="button", class_=tone(word), data_filter=word, aria_pressed="false")
        for word in dict.fromkeys(words)
    ]
    options = [element("option", kind, value=kind) for kind in dict.fromkeys(kinds)]
    return element(
        "div",
        element("input", id="words", type="search", placeholder="Filter by any text", aria_label="Filter by any text"),
        element("select", element("option", "every kind", value=""), *options, id="kind", aria_label="Kind"),
        *buttons,
        element("button", "Unfold all", id="open", type="button"),
        element("button", "Fold all", id="close", type="button"),
        element("span", id="shown", class_="quiet", role="status"),
        class_="filters",
        hidden=True,
    )


def _anchor(rank: int) -> str:
    return f"change-{rank + 1}"
