"""The page in a real browser: payloads stay text, the filter filters, nothing is requested, nothing complained of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Address, Kind
from reconciler.domain.platform import PlatformIdentity
from reconciler.plan.drift import Drift
from reconciler.plan.model import FieldChange, Guard, InventoryRef, Op, Plan, Refusal, Scope, Source, Unmanaged
from reconciler.render.webpage import drift_page, plan_page
from tests.render.browser import CHROMIUM, DRIVER, MISSING, Browser, browsing
from tests.render.builders import MODIFIED, NOW, live, plan_of, wanted
from tests.render.test_github import DRIFTED
from tests.render.test_mermaid import trigger

pytestmark = pytest.mark.skipif(not (DRIVER and CHROMIUM), reason=MISSING)

PAYLOADS = (
    "<script>window.owned = 1</script>",
    '"><img src=x onerror="window.owned = 1">',
    "</style></script></title></textarea><svg onload=window.owned=1>",
    "javascript:window.owned=1//</a><iframe srcdoc='<script>parent.owned=1</script>'>",
    "' onmouseover='window.owned=1' style='position:fixed;inset:0'",
    "{{constructor.constructor('window.owned=1')()}}<!--",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open a page, and see afterwards that it asked for nothing and complained of nothing."""

    def show(page: str) -> Browser:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        browser.complaints(), browser.requested()
        browser.open(file)
        return browser

    yield show
    assert browser.complaints() == []
    assert {url for url in browser.requested() if url != "data:,"} <= {(tmp_path / "page.html").as_uri()}


def hostile(payload: str) -> tuple[Plan, Drift]:
    """Return a plan and a drift report with a payload in every text there is."""
    address = Address(Kind.ACTION, payload)
    span = Span.at(payload)
    declared = wanted(description=payload, tags=(payload,), metadata={payload: payload})
    made = plan_of([declared], [live(modified_by=payload)])
    change = replace(made.changes[0], address=address, previous=Address(Kind.ACTION, f"old {payload}"), origin=span)
    plan = replace(
        made,
        identity=PlatformIdentity("embedded", payload, payload),
        source=Source(payload, (payload,), commit=payload, dirty=True),
        changes=(
            replace(change, op=Op.RENAME, reason=payload),
            replace(change, op=Op.DELETE),
            trigger(payload, action=payload),
        ),
        scope=Scope(labels=((payload, payload),)),
        unmanaged=(Unmanaged(address, MODIFIED, payload),),
        warnings=(Diagnostic(payload, payload, span, payload, payload, Severity.WARNING),),
        refusals=(Refusal(Guard.PRUNE, payload, payload, (address,)),),
        drift=(
            replace(
                DRIFTED,
                address=address,
                origin=span,
                modified_by=payload,
                fields=(FieldChange(f"/spec/{payload.replace('/', '~1')}", payload, f"{payload}\n{payload}"),),
            ),
        ),
        inventory=InventoryRef(payload, 1),
    )
    return plan, Drift.of(plan)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("report", ["plan", "drift", "two-way drift"])
def test_payloads_stay_text(shown: Any, payload: str, report: str) -> None:
    """In names, values, files, people, refusals and warnings: shown, and doing nothing."""
    plan, drift = hostile(payload)
    pages = {
        "plan": lambda: plan_page(plan),
        "drift": lambda: drift_page(drift, now=NOW),
        "two-way drift": lambda: drift_page(replace(drift, inventory=None), now=NOW),
    }
    page = shown(pages[report]())

    assert page.run("return window.owned ?? null") is None
    assert page.run("return document.scripts.length") == 1
    foreign = "img, iframe, object, embed, form, [style], [onload], [onerror], [onmouseover], a:not([href^='#'])"
    assert page.run(f"return document.querySelectorAll({foreign!r}).length") == 0
    assert payload[:20] in page.run("return document.body.textContent")
    assert page.run("return document.querySelector('footer') !== null")


def visible_addresses(page: Browser) -> list[str]:
    """Return the addresses of the changes that are to be seen."""
    script = "return [...document.querySelectorAll('details.change:not([hidden]) .address')].map((e) => e.textContent)"
    return list(page.run(script))


