"""Queries: order, pages, tokens and conditions."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.domain.actions import ActionRecord
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.platform import Platform
from reconciler.domain.queries import Page, QuerySpecification, SortDirection
from reconciler.domain.requests import UpdateActionRequest
from reconciler.domain.triggers import TriggerRecord
from reconciler.errors import InvalidRequest
from tests.contract.builders import new_action, new_trigger, where

Query = Callable[[Platform, QuerySpecification], Page[ActionRecord] | Page[TriggerRecord]]
BOTH_KINDS = pytest.mark.parametrize(
    "query", [lambda platform, spec: platform.query_actions(spec), lambda platform, spec: platform.query_triggers(spec)]
)


def populate(platform: Platform, count: int) -> list[str]:
    """Make actions and a trigger of the same name for each; return the names, oldest first."""
    names = [f"r{number:02}" for number in range(count)]
    for name in names:
        platform.create_action(new_action(name))
        platform.create_trigger(new_trigger(name, action_name=name))
    return names


def walk(query: Query, platform: Platform, **given: Any) -> list[list[str]]:
    """Return the names on every page."""
    pages, token = [], None
    while True:
        page = query(platform, QuerySpecification(after=token, **given))
        pages.append([record.name for record in page.items])
        token = page.next_token
        if token is None:
            return pages


def flat(pages: list[list[str]]) -> list[str]:
    """Return the names on all pages."""
    return [name for page in pages for name in page]


@BOTH_KINDS
def test_nothing_is_an_empty_page(platform: Platform, query: Query) -> None:
    """An organization without records has one page, and it is the last."""
    assert query(platform, QuerySpecification()) == Page((), None)


@BOTH_KINDS
def test_everything_comes_newest_first(platform: Platform, query: Query) -> None:
    """A query that sets nothing lists everything by time of creation, latest on top."""
    names = populate(platform, 5)

    assert walk(query, platform) == [names[::-1]]


@BOTH_KINDS
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 1000])
def test_pages_hold_every_record_once(platform: Platform, query: Query, limit: int) -> None:
    """Pages of any size, put together, are the whole; all but the last are full, and none is empty."""
    names = populate(platform, 7)

    pages = walk(query, platform, limit=limit)

    assert flat(pages) == names[::-1]
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert pages[-1] != []


@BOTH_KINDS
@pytest.mark.parametrize("field", ["name", "created", "modified"])
def test_both_directions_are_each_others_reverse(platform: Platform, query: Query, field: str) -> None:
    """A sort field has two directions; ties cannot make records repeat or vanish."""
    names = populate(platform, 5)

    up = walk(query, platform, sort_by=field, sort_direction=SortDirection.Ascending, limit=2)
    down = walk(query, platform, sort_by=field, sort_direction=SortDirection.Descending, limit=2)

    assert flat(up) == names
    assert flat(down) == names[::-1]


def test_a_direction_alone_sorts_by_creation(platform: Platform) -> None:
    """The official command line sends a direction without a field."""
    names = populate(platform, 3)

    page = platform.query_actions(QuerySpecification(sort_direction=SortDirection.Ascending))

    assert [record.name for record in page.items] == names


@pytest.mark.parametrize("field", ["timeout", "metadata.level", "uri", "published", "tags", "inherits", "metadata.ö"])
def test_any_field_can_be_sorted_by(platform: Platform, field: str) -> None:
    """Missing and equal values are in a stable place: pages hold everything once."""
    for number in range(6):
        given = {"timeout": number % 3 + 1, "metadata": {"level": number % 2, "ö": "x"}} if number % 4 else {}
        platform.create_action(new_action(f"a{number}", **given))

    pages = walk(lambda p, spec: p.query_actions(spec), platform, sort_by=field, limit=2)

    assert sorted(flat(pages)) == [f"a{number}" for number in range(6)]


def test_a_sort_field_orders_by_its_value(platform: Platform) -> None:
    """Numbers are sorted as numbers."""
    for minutes in (10, 9, 100):
        platform.create_action(new_action(f"a{minutes}", timeout=minutes))

    page = platform.query_actions(QuerySpecification(sort_by="timeout", sort_direction=SortDirection.Ascending))

    assert [record.timeout for record in page.items] == [9, 10, 100]


def test_what_changes_between_pages_neither_repeats_nor_hides_others(platform: Platform) -> None:
    """Updates, creates and deletes while somebody pages do not disturb the rest."""
    names = populate(platform, 6)
    first = platform.query_triggers(QuerySpecification(limit=2))
    platform.update_action(names[0], UpdateActionRequest(timeout=5))
    platform.delete_trigger(names[5])
    platform.delete_trigger(names[4])
    platform.create_trigger(new_trigger("newest", action_name=names[0]))

    rest = platform.query_triggers(QuerySpecification(limit=1000, after=first.next_token))

    assert [record.name for record in rest.items] == names[3::-1]


@BOTH_KINDS
@pytest.mark.parametrize("limit", [0, -1, 1001, 2**40])
def test_a_limit_out_of_range_is_refused(platform: Platform, query: Query, limit: int) -> None:
    """A page holds 1 to 1,000 records."""
    with pytest.raises(InvalidRequest, match="limit"):
        query(platform, QuerySpecification(limit=limit))


@BOTH_KINDS
@pytest.mark.parametrize("field", ["ghost", "", "created; DROP TABLE actions", 'name"', "'", "ü", "created.\0"])
def test_an_unknown_sort_field_is_refused(platform: Platform, query: Query, field: str) -> None:
    """Records are sorted by a field they have."""
    with pytest.raises(InvalidRequest, match="sort"):
        query(platform, QuerySpecification(sort_by=field))


def encoded(text: str) -> str:
    """Text as a token."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@BOTH_KINDS
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "!!!!",
        "ü",
        " ",
        "AAAA",
        encoded("v1:json:"),
        encoded("v1:json:{}"),
        encoded("v1:json:[]"),
        encoded('v1:json:["created",true,null,"a","b"]'),
        encoded('v1:json:["created",true,1,2,3]'),
        encoded('v1:json:["created","yes",1,"a","b"]'),
        encoded('v1:raw:["created",true,1,"a","b"]'),
        encoded('v2:json:["created",true,1,"a","b"]'),
        encoded("v1:json:" + "[" * 5000),
        "A" * 50_000,
    ],
)
def test_a_token_that_is_none_of_ours_is_refused(platform: Platform, query: Query, token: str) -> None:
    """A token that does not decode is the caller's mistake."""
    with pytest.raises(InvalidRequest, match="token"):
        query(platform, QuerySpecification(after=token))


