"""Conditions in SQL: what the first sieve lets through holds everything that matches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator, matches
from reconciler.domain.invocations import InvocationSource
from reconciler.domain.queries import QuerySpecification
from reconciler.embedded import columns
from reconciler.embedded.columns import microseconds
from reconciler.embedded.narrowing import MOST_COMPARISONS, narrowing
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action, new_trigger, where
from tests.contract.run_builders import new_dataset, new_invocation

COLUMNS = {"name": columns.text("name"), "created": columns.moment("created"), "level": columns.number("level")}

NAMES = ["", "a", "A", "b", "é", "\U0001f916", "\uffff", "10"]
TIMES = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n) for n in (0, 1, 10**6)]
RECORDS: list[dict[str, Any]] = [
    {"name": name, "created": time, "level": level} for name in NAMES for time in TIMES for level in (0, 5, 998)
]

OPERANDS = st.one_of(
    st.sampled_from([*NAMES, *TIMES, *(time.isoformat() for time in TIMES), "2026-01-01", "\ud800", "\x00"]),
    st.sampled_from([TIMES[1].astimezone(timezone(timedelta(hours=2))), TIMES[1].replace(tzinfo=None)]),
    st.sampled_from([datetime.max.replace(tzinfo=timezone(timedelta(hours=-9))), "9999-12-31T23:59:59-09:00"]),
    st.none(),
    st.booleans(),
    st.sampled_from([0, 5, 998, -1, 2**63, -(2**63), 2**200, 4.5, float("nan"), float("inf")]),
)
CONDITIONS = st.recursive(
    st.builds(
        Condition,
        field=st.sampled_from([*COLUMNS, "ghost", "dataset.name"]),
        comparator=st.sampled_from(Comparator),
        value=OPERANDS,
    ),
    lambda inner: st.builds(
        ConditionGroup, operator=st.sampled_from(ConditionOperator), conditions=st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    """The records, in columns, with their place in the list."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE records (place INTEGER, name TEXT, created INTEGER, level INTEGER)")
        connection.executemany(
            "INSERT INTO records VALUES (?, ?, ?, ?)",
            [(n, each["name"], microseconds(each["created"]), each["level"]) for n, each in enumerate(RECORDS)],
        )
        yield connection


@settings(deadline=None, max_examples=400)
@given(condition=CONDITIONS)
def test_whatever_matches_is_let_through(table: sqlite3.Connection, condition: Condition | ConditionGroup) -> None:
    """SQL never says no where the condition says yes, whatever is compared with whatever."""
    expression, values = narrowing(condition, COLUMNS)

    found = table.execute(f"SELECT place FROM records WHERE {expression or 'TRUE'}", values)

    let_through = {place for (place,) in found}
    assert {place for place, each in enumerate(RECORDS) if matches(condition, each)} <= let_through


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        (Condition(field="name", comparator=Comparator.Equals, value="a"), "name = :operand0"),
        (Condition(field="level", comparator=Comparator.LessThan, value=3), "level < :operand0"),
        (Condition(field="level", comparator=Comparator.LessThan, value="3"), ""),
        (Condition(field="name", comparator=Comparator.NotEquals, value="a"), ""),
        (Condition(field="ghost", comparator=Comparator.Equals, value="a"), ""),
    ],
)
def test_equality_and_order_on_columns_are_translated(condition: Condition, expression: str) -> None:
    """The rest is left to the condition itself."""
    assert narrowing(condition, COLUMNS)[0] == expression


def test_large_conditions_are_not_translated() -> None:
    """SQLite bounds the size and the depth of an expression; a query that passes them still has its answer."""
    one = Condition(field="name", comparator=Comparator.Equals, value="a")
    many = ConditionGroup(operator=ConditionOperator.Or, conditions=[one] * (MOST_COMPARISONS + 1))

    assert narrowing(many, COLUMNS) == ("", {})


@pytest.mark.parametrize("operator", [ConditionOperator.And, ConditionOperator.Or])
def test_conditions_of_any_size_have_an_answer(platform: EmbeddedPlatform, operator: ConditionOperator) -> None:
    """Wide or deep, nothing fails."""
    record = platform.create_dataset(new_dataset("a"))
    one: Any = Condition(field="name", comparator=Comparator.Equals, value="a")
    wide = ConditionGroup(operator=operator, conditions=[one] * 40_000)
    deep = one
    for _ in range(MOST_COMPARISONS - 1):
        deep = ConditionGroup(operator=operator, conditions=[one, deep])
    lone = one
    for _ in range(100):
        lone = ConditionGroup(operator=operator, conditions=[lone])

    for condition in (wide, deep, lone):
        assert platform.query_datasets(QuerySpecification(condition=condition)).items == (record,)


@pytest.mark.parametrize(
    ("listing", "index"),
    [
        ("provenance.source.source_id", "invocations_by_source"),
        ("data_source.data_source_id", "invocations_by_data_source"),
        ("name", "datasets_by_name"),
    ],
)
def test_what_is_often_asked_for_has_an_index(platform: EmbeddedPlatform, path: Path, listing: str, index: str) -> None:
    """The runs of a trigger, those of a dataset, a dataset by name: neither scanned nor sorted."""
    platform.create_action(new_action())
    platform.create_trigger(new_trigger())
    platform.create_dataset(new_dataset())
    source = {"invocation_source": InvocationSource.Trigger, "invocation_source_id": "on_bag"}
    platform.invoke_action("ros_ingest", new_invocation(**source))
    query = where(listing, Comparator.Equals, "x")
    connection, statements = platform._store._connections._to_file[-1], list[str]()
    connection.set_trace_callback(statements.append)
    if listing == "name":
        platform.query_datasets(query)
    else:
        platform.query_invocations(query)
    connection.set_trace_callback(None)

    (statement,) = [each for each in statements if each.startswith("SELECT")]
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert len(steps) == 1
    assert index in steps[0]
