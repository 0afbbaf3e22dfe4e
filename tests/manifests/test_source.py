"""Text to documents: which there are, what aliases stand for, and what is refused in them."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Span
from reconciler.manifests.nesting import DEEPEST
from reconciler.manifests.places import MOST_EXPANDED, MOST_PROBLEMS
from reconciler.manifests.source import Parsed, locate, parse
from tests.manifests.texts import FILE, data_of, problem, problems


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "---\n---\n# x\n...\n", "\ufeff"])
def test_empty_documents_are_skipped(text: str) -> None:
    """A file of comments and markers holds nothing, and that is no problem."""
    assert parse(text, file=FILE) == Parsed(())


def test_documents_count_the_empty_ones_and_start_at_their_content() -> None:
    """The index of a document is what a reader counts, markers included."""
    parsed = parse("---\n# one\na: 1\n---\n---\n  b: 2\n---\n", file=FILE)
    assert [(document.data, document.index) for document in parsed.documents] == [({"a": 1}, 0), ({"b": 2}, 2)]
    assert [(document.line, document.column) for document in parsed.documents] == [(3, 1), (6, 3)]


def test_both_passes_agree_on_the_start_of_a_document() -> None:
    """An anchor sends a file through the careful pass, which places documents as the fast one does."""
    fast = parse("# x\na: b\n---\nc: 1\n", file=FILE)
    careful = parse("# x\na: &b b\n---\nc: 1\n", file=FILE)
    assert fast == careful


@pytest.mark.parametrize("text", ["- 1\n- a\n", "[1, a]\n", "--- \n- 1\n- 'a'\n"])
def test_a_document_may_be_anything(text: str) -> None:
    """Whether a manifest is a mapping is for the schema to say."""
    assert data_of(text) == [[1, "a"]]


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    """Neither moves a place."""
    text = "\ufeffa: 1\r\nb:\r\n  c: 2\r\n"
    assert data_of(text) == [{"a": 1, "b": {"c": 2}}]
    assert locate(text, file=FILE, document=0, path=["b", "c"]) == Span(FILE, 3, 6, 3, 7)


def test_an_alias_is_a_copy_of_what_its_anchor_marks() -> None:
    """Changing one value never changes the other."""
    (manifest,) = data_of("a: &x {b: [1]}\nc: *x\n")
    assert manifest == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert isinstance(manifest, dict)
    assert manifest["a"] is not manifest["c"]


def test_the_latest_anchor_of_a_name_counts() -> None:
    """Anchors may be set again, and those of another document are unknown."""
    assert data_of("a: &x 1\nb: &x 2\nc: *x\n") == [{"a": 1, "b": 2, "c": 2}]
    assert problem("a: &x 1\n---\nb: *x\n").rule == "unknown-anchor"


def test_an_alias_of_text_may_be_a_key() -> None:
    """What counts is what the alias stands for."""
    assert data_of("a: &x b\n*x : 1\n") == [{"a": "b", "b": 1}]


def laughs(levels: int) -> str:
    """Return a document in which each anchor stands for nine of the one before."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def test_aliases_expand_up_to_a_bound() -> None:
    """A billion laughs are one diagnostic, at the alias that goes too far."""
    assert problems(laughs(4)) == []
    found = problem(laughs(30))
    assert found.rule == "alias-expansion"
    assert found.summary == f"the aliases of this document stand for more than {MOST_EXPANDED:,} values"
    assert found.hint
    assert found.span is not None
    assert found.span.line == 5


def test_aliases_cannot_nest_past_the_depth_limit() -> None:
    """Each level of aliases adds the depth of what it stands for."""
    deep = "&a " + "[" * 40 + "1" + "]" * 40
    assert problem(f"x: {deep}\ny: {'[' * 40}*a{']' * 40}\n").rule == "too-deep"


def test_an_alias_inside_its_own_anchor_is_refused() -> None:
    """Such a value would have no end."""
    found = problem("a: &x\n  b: [*x]\n")
    assert (found.rule, str(found.span)) == ("recursive-alias", f"{FILE}:2:7")
    assert found.summary == 'the alias "*x" stands inside its own anchor "&x"'


