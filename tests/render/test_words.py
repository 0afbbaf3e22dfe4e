"""Phrases: numbers, ages and summaries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.apply.events import ApplyEnded
from reconciler.domain.address import Address, Kind
from reconciler.plan.model import Op, Scope
from reconciler.render.words import (
    ago,
    apply_summary,
    bounded,
    counted,
    counted_documents,
    drift_counts,
    duration,
    joined,
    part,
    plan_counts,
)
from tests.render.builders import NOW


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=2, minutes=59), "2 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=75), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_ages(back: timedelta, text: str) -> None:
    """An age is told in its largest whole unit."""
    assert ago(NOW - back, now=NOW) == text


def test_counts() -> None:
    """One is singular, thousands are separated."""
    assert (counted(1, "change"), counted(1234, "change"), counted(0, "entry", "entries")) == (
        "1 change",
        "1,234 changes",
        "0 entries",
    )


def test_documents_by_kind() -> None:
    """Kinds read as words; those without documents are left out."""
    counts = {"Action": 3, "Trigger": 1, "ParameterSet": 2, "Project": 0}

    assert counted_documents(counts) == "3 actions, 1 trigger and 2 parameter sets"
    assert counted_documents({}) == "No documents"


def test_lists() -> None:
    """Lists join with and, and long ones say how many more there are."""
    assert (joined(["a", "b", "c"]), bounded(["a", "b", "c"], limit=2)) == ("a, b and c", "a, b and 1 more")


def test_plan_names_every_operation_and_drift_only_what_occurs() -> None:
    """A plan's counts keep their zeros."""
    counts = {Op.CREATE: 1, Op.UPDATE: 0, Op.DELETE: 2}

    assert plan_counts(counts) == "1 to create, 0 to update, 2 to delete"
    assert drift_counts(counts) == "1 is missing, 2 are no longer wanted"


@pytest.mark.parametrize(
    ("ended", "text"),
    [
        (ApplyEnded(3, 0, 0, 0, seconds=1.24), "Applied 3 changes in 1.2 s."),
        (ApplyEnded(3, 1, 2, 0, seconds=75), "Applied in part: 3 applied, 1 failed, 2 skipped in 1 min 15 s."),
        (ApplyEnded(3, 0, 0, 0, left_alone=2, seconds=1.24), "Applied in part: 3 applied, 2 left alone in 1.2 s."),
        (ApplyEnded(0, 1, 0, 0, seconds=0.02), "Not applied: 0 applied, 1 failed in 20 ms."),
        (
            ApplyEnded(1, 0, 4, 1, interrupted=True, seconds=2),
            "Interrupted: 1 applied, 4 skipped, 1 of unknown outcome in 2.0 s.",
        ),
    ],
)
def test_apply_summary(ended: ApplyEnded, text: str) -> None:
    """The summary gives every count where something went wrong."""
    assert apply_summary(ended) == text


def test_durations() -> None:
    """Milliseconds, seconds, minutes."""
    assert [duration(0.0401), duration(59.9), duration(185)] == ["40 ms", "59.9 s", "3 min 05 s"]


def test_scope_reads_as_the_flags_that_made_it() -> None:
    """A partial plan names its flags."""
    scope = Scope(targets=(Address(Kind.ACTION, "a"),), labels=(("team", "lidar"),))

    assert part(scope) == "--target action.a --label team=lidar"
