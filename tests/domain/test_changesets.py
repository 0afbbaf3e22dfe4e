"""Changesets: the decision table, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.values import ActionParameter


@pytest.mark.parametrize(
    ("before", "put", "after"),
    [
        ({}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({}, {"a.b.c": 1}, {"a": {"b": {"c": 1}}}),
        ({"a": {"x": 1}}, {"a.b": 2}, {"a": {"x": 1, "b": 2}}),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"y": 2}}),
        ({"a": [1, 2]}, {"a.0": 0}, {"a": [0, 1, 2]}),
        ({"a": [1, 2]}, {"a.2": 3}, {"a": [1, 2, 3]}),
        ({"a": [{"b": 1}]}, {"a.0.b": 2}, {"a": [{"b": 2}]}),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a.-1.b": 3}, {"a": [{"b": 1}, {"b": 3}]}),
        ({"a": 1}, {"a.b": 2}, {"a": 1}),
        ({"a": None}, {"a.b": 2}, {"a": None}),
        ({}, {"": 1}, {"": 1}),
    ],
)
def test_put(before: dict[str, Any], put: dict[str, Any], after: dict[str, Any]) -> None:
    """Missing objects are made, lists take an insertion, and a scalar at the end is left alone."""
    assert MetadataChangeset(put_fields=put).apply_to(before)[0] == after


@pytest.mark.parametrize(
    ("before", "path", "complaint"),
    [
        ({"a": 1}, "a.b.c", "neither object nor list"),
        ({"a": [1]}, "a.1.b", "has 1 elements"),
        ({"a": [1]}, "a.x.b", "needs an index"),
        ({"a": [1]}, "a.x", "needs an index"),
        ({"a": [1]}, "a.--1", "needs an index"),
        ({"a": [1]}, "a.", "needs an index"),
    ],
)
def test_a_put_that_leads_nowhere_says_why(before: dict[str, Any], path: str, complaint: str) -> None:
    """The message names the path."""
    with pytest.raises(ValueError, match=complaint) as refusal:
        MetadataChangeset(put_fields={path: 2}).apply_to(before)
    assert f'"{path}"' in str(refusal.value)


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ({"a": 1, "b": 2}, "a", {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, "a.b", {"a": {"c": 2}}),
        ({"a": {"b": {"c": 1}}}, "a.b.c", {}),
        ({"a": {"b": {"c": 1}, "d": 2}}, "a.b.c", {"a": {"d": 2}}),
        ({"a": [1, 2]}, "a.0", {"a": [2]}),
        ({"a": [1, 2]}, "a.-1", {"a": [1]}),
        ({"a": [1]}, "a.0", {}),
        ({"a": [{"b": 1}, 2]}, "a.0.b", {"a": [2]}),
        ({"a": {}}, "a.b", {}),
        ({"a": []}, "a.0", {}),
        ({"a": ""}, "a.b", {}),
        ({"a": {}}, "a.b.c", {"a": {}}),
        ({"a": 1}, "a.b", {"a": 1}),
        ({"a": 1}, "ghost.b", {"a": 1}),
        ({"a.b": 1}, "a.b", {"a.b": 1}),
    ],
)
def test_remove(before: dict[str, Any], path: str, after: dict[str, Any]) -> None:
    """Ancestors that are empty then go too; a path that leads nowhere on the way changes nothing."""
    assert MetadataChangeset(remove_fields=[path]).apply_to(before)[0] == after


def test_puts_come_before_removals() -> None:
    """What is put and removed in one changeset is gone."""
    assert MetadataChangeset(put_fields={"a": 1}, remove_fields=["a"]).apply_to({})[0] == {}


def test_tags_keep_their_order() -> None:
    """New tags are appended once, then removals are taken out."""
    changeset = MetadataChangeset(put_tags=["c", "a", "d", "c"], remove_tags=["b", "d"])

    assert changeset.apply_to({}, ["b", "a"])[1] == ["a", "c"]


def test_replace_all_keeps_dots_and_drops_the_rest() -> None:
    """Metadata becomes what is put, as written."""
    assert MetadataChangeset(put_fields={"a.b": 1}, replace_all=True).apply_to({"x": 1}, ["t"]) == ({"a.b": 1}, [])
    assert MetadataChangeset(replace_all=True).apply_to({"x": 1}, ["t"]) == ({}, [])


def test_a_changed_key_with_a_dot_replaces_everything() -> None:
    """Such a key has no path, so no smaller changeset can reach it."""
    changeset = MetadataChangeset.between({"a.b": 1, "c": 2}, {"a.b": 2, "c": 2}, old_tags=["x"], new_tags=["x"])

    assert changeset.to_wire() == {"put_fields": {"a.b": 2, "c": 2}, "put_tags": ["x"], "replace_all": True}


def test_between_is_the_smallest_changeset() -> None:
    """Only what differs is named, by path, and empty members are absent."""
    old = {"same": 1, "gone": 1, "deep": {"same": [1], "changed": 1}, "typed": 1}
    new = {"same": 1, "deep": {"same": [1], "changed": 2}, "typed": True, "new": {"a": 1}}

    changeset = MetadataChangeset.between(old, new)

    assert changeset.to_wire() == {
        "put_fields": {"deep.changed": 2, "new": {"a": 1}, "typed": True},
        "remove_fields": ["gone"],
    }


def test_an_object_that_becomes_empty_is_put_whole() -> None:
    """Removing its last key would remove the object too."""
    changeset = MetadataChangeset.between({"a": {"b": 1}}, {"a": {}})

    assert changeset.to_wire() == {"put_fields": {"a": {}}}


def test_set_adds_to_a_changeset() -> None:
    """The fluent form leaves the changeset it starts from alone."""
    start = MetadataChangeset()

    assert start.set("a", 1).set("b.c", 2).put_fields == {"a": 1, "b.c": 2}
    assert start.is_empty()


def test_parameters_are_put_and_removed_by_name() -> None:
    """The builder leaves empty members out; the order of what stays is kept."""
    changeset = (
        ActionParameterChangeset.Builder()
        .put_parameter(ActionParameter(name="b", default=1))
        .put_parameter(ActionParameter(name="d"))
        .remove_parameter("a")
        .build()
    )

    result = changeset.apply_to([ActionParameter(name=name) for name in "abc"])

    assert [(parameter.name, parameter.default) for parameter in result] == [("b", "1"), ("c", None), ("d", None)]
    assert ActionParameterChangeset.Builder().remove_parameter("a").build().to_wire() == {"remove_parameters": ["a"]}
