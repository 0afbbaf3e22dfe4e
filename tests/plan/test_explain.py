"""Explanations of values that have no fixed form."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.domain.changesets import same_json
from reconciler.plan.explain import _in_order, _matched, _nested, differences
from reconciler.plan.model import ABSENT, FieldChange


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [FieldChange("/spec/metadata/a/b/1", 2, 3)]),
        ({"a": {"b": 1}}, {"a": {"b": True}}, [FieldChange("/spec/metadata/a/b", 1, True)]),
        ({"a": [1]}, {"a": [1, 2]}, [FieldChange("/spec/metadata/a/1", ABSENT, 2)]),
        ({"a": [1, 2]}, {"a": [1]}, [FieldChange("/spec/metadata/a/1", 2, ABSENT)]),
        ({"a": [1]}, {"a": {"b": 1}}, [FieldChange("/spec/metadata/a", [1], {"b": 1})]),
        ({"a": 1}, {"a": None}, [FieldChange("/spec/metadata/a", 1, None)]),
        ({"a/b~": 1}, {"a/b~": 2}, [FieldChange("/spec/metadata/a~1b~0", 1, 2)]),
        ({"a": {"x/y": 1, "z": 1}}, {"a": {"x/y": 2, "z": 1}}, [FieldChange("/spec/metadata/a/x~1y", 1, 2)]),
    ],
)
def test_nested_values_are_explained_down_to_what_differs(
    old: dict[str, Any], new: dict[str, Any], expected: list[FieldChange]
) -> None:
    """Pointers lead to the smallest difference; types count."""
    assert list(differences({"metadata": old}, {"metadata": new})) == expected


def test_equal_shapes_have_no_differences() -> None:
    """Nothing differs from itself."""
    shape = {"metadata": {"a": [1, {"b": None}]}, "tags": ["a"], "timeout": 3}

    assert differences(shape, dict(shape)) == ()


def test_differences_come_in_order_of_pointers() -> None:
    """The order does not depend on how the shapes were built."""
    found = differences({"uri": "a", "description": "b"}, {"tags": ["c"]})

    assert [difference.pointer for difference in found] == ["/spec/description", "/spec/tags", "/spec/uri"]


#: JSON without keys that DeepDiff takes for private.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
@settings(deadline=None)
def test_walking_finds_what_deepdiff_finds(old: Any, new: Any) -> None:
    """Where both sides have the same form, comparing them place by place is what DeepDiff does, in less time."""
    old, new = {"a": [{"b": old}]}, {"a": [{"b": new}]}
    assume(not same_json(old, new))
    path = ("spec", "metadata")
    assert _in_order(_nested(path, old, new)) == _in_order(_matched(path, old, new))


def test_changed_descriptions_do_not_load_deepdiff() -> None:
    """Plain fields are explained by comparing them; the library is for nested values alone."""
    code = (
        "import sys; from tests.plan.builders import *;"
        "p = planned([action(description='a', metadata={'a': 1}, tags=('x',), timeout=1)], [action_record()]);"
        "assert p.changes; sys.exit('deepdiff' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
