"""The part of RoboQL that is understood here, and what is said about the rest."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.embedded.roboql import UnsupportedQuery, datasets_of, holds, names, parsed
from tests.executors.builders import file


@pytest.mark.parametrize(
    ("query", "takes"),
    [
        ('dataset_id = "ds_1"', True),
        ("dataset_id = 'ds_2'", False),
        ('path LIKE "%.bag"', True),
        ('path LIKE "%.BAG"', False),
        ('path like "logs/___.bag"', True),
        ('path LIKE "logs"', False),
        ('path LIKE "l.gs/run.bag"', False),
        ('path LIKE "%.mcap" OR path LIKE "%.bag"', True),
        ('path LIKE "%.bag" AND dataset_id="ds_2"', False),
        ('path LIKE "%.mcap" AND path LIKE "x" OR dataset_id = "ds_1"', True),
        ('path LIKE "%.mcap" AND (path LIKE "x" OR dataset_id = "ds_1")', False),
        ('((dataset_id = "ds_1"))', True),
    ],
)
def test_a_query_takes_files_in(query: str, *, takes: bool) -> None:
    """AND binds closer than OR, and LIKE is about the whole path."""
    assert holds(parsed(query), file("logs/run.bag")) is takes


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "ends too early"),
        ("size < 1000", "cannot read the query from"),
        ('size = "1"', "cannot ask for"),
        ('dataset_id LIKE "ds_1"', "cannot ask for"),
        ('path = "a"', "cannot ask for"),
        ("dataset_id = ds_1", "cannot ask for"),
        ('dataset_id = "ds_1" path LIKE "a"', "AND or OR was expected"),
        ('NOT path LIKE "a"', "cannot ask for"),
        ('(dataset_id = "ds_1"', "ends too early"),
        ('dataset_id = "ds_1', "cannot read"),
        ('(dataset_id = "ds_1" "', "cannot read"),
        ("(" * 60 + 'path LIKE "a"' + ")" * 60, "too many brackets"),
    ],
)
def test_what_is_not_understood_is_said(query: str, words: str) -> None:
    """No query means less than it says."""
    with pytest.raises(UnsupportedQuery, match=words):
        parsed(query)


@pytest.mark.parametrize(
    ("query", "datasets"),
    [
        ('dataset_id = "a"', {"a"}),
        ('path LIKE "x"', None),
        ('dataset_id = "a" AND path LIKE "x"', {"a"}),
        ('dataset_id = "a" OR path LIKE "x"', None),
        ('dataset_id = "a" OR dataset_id = "b"', {"a", "b"}),
        ('dataset_id = "a" AND dataset_id = "b"', set()),
    ],
)
def test_only_datasets_that_can_have_such_files_are_looked_at(query: str, datasets: set[str] | None) -> None:
    """None means that any may."""
    assert datasets_of(parsed(query)) == datasets


def test_names_are_patterns_joined_by_or() -> None:
    """As the platform resolves them."""
    assert holds(names(["other", "logs/%"]), file("logs/run.bag"))
    assert not holds(names(["run.bag"]), file("logs/run.bag"))


@given(st.text(max_size=60))
def test_reading_a_query_ends_one_way_or_the_other(text: str) -> None:
    """Whatever somebody writes is a query, or is refused."""
    with suppress(UnsupportedQuery):
        parsed(text)
