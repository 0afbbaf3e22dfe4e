"""The part of RoboQL that is understood here, and what is said about the rest."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.conditions import ConditionGroup
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
        ('NOT path LIKE "%.bag"', False),
        ('NOT (path LIKE "%.mcap" OR dataset_id = "ds_2") AND name = "run.bag"', True),
        ("size < 1000", True),
        ("file.size >= 1000.5", False),
        ('file.dataset.id = "ds_1" AND id != "fl_none"', True),
        ('path NOT LIKE "%.bag"', False),
        ('tags CONTAINS "night" OR description IS NULL', True),
        ("description IS NOT NULL", False),
        ("metadata.a NOT EXISTS", True),
        ('path BEGINS_WITH "logs/"', True),
    ],
)
def test_a_query_takes_files_in(query: str, *, takes: bool) -> None:
    """AND binds closer than OR, and LIKE is about the whole path."""
    assert holds(parsed(query), file("logs/run.bag")) is takes


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "ends too early"),
        ("size < ?", "cannot read the query from"),
        ("msgpaths[a.b].max > 0.9", "cannot read the query from"),
        ('topic.name = "a"', "cannot ask files for .topic.name.: it knows association_id"),
        ("size < 1e", "cannot ask for"),
        ("size IS 3", "cannot ask for"),
        ('path MATCHES "a"', "cannot ask for"),
        ("dataset_id = ds_1", "write a text in quotes"),
        ("dataset_id = null", "write a text in quotes"),
        ('dataset_id = "ds_1" path LIKE "a"', "AND or OR was expected"),
        ('NOT OR path LIKE "a"', "cannot ask files for .OR."),
        ("NOT " * 60 + 'path LIKE "a"', "too many"),
        ('(dataset_id = "ds_1"', "a bracket is not closed"),
        ("path LIKE", "ends too early"),
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
        ('NOT dataset_id = "a"', None),
        ('dataset_id != "a"', None),
    ],
)
def test_only_datasets_that_can_have_such_files_are_looked_at(query: str, datasets: set[str] | None) -> None:
    """None means that any may."""
    assert datasets_of(parsed(query)) == datasets


def test_a_long_query_is_read_in_the_time_of_its_length() -> None:
    """Whoever may read sends queries of megabytes; the bound is many times ours, and a fraction of the square."""
    began = time.process_time()

    query = parsed(" OR ".join(['path = "a"'] * 50_000))

    assert isinstance(query, ConditionGroup)
    assert len(query.conditions) == 50_000
    assert time.process_time() - began < 10


def test_names_are_patterns_joined_by_or() -> None:
    """As the platform resolves them."""
    assert holds(names(["other", "logs/%"]), file("logs/run.bag"))
    assert not holds(names(["run.bag"]), file("logs/run.bag"))


@given(st.text(max_size=60))
def test_reading_a_query_ends_one_way_or_the_other(text: str) -> None:
    """Whatever somebody writes is a query, or is refused."""
    with suppress(UnsupportedQuery):
        parsed(text)