def test_a_duplicate_key_names_the_line_of_the_first() -> None:
    """The diagnostic stands at the second; the first one's value stays."""
    parsed = parse("a:\n  uri: x\n  tags: []\n  uri: y\n", file=FILE)
    (found,) = parsed.diagnostics
    assert found.rule == "duplicate-key"
    assert found.summary == 'the key "uri" is there twice; the first is on line 2'
    assert found.span == Span(FILE, 4, 3, 4, 6)
    assert found.hint == "keep one of the two"
    assert parsed.documents[0].data == {"a": {"uri": "x", "tags": []}}


def test_keys_are_duplicate_by_what_they_mean() -> None:
    """Quotes make no other key, and neither does a value that is a mapping."""
    assert [str(found.span) for found in problems("a: 1\n'a': {b: 1, b: 2}\n\"a\": 3\n")] == [
        f"{FILE}:2:1",
        f"{FILE}:2:13",
        f"{FILE}:3:1",
    ]


@pytest.mark.parametrize(
    ("key", "kind"),
    [("1", "a number"), ("1.5", "a number"), ("true", "a boolean"), ("~", "null"), ("null", "null")],
)
def test_a_key_that_is_not_text_is_refused_with_the_quoted_fix(key: str, kind: str) -> None:
    """JSON has no such keys."""
    found = problem(f"a:\n  {key}: x\n  b: 1\n")
    assert found.rule == "non-string-key"
    assert found.summary == f"keys are text, and {key} is {kind}"
    assert found.hint == f'put it in quotes: "{key}":'
    assert found.span == Span(FILE, 2, 3, 2, 3 + len(key))


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("? [a, b]\n: 1\nc: 2\n", "keys are text, and this one is a list", "write plain keys, one a line"),
        ("? {a: 1, a: 2}\n: 1\n", "keys are text, and this one is a mapping", "write plain keys, one a line"),
        ("a: {{ image }}\n", "keys are text, and this one is a mapping", 'put a template in quotes: "{{ ... }}"'),
    ],
)
def test_a_key_that_is_a_collection_is_refused(text: str, summary: str, hint: str) -> None:
    """The commonest is a template without quotes."""
    found = problems(text)[0]
    assert (found.rule, found.summary, found.hint) == ("non-string-key", summary, hint)


def test_merge_keys_are_refused_with_the_way_out() -> None:
    """YAML 1.2 has none; parameter sets share parameters."""
    found = problem("x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n")
    assert (found.rule, str(found.span)) == ("merge-key", f"{FILE}:3:3")
    assert "parameter_sets" in found.hint


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("a: !!python/object:os.system x\n", "!!python/object:os.system"),
        ("a: !!str 12\n", "!!str"),
        ("a: !Ref x\n", "!Ref"),
        ("a: ! 12\n", "!"),
        ("a: [! 12]\n", "!"),
        ("a: !!set {b: 1}\n", "!!set"),
        ("!!map\na: 1\n", "!!map"),
        ("!x a: 1\n", "!x"),
    ],
)
def test_tags_are_refused(text: str, tag: str) -> None:
    """Nothing in a manifest chooses a type, least of all a Python one."""
    found = problem(text)
    assert (found.rule, found.summary) == ("yaml-tag", f'the tag "{tag}" is not allowed: manifests are plain data')


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "[{a: "])
@pytest.mark.parametrize("levels", [DEEPEST + 1, 100_000])
def test_endless_nesting_is_one_diagnostic(bracket: str, levels: int) -> None:
    """No depth makes the reader recurse."""
    assert problem(bracket * levels).rule == "too-deep"


def test_nesting_up_to_the_limit_is_read() -> None:
    """The limit itself is legal, by either pass."""
    text = f"a: {'[' * (DEEPEST - 1)}{']' * (DEEPEST - 1)}\n"
    assert problems(text) == []
    assert problems(text.replace("a:", "a: &a")) == []
    assert problem(text.replace("[]", "[[]]")).rule == "too-deep"


def test_a_file_full_of_problems_is_given_up() -> None:
    """A hundred are enough to see that it is no manifest."""
    found = problems("a: 1\n" * 100_000)
    assert [each.rule for each in found] == ["duplicate-key"] * MOST_PROBLEMS + ["too-many-problems"]
    assert found[-1].summary == "this file has more than 100 problems; the rest of it was not read"