def test_a_token_of_another_order_is_refused(platform: Platform) -> None:
    """A token belongs to the order it was made in."""
    populate(platform, 3)
    token = platform.query_actions(QuerySpecification(limit=1)).next_token

    with pytest.raises(InvalidRequest, match="order"):
        platform.query_actions(QuerySpecification(after=token, sort_by="name"))
    with pytest.raises(InvalidRequest, match="order"):
        platform.query_actions(QuerySpecification(after=token, sort_direction=SortDirection.Ascending))


def test_a_condition_chooses_records(platform: Platform) -> None:
    """Fields of the record and of its metadata can be asked for."""
    platform.create_action(new_action("a", metadata={"level": 1}, tags=["ros"]))
    platform.create_action(new_action("b", metadata={"level": 2}, uri=None))

    def names(query: QuerySpecification) -> list[str]:
        return [record.name for record in platform.query_actions(query).items]

    assert names(where("name", Comparator.Equals, "a")) == ["a"]
    assert names(where("metadata.level", Comparator.GreaterThan, 1)) == ["b"]
    assert names(where("tags", Comparator.Contains, "ros")) == ["a"]
    assert names(where("uri", Comparator.IsNull)) == ["b"]
    assert names(where("name", Comparator.Like, "%")) == ["b", "a"]
    assert names(where("ghost.field", Comparator.Exists)) == []
    assert names(where("created", Comparator.GreaterThan, "2020-01-01T00:00:00Z")) == ["b", "a"]
    assert names(where("created", Comparator.LessThan, "2020-01-01T00:00:00+02:00")) == []


def test_a_group_of_conditions_chooses_triggers(platform: Platform) -> None:
    """Groups nest, and triggers are asked like actions."""
    platform.create_action(new_action())
    platform.create_trigger(new_trigger("a", enabled=False))
    platform.create_trigger(new_trigger("b", parameter_values={"rate": "5"}))
    enabled = Condition(field="enabled", comparator=Comparator.Equals, value=True)
    on_action = Condition(field="action.name", comparator=Comparator.Equals, value="ros_ingest")
    group = ConditionGroup(
        operator=ConditionOperator.And,
        conditions=[on_action, ConditionGroup(operator=ConditionOperator.Not, conditions=[enabled])],
    )

    page = platform.query_triggers(QuerySpecification(condition=group))

    assert [record.name for record in page.items] == ["a"]


def test_pages_of_a_condition_are_full(platform: Platform) -> None:
    """A page is filled with what matches, and the token goes on after the last match."""
    for number in range(12):
        platform.create_action(new_action(f"a{number:02}", metadata={"even": number % 2 == 0}))
    even = Condition(field="metadata.even", comparator=Comparator.Equals, value=True)

    pages = walk(lambda p, spec: p.query_actions(spec), platform, condition=even, limit=4)

    assert pages == [["a10", "a08", "a06", "a04"], ["a02", "a00"]]


ODD_OPERANDS = (None, True, 3, 2.5, "", "\\", "%", "2026-01-01", "x" * 500)


@pytest.mark.parametrize("comparator", list(Comparator))
def test_odd_operands_fail_nothing(platform: Platform, comparator: Comparator) -> None:
    """Whatever is asked of whatever, there is a page."""
    platform.create_action(new_action(metadata={"a": 1}, tags=["x"]))

    for field in ("tags", "created", "metadata", "name"):
        for value in ODD_OPERANDS:
            assert platform.query_actions(where(field, comparator, value)).next_token is None
