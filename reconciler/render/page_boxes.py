"""The boxes of a page, one a resource, to fold and unfold: what is done or differs, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from reconciler.plan.model import Op
from reconciler.render.deviations import DeviationView
from reconciler.render.fields import FieldView
from reconciler.render.html import Child, Html, element
from reconciler.render.view import ChangeView
from reconciler.render.words import ACCEPT_GONE, ago, counted, moment

_MARKS: Final = {"+": "plus", "-": "minus", " ": "same"}


def change_box(change: ChangeView, *, anchor: str, is_open: bool) -> Html:
    """Return a change; what is lost for good is unfolded in any case."""
    return element(
        "details",
        _summary(f"{change.symbol} {change.op.value}", change.title, change.origin),
        element("div", *_change_body(change), class_="body"),
        id=anchor,
        class_=f"change {change.op.value}",
        data_op=change.op.value,
        data_kind=change.kind,
        open=is_open or change.op is Op.DELETE,
    )


def deviation_box(found: DeviationView, *, now: datetime | None, is_open: bool) -> Html:
    """Return a deviation with both remedies; ages are counted back from ``now``, without it there are none."""
    return element(
        "details",
        _summary(f"{found.symbol} {found.word}", found.address, found.origin),
        element("div", *_deviation_body(found, now=now), class_="body"),
        class_=f"change {tone(found.word)}",
        data_op=found.word,
        data_kind=found.kind,
        open=is_open,
    )


def tone(word: str) -> str:
    """Return the class that colours a word; words of drift that are several have none of their own."""
    return word if word.isalpha() else "forget"


def _change_body(change: ChangeView) -> Iterator[Html]:
    for danger in change.dangers:
        yield element("p", danger, class_="danger")
    if change.op is not Op.CREATE and change.modified is not None:
        yield element("p", f"Last modified by {change.modified_by}, {moment(change.modified)}", class_="quiet")
    for note in change.notes:
        yield element("p", note)
    yield from _table(change.fields, ("before", "after") if change.compares else ("value",))
    if change.hidden and change.compares:
        yield element("p", f"{counted(change.hidden, 'unchanged field')} hidden", class_="quiet")
    if change.requests:
        yield element("pre", *(element("span", request) for request in change.requests))


def _deviation_body(found: DeviationView, *, now: datetime | None) -> Iterator[Html]:
    if found.modified is not None:
        age = f", {ago(found.modified, now=now)}" if now else ""
        yield element("p", f"{found.deed.capitalize()} by {found.modified_by}{age} ({moment(found.modified)})")
    if found.compares:
        yield from _table(found.fields, found.sides)
    if found.hidden and found.compares:
        yield element("p", f"{counted(found.hidden, 'field')} as declared, hidden", class_="quiet")
    accepted: Child = element("code", found.accept) if found.accept else ACCEPT_GONE
    yield element("p", "To restore: ", element("code", found.restore), class_="quiet")
    yield element("p", "To accept: ", accepted, class_="quiet")


def _summary(word: str, address: str, origin: str) -> Html:
    where = [element("code", origin, class_="where")] if origin else []
    badge = element("span", word, class_="badge")
    return element("summary", badge, element("code", address, class_="address"), *where)


def _table(fields: Sequence[FieldView], heads: Sequence[str]) -> Iterator[Html]:
    if not fields:
        return
    head = element("tr", *(element("th", text, scope="col") for text in ("field", *heads)))
    rows = [_row(field, heads=heads) for field in fields]
    yield element("table", element("thead", head), element("tbody", *rows))


def _row(field: FieldView, *, heads: Sequence[str]) -> Html:
    name = element("td", element("code", field.path))
    if field.block:
        lines = (element("span", f"{line.mark} {line.text}", class_=_MARKS[line.mark]) for line in field.block)
        return element("tr", name, element("td", element("pre", *lines), colspan=len(heads)))
    if len(heads) == 1:
        return element("tr", name, element("td", element("code", field.after or field.before or "")))
    if field.before == field.after:
        changed = element("td", element("code", field.after or ""), ", changed", colspan=len(heads))
        return element("tr", name, changed)
    return element("tr", name, _side(field.before, "old"), _side(field.after, "new"))


def _side(value: str | None, side: str) -> Html:
    shown = element("span", "not set", class_="quiet") if value is None else element("code", value)
    return element("td", shown, class_=side)
