"""Text that is not YAML: each mistake has a place, a name and a way out."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Span
from reconciler.manifests import yaml_events
from reconciler.manifests.source import parse
from tests.manifests.texts import FILE, data_of, problem, problems

TABS = "a tab indents this line, and YAML indents with spaces only"
INDENT = "indent keys of one mapping, and items of one list, by the same number of spaces"


@pytest.mark.parametrize(
    ("text", "place", "summary", "hint"),
    [
        ("a:\n\tb: 1\n", "2:1", TABS, "replace each tab by two spaces"),
        ("a:\n  b: 1\n  \tc: 2\n", "3:3", TABS, "replace each tab by two spaces"),
        ("a: |\n\tfoo\n", "2:1", TABS, "replace each tab by two spaces"),
        ("-\tx: 1\n\ty: 2\n", "1:2", TABS, "replace each tab by two spaces"),
        ("a: 'x\nb: 1\n", "1:4", "the quote ' opened here is never closed", "add ' at the end of the value"),
        ('a: "x\nb: 1\n', "1:4", 'the quote " opened here is never closed', 'add " at the end of the value'),
        (
            "a: [1, 2\nb: 1\n",
            "1:4",
            'the "[" opened here is not closed before line 2',
            'add "]" after the last item',
        ),
        ("a: {b: 1\n", "1:4", 'the "{" opened here is not closed before line 2', 'add "}" after the last item'),
        ("a: {b: 1\n---\n", "1:4", 'the "{" opened here is not closed before line 2', 'add "}" after the last item'),
        (
            "a: [1 [2]]\n",
            "1:7",
            'expected "," or "]" here',
            'separate the items with commas and close the "["',
        ),
        ("a: [", "1:5", "the text ends inside brackets", 'close every "[" and "{"'),
        ("a: }\n", "1:4", 'unexpected "}"', "remove it"),
        ("a: [1,,2]\n", "1:7", 'unexpected ","', "remove it"),
        ("uri\nb: 1\n", "1:1", 'this line has no ":" after its key', 'write it as "key: value"'),
        (
            "a:\n  uri:x\n  b: 1\n",
            "2:3",
            "no space after the colon of this key",
            'put a space after the colon: "key: value"',
        ),
        (
            "a: b: c\n",
            "1:5",
            'a second ": " on one line',
            'put the value in quotes if the colon belongs to it: key: "one: two"',
        ),
        (
            "a: 1\n  b: 2\n",
            "2:3",
            "this key is indented deeper than the one above it, which has a value already",
            INDENT,
        ),
        (
            "a:\n  b: 1\n c: 2\n",
            "3:2",
            "the indentation does not match the mapping that begins on line 1",
            INDENT,
        ),
        (
            "a:\n  - b\n  c: 1\n",
            "3:3",
            'expected another "- " of the list that begins on line 2, or less indentation',
            INDENT,
        ),
        (
            "a: 1\n- b\n",
            "2:1",
            "a list item where a key is expected",
            "put the list below a key of its own, or remove the dash",
        ),
        (
            "a: - b\n",
            "1:4",
            "a list cannot start on the line of its key",
            'start the list on the next line, or write it in "[" and "]"',
        ),
        (
            "a: 'it's'\n",
            "1:8",
            'unexpected text after the value: "s\'"',
            "put the whole value in one pair of quotes; within single quotes write '' for '",
        ),
        (
            "a: **/*.bag # all\n",
            "1:4",
            'a value that starts with "*" is an alias, and this is not one',
            'put it in quotes: "**/*.bag"',
        ),
        ("a: @x\n", "1:4", 'a value cannot start with "@"', 'put it in quotes: "@x"'),
        ('a: `"x"`\n', "1:4", 'a value cannot start with "`"', "put it in quotes: '`\"x\"`'"),
        ("a: |x\n  b\n", "1:5", 'text on the line of "|" or ">"', "start the text on the next line, indented"),
        (
            'a: "C:\\work"\n',
            "1:7",
            "an escape that YAML does not have",
            r"write \\ for a backslash, or use single quotes",
        ),
        (
            'a: "\\ud83d\\ude00"\n',
            "1:7",
            "an escape that is not a character",
            r"write the character itself, or one escape such as \U0001F600",
        ),
        (
            "a: 1\n...\nb: 2\n",
            "3:1",
            "more content after the end of the document",
            'begin another document with a line "---"',
        ),
        ("%FOO bar\n---\na: 1\n", "1:5", "an unknown directive", 'remove the line that starts with "%"'),
        ("%YAML 3.0\n---\na: 1\n", "1:1", "this version of YAML is not supported", 'remove the line "%YAML"'),
        ("a: !x!y z\n", "1:4", "tags are not allowed", "remove the tag; quotes make any value text"),
        (
            "a: x\nb: \x1b[0m\n",
            "2:4",
            "the character U+001B is not allowed in YAML",
            r'remove it, or write it as an escape in double quotes such as "\x1b"',
        ),
        (
            "a: \ud800\n",
            "1:4",
            "the character U+D800 is not allowed in YAML",
            r'remove it, or write it as an escape in double quotes such as "\x1b"',
        ),
    ],
)
def test_a_syntax_error_says_what_was_written_wrongly(text: str, place: str, summary: str, hint: str) -> None:
    """Not what the parser did not find, but what to change and where."""
    found = problem(text)
    assert (str(found.span), found.summary, found.hint) == (f"{FILE}:{place}", summary, hint)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a:\n\tb: 1\n", "tab-indentation"),
        ("a: [\n", "yaml-syntax"),
        ("a: \x00\n", "forbidden-character"),
        ("a: *b\n", "unknown-anchor"),
    ],
)
def test_rules_are_stable(text: str, rule: str) -> None:
    """Machine outputs key on them."""
    assert problem(text).rule == rule


def test_columns_count_characters() -> None:
    """Not bytes: editors and users count what they see."""
    found = problem("名前: {é: 1, é: 2}\n")
    assert found.span == Span(FILE, 1, 12, 1, 13)


def test_every_broken_document_of_a_file_is_reported_in_one_run() -> None:
    """Reading goes on at the next marker, with the right lines, and good documents stay."""
    parsed = parse("a: 1\n---\nb: [\n---\nc: 1\nc: 2\n---\nd: 'x\n---\ne: 1\n", file=FILE)
    assert [(found.rule, str(found.span)) for found in parsed.diagnostics] == [
        ("yaml-syntax", f"{FILE}:4:1"),
        ("duplicate-key", f"{FILE}:6:1"),
        ("yaml-syntax", f"{FILE}:8:4"),
    ]
    assert [document.data for document in parsed.documents] == [{"a": 1}, {"c": 1}, {"e": 1}]
    assert [document.index for document in parsed.documents] == [0, 2, 4]


def test_a_file_of_nothing_but_errors_is_given_up_after_a_while() -> None:
    """Restarting the parser for each of many markers would be quadratic."""
    assert len(problems("---\n[\n" * 1000)) <= 20


@pytest.mark.parametrize(
    "text", ["a:\n\tb: 1\n", "a: [1\nb: 2\n", "a: 'x\n", "a: **/*.bag\n", "a: \x01\n", "a: b: c\n"]
)
def test_without_libyaml_the_words_are_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser complains in its own words, and we translate both."""
    expected = problem(text)
    monkeypatch.setattr(yaml_events, "CParser", None)
    found = problem(text)
    assert (found.rule, found.hint) == (expected.rule, expected.hint)
    assert data_of("a: [1, 'x']\nb: &x {c: on}\nd: *x\n") == [{"a": [1, "x"], "b": {"c": "on"}, "d": {"c": "on"}}]
