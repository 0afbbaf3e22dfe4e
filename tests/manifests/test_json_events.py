"""JSON files: read strictly, with the same limits and places as YAML."""

from __future__ import annotations

import pytest

from tests.manifests.texts import JSON, data_of, problem, problems


@pytest.mark.parametrize(
    ("text", "place", "summary", "hint"),
    [
        ('{"a": 1,}', "1:9", "JSON allows no comma before a closing bracket", "remove the comma"),
        ("[1,\n]", "2:1", "JSON allows no comma before a closing bracket", "remove the comma"),
        ('{"a" 1}', "1:6", 'expected ":" after the key, found 1', 'the innermost open "{" stands on line 1'),
        ('{\n"a": 1\n"b": 2}', "3:1", 'expected "," or "}", found "', 'the innermost open "{" stands on line 1'),
        ("{'a': 1}", "1:2", "' is not JSON", "strings take double quotes"),
        ("{a: 1}", "1:2", "a is not JSON", "put text in double quotes"),
        ("// x\n{}", "1:1", "/ is not JSON", "JSON has no comments; a YAML file has"),
        ('{"a": True}', "1:7", "True is not JSON", "write true"),
        ('{"a": None}', "1:7", "None is not JSON", "write null"),
        ("[NaN]", "1:2", "NaN is not JSON", "JSON has no such number"),
        (
            "[01]",
            "1:2",
            "01 is not JSON",
            "numbers are written 12, -3, 0.5 or 1e3; anything else goes in double quotes",
        ),
        ("", "1:1", "the file is empty", "write a JSON object, or remove the file"),
        (
            '{"a": [1',
            "1:9",
            'the file ends, expected "," or "]"',
            'the innermost open "[" stands on line 1',
        ),
        (
            '{"a": 1}\n}',
            "2:1",
            "expected the end of the file, found }",
            "a JSON file holds one value and nothing after it",
        ),
        ('["a\nb"]', "1:2", "the string is not closed on its line", 'close it with "; a line break is \\n'),
        (
            r'["C:\work"]',
            "1:2",
            "the string holds a character or an escape that JSON does not have",
            r"legal escapes are \" \\ \/ \b \f \n \r \t and \uXXXX",
        ),
        (
            r'["\ud83d"]',
            "1:2",
            "the string holds half a surrogate pair",
            "write both halves, or the character",
        ),
    ],
)
def test_a_mistake_in_json_says_what_to_do(text: str, place: str, summary: str, hint: str) -> None:
    """JSON files are read strictly."""
    found = problem(text, file=JSON)
    assert (str(found.span), found.rule, found.summary, found.hint) == (f"{JSON}:{place}", "json-syntax", summary, hint)


def test_json_is_known_by_the_name_of_its_file() -> None:
    """The same text is legal YAML elsewhere."""
    assert data_of("{a: 1}", file="a.yaml") == [{"a": 1}]
    assert problem("{a: 1}", file="A.JSON").rule == "json-syntax"


def test_duplicate_keys_of_json_are_found() -> None:
    """The standard library would take the last one silently."""
    found = problem('{"a": 1,\n "b": {"c": 1, "c": 2}}', file=JSON)
    assert (found.rule, str(found.span)) == ("duplicate-key", f"{JSON}:2:16")


@pytest.mark.parametrize("text", ['"\\ud83d\\ude00"', '"😀"', '"\\uD83D\\uDE00"'])
def test_surrogate_escapes_of_json_are_characters(text: str) -> None:
    """A pair of escapes is one character."""
    assert data_of(text, file=JSON) == ["😀"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 65 + "]" * 65])
def test_endless_nesting_of_json_is_one_diagnostic(text: str) -> None:
    """The limit is that of YAML."""
    assert problem(text, file=JSON).rule == "too-deep"


def test_json_numbers_are_bounded_as_in_yaml() -> None:
    """Where the standard library gives infinity, a diagnostic says so."""
    assert data_of("[-0, 1e5, 12, 0.25]", file=JSON) == [[0, 100000.0, 12, 0.25]]
    assert [found.rule for found in problems(f"[1e999, {'9' * 401}]", file=JSON)] == ["not-json", "not-json"]