def enter(page: Browser, selector: str, value: str, *, event: str) -> None:
    """Give a control a value as somebody at it would."""
    page.run(
        "const control = document.querySelector(arguments[0]);"
        "control.value = arguments[1]; control.dispatchEvent(new Event(arguments[2]))",
        selector,
        value,
        event,
    )


def test_the_filter_filters(shown: Any) -> None:
    """By text, by kind, by operation, and by all of them; it says how many are left."""
    plan = plan_of([wanted(timeout=30), wanted("new", description="finds lidar")], [live(timeout=45)])
    page = shown(plan_page(replace(plan, changes=(*plan.changes, trigger("on_bag")))))

    assert visible_addresses(page) == ["action.ingest", "action.new", "trigger.on_bag"]
    enter(page, "#words", "LIDAR", event="input")
    assert visible_addresses(page) == ["action.new"]
    assert page.run("return document.querySelector('#shown').textContent") == "1 of 3 shown"
    enter(page, "#words", "", event="input")
    page.run("document.querySelector('[data-filter=create]').click()")
    assert visible_addresses(page) == ["action.new", "trigger.on_bag"]
    enter(page, "#kind", "trigger", event="change")
    assert visible_addresses(page) == ["trigger.on_bag"]
    page.run("document.querySelector('[data-filter=create]').click()")
    enter(page, "#kind", "", event="change")
    assert page.run("return document.querySelector('#shown').textContent") == "3 shown"


def test_everything_folds_and_unfolds(shown: Any) -> None:
    """And what stands outside of the list is left as it is."""
    plan = replace(plan_of([wanted(), wanted("new")]), drift=(DRIFTED,))
    page = shown(plan_page(plan))
    opened = "return document.querySelectorAll('details.change[open]').length"

    page.run("document.querySelector('#close').click()")
    assert page.run(opened) == 0
    page.run("document.querySelector('#open').click()")
    assert page.run(opened) == 2


def test_a_box_of_the_graph_leads_to_its_change(shown: Any) -> None:
    """Which is unfolded."""
    many = [wanted(f"action_{number}") for number in range(20)]
    page = shown(plan_page(replace(plan_of([]), changes=(*plan_of(many).changes, trigger("on_bag")))))

    page.run("document.querySelector('#close').click()")
    page.run("location.hash = document.querySelector('svg a').getAttribute('href')")
    unfolded = "[...document.querySelectorAll('details.change[open] .address')].map((e) => e.textContent)"
    there = page.run(f"return new Promise((done) => setTimeout(() => done({unfolded})))")
    assert there == ["trigger.on_bag"]


def test_light_and_dark(shown: Any) -> None:
    """A click turns it around."""
    page = shown(plan_page(plan_of([wanted()])))
    colour = "return getComputedStyle(document.body).backgroundColor"

    before = page.run(colour)
    page.run("document.querySelector('#theme').click()")
    assert page.run(colour) != before
    page.run("document.querySelector('#theme').click()")
    assert page.run(colour) == before


def test_no_text_of_the_graph_leaves_its_box(shown: Any) -> None:
    """However long the name."""
    page = shown(plan_page(replace(plan_of([]), changes=(trigger("W" * 200, action="i" * 200),))))

    too_wide = page.run(
        "return [...document.querySelectorAll('svg .node')].filter((node) => [...node.querySelectorAll('text')].some("
        "(text) => text.getBBox().x + text.getBBox().width > node.querySelector('rect').getBBox().x"
        " + node.querySelector('rect').getBBox().width)).length"
    )
    assert too_wide == 0


def test_a_long_line_leaves_the_names_of_fields_their_room(shown: Any) -> None:
    """It goes on below itself, and nothing is wider than the window."""
    said = f"first line\n{'word ' * 30}{'x' * 200}"
    page = shown(plan_page(plan_of([wanted(description=f"{said} new", timeout=30)], [live(description=said)])))

    assert page.run("return document.querySelector('td').getBoundingClientRect().width") >= 200
    assert page.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.run("return [...document.querySelectorAll('pre')].every((e) => e.scrollWidth <= e.clientWidth)")
