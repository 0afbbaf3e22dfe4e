"""A plan or a drift report as one page of HTML: it loads nothing, escapes everything, and reads without scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Final

from reconciler.plan.drift import Drift
from reconciler.plan.model import Op, Plan, Source
from reconciler.plan.planfile import plan_id
from reconciler.render.deviations import DriftView, drift_view
from reconciler.render.html import Html, element
from reconciler.render.page_sections import (
    changes_section,
    deviations_section,
    graph_section,
    refusals_section,
    unmanaged_section,
    warnings_section,
)
from reconciler.render.view import PlanView, view
from reconciler.render.visible import visible
from reconciler.render.words import (
    LEFT_ALONE,
    NEVER_DELETED,
    RESTORE,
    known_words,
    moment,
    outside_words,
    pending_words,
    plan_counts,
)

#: Characters of a digest that are shown.
_DIGEST: Final = 12

#: What a plan always counts; other operations only where they occur.
_ALWAYS: Final = frozenset({Op.CREATE, Op.UPDATE, Op.DELETE})


def plan_page(plan: Plan) -> str:
    """Return a plan as a page: refusals, what changed outside, the graph, and every change before and after."""
    seen = view(plan)
    told = f"Plan: {plan_counts(seen.counts)}" if seen.changes or seen.refusals else "No changes"
    facts = {
        "platform": seen.place,
        "part": seen.part,
        "plan": plan_id(plan).removeprefix("sha256:")[:_DIGEST],
        **_source_facts(plan.source),
        "made": "" if plan.created is None else moment(plan.created),
    }
    return _page(
        told,
        _top("Plan", facts, _plan_counts(seen)),
        refusals_section(seen.refusals),
        deviations_section("Changed outside", seen.outside, said=f"{outside_words(seen.left_alone).strip()}."),
        graph_section(plan, seen.changes),
        changes_section(seen.changes),
        warnings_section(seen.warnings),
        unmanaged_section(seen.unmanaged, why=LEFT_ALONE if seen.has_inventory else NEVER_DELETED),
    )


def drift_page(drift: Drift, *, now: datetime | None = None) -> str:
    """Return a drift report as a page; ages are counted back from ``now``."""
    now = now or datetime.now(UTC)
    seen = drift_view(drift)
    said = " ".join(filter(None, [known_words(seen.known), pending_words(seen.pending)]))
    facts = {"platform": seen.place, **_source_facts(drift.source), "seen": moment(now)}
    remedy = f"Restore what the manifests say: {RESTORE}. {said}".strip() if seen.found else said
    return _page(
        seen.told.rstrip("."),
        _top("Drift", facts, _drift_counts(seen)),
        deviations_section("What is live other than it should be", seen.found, said=remedy, now=now, is_main=True),
        unmanaged_section(seen.unmanaged, why=LEFT_ALONE),
    )


def _page(title: str, top: Html, *sections: Html) -> str:
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash_of(style)}; script-src {_hash_of(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{title} - reconciler"),
        element("link", rel="icon", href="data:,"),
        element("style", Html(style)),
    )
    main = element("main", *sections, _footer())
    body = element("body", top, main, element("script", Html(script)))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en').text}\n"


def _top(title: str, facts: Mapping[str, str], counts: Html) -> Html:
    listed = [element("div", element("dt", name), element("dd", text)) for name, text in facts.items() if text]
    return element(
        "header",
        element(
            "div",
            element("h1", title),
            element("button", "Light / dark", id="theme", type="button", hidden=True),
            class_="titles",
        ),
        element("dl", *listed, class_="facts"),
        counts,
        class_="top",
    )


def _plan_counts(seen: PlanView) -> Html:
    chips = [
        _count(count, f"to {op.value}", tone=op.value) for op, count in seen.counts.items() if count or op in _ALWAYS
    ]
    if seen.outside:
        chips.append(_count(len(seen.outside), "changed outside", tone="drift"))
    if seen.left_alone:
        chips.append(_count(len(seen.left_alone), "left alone", tone="drift"))
    if seen.refusals:
        chips.append(_count(len(seen.refusals), "refused", tone="refused"))
    return element("ul", *chips, _count(seen.unchanged, "unchanged", tone="unchanged"), class_="counts")


def _drift_counts(seen: DriftView) -> Html:
    words = dict.fromkeys(each.word for each in seen.found)
    chips = [_count(sum(each.word == word for each in seen.found), word, tone=_tone(word)) for word in words]
    chips += [_count(seen.pending, "pending in git", tone="unchanged")] if seen.pending else []
    chips += [_count(seen.known, "known", tone="unchanged")] if seen.known else []
    return element("ul", *chips, _count(seen.unchanged, "as declared", tone="unchanged"), class_="counts")


def _tone(word: str) -> str:
    return word if word in {"drift", "both", "differs", "missing"} else "unchanged"


def _count(count: int, word: str, *, tone: str) -> Html:
    return element("li", element("b", f"{count:,}"), element("span", word), class_=tone if count else "none")


def _source_facts(source: Source) -> dict[str, str]:
    commit = visible(source.commit or "")[:_DIGEST]
    return {"commit": f"{commit}, with changes not committed" if commit and source.dirty else commit}


def _footer() -> Html:
    from reconciler import __version__

    return element("footer", f"Made by reconciler {__version__}. Values that are secret are masked.")


@cache
def _asset(name: str) -> str:
    return resources.files("reconciler.render").joinpath("assets", name).read_text(encoding="utf-8")


def _hash_of(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
