"""The page: self-contained, closed by its policy, and readable without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.plan.drift import Drift
from reconciler.plan.model import Guard, InventoryRef, Op, Plan, Refusal
from reconciler.render.html import Html, element
from reconciler.render.webpage import drift_page, plan_page
from tests.render.builders import NOW, live, plan_of, wanted
from tests.render.test_github import DRIFTED
from tests.render.test_mermaid import trigger

#: Elements without an end tag.
VOID = {"meta", "link", "input"}


class Reader(HTMLParser):
    """Collects elements and text, and holds every end tag against its start."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    """Parse a page; it is well formed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def full_plan() -> Plan:
    """Return a plan with something for every section."""
    plan = plan_of([wanted(timeout=30), wanted("new")], [live(timeout=45), live("stray")])
    return replace(
        plan,
        changes=(*plan.changes, trigger("on_bag")),
        refusals=(Refusal(Guard.PRUNE, "deleting removes all versions", "--prune"),),
        drift=(DRIFTED,),
        inventory=InventoryRef("id", 1),
    )


def test_every_section_is_there() -> None:
    """Refusals first, then what changed outside, the graph, the changes, and what is in no manifest."""
    headings = re.findall("<h2>([^<]+)", plan_page(full_plan()))

    assert headings == ["Refused", "Changed outside", "What is touched", "Changes", "Not in manifests"]


def test_the_policy_allows_our_style_and_script_and_nothing_else() -> None:
    """Each by the hash of what stands in the page."""
    page = plan_page(full_plan())
    (policy,) = (attrs["content"] for tag, attrs in read(page).elements if attrs.get("http-equiv"))
    assert policy is not None

    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_nothing_is_loaded_and_nothing_is_inline() -> None:
    """No element points anywhere but into the page; no style or handler stands on an element."""
    for tag, attrs in read(plan_page(full_plan())).elements:
        assert tag not in {"img", "iframe", "object", "embed", "base", "form"}
        assert not any(name == "style" or name.startswith("on") or name == "src" for name in attrs)
        assert (attrs.get("href") or "#").startswith(("#", "data:,"))


def test_it_reads_without_a_script() -> None:
    """Only the controls of the filter are hidden, and three changes and what drifted fold by themselves."""
    elements = read(plan_page(full_plan())).elements
    hidden = [attrs.get("class") or attrs.get("id") for _, attrs in elements if "hidden" in attrs]

    assert hidden == ["theme", "filters"]
    assert sum(tag == "details" and attrs.get("data-op") is not None for tag, attrs in elements) == 4


def test_before_and_after_are_side_by_side() -> None:
    """With who made it what it is."""
    text = read(plan_page(plan_of([wanted(timeout=30)], [live(timeout=45)]))).text

    assert "fieldbeforeaftertimeout4530" in text
    assert "Last modified by ana@example.com, 2026-11-20 09:12 UTC" in text


@pytest.mark.parametrize("op", list(Op))
def test_every_operation_has_a_box(op: Op) -> None:
    """With its symbol and its word, and a filter by it."""
    change = replace(plan_of([wanted()]).changes[0], op=op)

    assert f'class="change {op.value}"' in plan_page(replace(plan_of([]), changes=(change,)))


def test_drift_has_both_remedies() -> None:
    """With an inventory, what is pending is only counted."""
    drift = Drift.of(full_plan())
    text = read(drift_page(drift, now=NOW)).text

    assert "To restore: reconciler apply --target action.ingest" in text
    assert "To accept: reconciler export --kind action --name ingest --force" in text
    assert "2pending in git" in text
    assert "No drift" in read(drift_page(replace(drift, deviations=(), inventory=InventoryRef("id", 1)), now=NOW)).text


def test_secrets_are_masked() -> None:
    """The page is for sharing."""
    from reconciler.domain.values import ActionParameter

    plan = plan_of([wanted(parameters=(ActionParameter(name="api_token", default="hunter2"),))])

    assert "hunter2" not in plan_page(plan)


def test_the_same_plan_is_the_same_page() -> None:
    """No time and no order of chance is in it."""
    assert plan_page(full_plan()) == plan_page(full_plan())


def test_a_large_plan_is_bounded() -> None:
    """What is beyond is counted."""
    page = plan_page(plan_of([wanted(f"action_{number}") for number in range(2_500)]))

    assert page.count('<details id="change-') == 2_000
    assert "and 500 more" in page


@settings(max_examples=50)
@given(st.text(), st.text())
def test_text_is_never_markup(text: str, attribute: str) -> None:
    """Whatever is given as text or attribute comes back as it."""
    reader = read(element("p", text, title=attribute).text)

    (only,) = reader.elements
    assert only == ("p", {"title": re.sub("\r\n|\r", "\n", attribute)}) or "\r" in attribute or "\0" in attribute
    assert reader.text == text


def test_what_is_html_already_is_not_escaped_again() -> None:
    """Elements nest."""
    assert element("p", element("b", "<"), Html("&amp;"), hidden=True, open=False).text == (
        "<p hidden><b>&lt;</b>&amp;</p>"
    )
