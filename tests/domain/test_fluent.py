"""Queries and conditions written step by step are the same values as those written by their members."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator, ConditionType
from reconciler.domain.invocations import InvocationStatus
from reconciler.domain.queries import QuerySpecification, SortDirection
from reconciler.domain.values import Accessibility

#: Each method that takes a value, with its comparator.
BINARY = {
    "equals": Comparator.Equals,
    "not_equals": Comparator.NotEquals,
    "greater_than": Comparator.GreaterThan,
    "greater_than_or_equal": Comparator.GreaterThanOrEqual,
    "less_than": Comparator.LessThan,
    "less_than_or_equal": Comparator.LessThanOrEqual,
    "contains": Comparator.Contains,
    "not_contains": Comparator.NotContains,
    "begins_with": Comparator.BeginsWith,
    "like": Comparator.Like,
    "not_like": Comparator.NotLike,
}
UNARY = {
    "exists": Comparator.Exists,
    "not_exists": Comparator.NotExists,
    "is_null": Comparator.IsNull,
    "is_not_null": Comparator.IsNotNull,
}


def condition(field: str, comparator: Comparator = Comparator.Equals, value: Any = 1) -> Condition:
    """A condition written by its members."""
    return Condition(field=field, comparator=comparator, value=value)


def conjunction(*members: ConditionType) -> ConditionGroup:
    """All of these."""
    return ConditionGroup(operator=ConditionOperator.And, conditions=list(members))


def test_every_comparator_has_its_method() -> None:
    """Nothing that a condition can say is missing."""
    assert set(BINARY.values()) | set(UNARY.values()) == set(Comparator)


@pytest.mark.parametrize(("method", "comparator"), BINARY.items())
def test_a_method_with_a_value(method: str, comparator: Comparator) -> None:
    """The same comparison for a condition and for a query."""
    written = condition("name", comparator, "ros")

    assert getattr(Condition("name"), method)("ros") == written
    assert getattr(QuerySpecification().where("name"), method)("ros") == QuerySpecification(condition=written)


@pytest.mark.parametrize(("method", "comparator"), UNARY.items())
def test_a_method_without_a_value(method: str, comparator: Comparator) -> None:
    """No value is sent where none counts."""
    assert getattr(Condition("name"), method)().to_wire() == {"field": "name", "comparator": comparator.value}


def test_a_field_alone_asks_whether_there_is_a_value() -> None:
    """A condition of which only the field is said is a whole condition."""
    assert Condition("metadata.rate") == Condition(field="metadata.rate", comparator=Comparator.Exists)


@pytest.mark.parametrize("members", [{"field": "name"}, {"comparator": "EXISTS"}, {}, {"self": 1}])
def test_over_the_wire_nothing_is_assumed(members: dict[str, Any]) -> None:
    """A condition that comes as JSON has to have a field and a comparator."""
    with pytest.raises(ValidationError):
        Condition.model_validate(members)


def test_a_condition_has_one_field_and_says_it_once() -> None:
    """Two fields by position are a mistake in the program."""
    with pytest.raises(TypeError):
        Condition("a", "b")  # type: ignore[call-overload]  # on purpose


class Level(Enum):
    """An enumeration whose members are no values themselves."""

    High = "high"


@pytest.mark.parametrize(
    ("member", "value"),
    [(InvocationStatus.Completed, 5), (Accessibility.ActionHub, "action_hub"), (Level.High, "high")],
)
def test_members_of_enumerations_stand_for_their_values(member: Enum, value: object) -> None:
    """What travels is a number or a text."""
    compared = Condition("a").equals(member)

    assert (compared.value, type(compared.value)) == (value, type(value))


def test_several_comparisons_must_all_hold() -> None:
    """The second makes a group and the third joins it; groups of another kind stay whole."""
    either = ConditionGroup(operator=ConditionOperator.Or, conditions=[condition("a"), condition("b")])
    query = QuerySpecification().where("a").equals(1).where("b").equals(1)

    assert query.condition == conjunction(condition("a"), condition("b"))
    assert query.where("c").equals(1).condition == conjunction(condition("a"), condition("b"), condition("c"))
    assert QuerySpecification(condition=either).where("c").equals(1).condition == conjunction(either, condition("c"))


def test_each_step_gives_a_new_query() -> None:
    """A query that was begun can be finished in several ways."""
    begun = QuerySpecification().where("a").equals(1)

    begun.where("b").equals(2).order_by("name").limit(3)

    assert begun == QuerySpecification(condition=condition("a"))
    assert begun.at_most is None


@pytest.mark.parametrize(
    ("ascending", "direction"), [(True, SortDirection.Ascending), (False, SortDirection.Descending)]
)
def test_an_order_is_a_field_and_a_direction(ascending: bool, direction: SortDirection) -> None:
    """Ascending is what is meant where nothing is said."""
    query = QuerySpecification().order_by("created", ascending=ascending)

    assert query == QuerySpecification(sort_by="created", sort_direction=direction)
    assert QuerySpecification().order_by("created").sort_direction is SortDirection.Ascending


def test_a_limit_travels_as_the_page_size_and_no_further() -> None:
    """On the wire there is no total: ten at most is a page of ten; the steps may come in any order."""
    query = QuerySpecification().limit(10).order_by("name")

    assert query.to_wire() == {"limit": 10, "sort_by": "name", "sort_direction": "ASC"}
    assert (query.page_size, query.at_most) == (10, 10)
    assert QuerySpecification().order_by("name").limit(10) == query
    assert QuerySpecification().limit(2500).to_wire() == {"limit": 1000}


def test_the_member_limit_is_a_page_size() -> None:
    """It is written and read as the platform calls it, and bounds no walk."""
    query = QuerySpecification(limit=10)

    assert query.to_wire() == {"limit": 10}
    assert (query.page_size, query.at_most) == (10, None)
    assert QuerySpecification.model_validate_json('{"limit": 10}') == query
    assert QuerySpecification().to_wire() == {}
