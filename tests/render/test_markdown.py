"""Markdown for pull requests: inert, and never over its budget."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.plan.drift import Drift
from reconciler.render.markdown import DRIFT_MARKER, PLAN_MARKER, drift_markdown, plan_markdown
from reconciler.render.markup import code, fenced, html_code, prose
from tests.render.builders import NOW, live, plan_of, wanted

MANY = plan_of([wanted(f"action_{number}", description="line\n" * 30) for number in range(300)])


@pytest.mark.parametrize("limit", [0, 1, 20, 60, 300, 1_000, 5_000, 20_000, 65_000, 1_000_000])
def test_the_budget_holds(limit: int) -> None:
    """However small the budget, the text fits it."""
    assert len(plan_markdown(MANY, limit=limit)) <= limit
    assert len(drift_markdown(Drift.of(MANY), now=NOW, limit=limit)) <= limit


def test_degrading_loses_details_first_then_rows_and_never_the_counts() -> None:
    """Each smaller budget keeps less, in this order: details, rows, counts."""
    whole, some_details, some_rows, counts = (
        plan_markdown(MANY, limit=limit) for limit in (1_000_000, 65_000, 10_000, 400)
    )

    assert whole.count("<details>") == 300
    assert 0 < some_details.count("<details>") < 300
    assert some_details.count("\n| `+`") == 300
    assert "do not fit here" in some_details
    assert 0 < some_rows.count("\n| `+`") < 300
    assert "left out of this table" in some_rows
    assert "<details>" not in some_rows
    for text in (whole, some_details, some_rows, counts):
        assert text.startswith(PLAN_MARKER)
        assert "Plan: 300 to create, 0 to update, 0 to delete." in text


def test_markers_tell_plan_from_drift() -> None:
    """A workflow updates the right one of its comments."""
    drift = Drift.of(plan_of([wanted(timeout=1)], [live()]))

    assert drift_markdown(drift, now=NOW).startswith(DRIFT_MARKER)
    assert PLAN_MARKER not in drift_markdown(drift, now=NOW)


def test_a_title_replaces_the_heading_and_keeps_the_counts() -> None:
    """A title of one's own is text, not markup."""
    text = plan_markdown(plan_of([]), title="Plan for <b>prod</b> @team")

    assert "<b>" not in text
    assert "@team" not in text
    assert "No changes." in text


@pytest.mark.parametrize("text", ["a|b", "a`b", "a\\|b", "`", " x", "", "``|``"])
def test_code_in_a_table_has_no_pipe_and_no_stray_backtick(text: str) -> None:
    """Whatever would end a cell or a span becomes an entity."""
    assert "|" not in code(text)
    assert "`" not in code(text).strip("`")


def test_plain_names_stay_readable_in_the_source() -> None:
    """A resource's name is an ordinary code span."""
    assert code("action.ros_ingest") == "`action.ros_ingest`"


def test_prose_neither_mentions_nor_refers() -> None:
    """@names, #numbers, HTML and emphasis lose their meaning."""
    text = prose("@team fixes #12 with <img src=x> and _this_ and *that*")

    assert not any(mark in text.replace("&#", "") for mark in ("@", "<", "*", "_", " #12"))


@given(st.text())
def test_html_code_is_one_element(text: str) -> None:
    """No text ends the element it is in."""
    inner = html_code(text).removeprefix("<code>").removesuffix("</code>")

    assert not set("<>`|*[]") & set(inner)


@given(st.lists(st.text(alphabet="`~ab", max_size=12)))
def test_no_line_closes_its_fence(lines: list[str]) -> None:
    """The fence is longer than any run of backticks inside."""
    first, *inner, last = fenced(lines, language="").split("\n")

    assert first == last
    assert all(first not in line for line in inner)


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_a_hostile_description_stays_in_its_block(old: str, new: str) -> None:
    """Whatever a description holds, the comment keeps its shape."""
    plan = plan_of([wanted(description=new)], [live(description=old, modified_by=old)])
    text = plan_markdown(plan)

    assert text.startswith(PLAN_MARKER)
    assert "| `~` update | `action.ingest` |" in text or "No changes." in text
    assert "\r" not in text
