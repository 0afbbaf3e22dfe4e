"""Variables in manifests: what a reference becomes, and what is no reference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.variables import Variables, escaped, has_reference, substituted, value_of

VALUES = Variables({"tag": "1.4", "memory": 8192, "ratio": 0.5, "on": True}, {"sha": "set GIT_SHA"})


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${var.memory}", 8192),
        ("${var.ratio}", 0.5),
        ("${var.on}", True),
        ("${var.tag}", "1.4"),
        ("img:${var.tag}", "img:1.4"),
        ("${var.tag}-${var.memory}-${var.on}", "1.4-8192-true"),
        ("$${var.tag}", "${var.tag}"),
        ("a $${var.undefined} ${var.tag}", "a ${var.undefined} 1.4"),
        ("$$${var.tag}", "$${var.tag}"),
        ("${HOME} $HOME $(x) ${{ github.ref }}", "${HOME} $HOME $(x) ${{ github.ref }}"),
        ("roboto-secret://${var.tag}/x", "roboto-secret://1.4/x"),
    ],
)
def test_a_reference_becomes_the_value(written: str, value: Any) -> None:
    """Alone it keeps its type, within text it is text; what is escaped or of another tool stays text."""
    found, problems = substituted({"a": [written]}, VALUES)
    assert problems == []
    assert found == {"a": [value]}
    assert type(found["a"][0]) is type(value)  # type: ignore[index]  # a mapping, as just asserted


@pytest.mark.parametrize(
    ("written", "rule", "said"),
    [
        ("${var.tga}", "undefined-variable", 'did you mean "tag"?'),
        ("${var.sha}", "variable-without-value", "set GIT_SHA"),
        ("${var.Tag}", "illegal-reference", "write ${var.name}"),
        ("${ var.tag }", "illegal-reference", "write ${var.name}"),
        ("${var.tag", "illegal-reference", "write ${var.name}"),
        ("${var.}", "illegal-reference", "write ${var.name}"),
        ("${var.tag + 1}", "illegal-reference", "write ${var.name}"),
    ],
)
def test_what_is_no_value_is_told(written: str, rule: str, said: str) -> None:
    """With its place and what to write; nothing is evaluated."""
    _, [problem] = substituted({"a": {"b/c": [0, written]}}, VALUES)
    assert (problem.rule, problem.pointer, problem.hint) == (rule, "/a/b~1c/1", said)


def test_a_key_cannot_be_a_variable() -> None:
    """Which keys a document has does not depend on the environment."""
    _, [problem] = substituted({"${var.tag}": 1, "$${var.tag}": 2}, VALUES)
    assert (problem.rule, problem.at_key) == ("illegal-reference", True)


def test_a_value_is_not_looked_at_again() -> None:
    """A variable that holds a reference holds that text."""
    assert substituted("${var.a}", Variables({"a": "${var.b}", "b": "x"})) == ("${var.b}", [])


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("8192", "number", 8192),
        (" 0.5 ", "number", 0.5),
        ("true", "boolean", True),
        ("8192", "string", "8192"),
        ("", "string", ""),
        ("yes", "boolean", None),
        ("1", "boolean", None),
        ("true", "number", None),
        (".inf", "number", None),
        ("", "number", None),
    ],
)
def test_text_of_the_process_is_read_by_type(text: str, type_: Any, value: Any) -> None:
    """As YAML reads it, and nothing where it is of another type."""
    found = value_of(text, type_)
    assert found == value
    assert type(found) is type(value)


documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@given(documents)
def test_documents_without_references_stay_as_they_are(document: Any) -> None:
    """Whatever else is in them."""
    if not has_reference(document):
        assert substituted(document, VALUES) == (document, [])


pieces = st.lists(
    st.sampled_from(["$", "{", "}", "var.", " ", "tag", "x", "${", "${var.tag}", "${ var.tag}"]), max_size=8
).map("".join)


@given(st.dictionaries(st.just("key"), st.one_of(pieces, st.lists(pieces, max_size=2), st.integers())))
def test_every_value_can_be_written(value: Any) -> None:
    """Escaping gives the value back, whatever is in it that looks like a reference, whole or in part."""
    assert substituted(escaped(value), VALUES) == (value, [])
