"""SARIF: valid, with places in the repository and fingerprints that outlive a moved line."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.render.sarif import diagnostics_sarif
from tests.render.sarif_subset import LOG

PROBLEM = Diagnostic("unknown-key", 'unknown key "urri"', Span("a.yaml", 5, 3, 5, 7), 'did you mean "uri"?')


def results(*diagnostics: Diagnostic, **more: Any) -> list[dict[str, Any]]:
    """Return the results of a log, which is valid."""
    log = json.loads(diagnostics_sarif(diagnostics, **more))
    jsonschema.validate(log, LOG, cls=jsonschema.Draft202012Validator)
    return list(log["runs"][0]["results"])


def fingerprint(result: dict[str, Any]) -> str:
    """Return what tells a result from others over time."""
    return str(result["partialFingerprints"]["reconciler/v1"])


def test_a_result_has_rule_level_message_and_region() -> None:
    """Ends are exclusive for both, paths are those of the repository."""
    (result,) = results(PROBLEM, folder="team/a b/")

    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("unknown-key", 0, "error")
    assert result["message"]["text"] == 'unknown key "urri"\nhint: did you mean "uri"?'
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "team/a%20b/a.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 5, "startColumn": 3, "endLine": 5, "endColumn": 7},
            }
        }
    ]


@pytest.mark.parametrize("span", [None, Span.at("<stdin>"), Span.at("/etc/passwd"), Span.at("../a.yaml")])
def test_what_is_in_no_repository_has_no_location(span: Span | None) -> None:
    """Code scanning would look for the file."""
    (result,) = results(Diagnostic("r", "s", span))

    assert "locations" not in result


def test_severities_are_levels() -> None:
    """An error is an error, a note a note."""
    found = results(*(Diagnostic("r", severity.value, severity=severity) for severity in Severity))

    assert [each["level"] for each in found] == ["error", "warning", "note"]


def test_every_rule_that_found_something_is_listed_once() -> None:
    """In order, with what it finds where that is known."""
    log = json.loads(
        diagnostics_sarif([PROBLEM, PROBLEM, Diagnostic("empty", "x")], rules={"empty": "Finds nothing.\n\nReally."})
    )

    assert log["runs"][0]["tool"]["driver"]["rules"] == [
        {
            "id": "empty",
            "shortDescription": {"text": "Finds nothing."},
            "help": {"text": "Finds nothing.\n\nReally.", "markdown": "Finds nothing.\n\nReally."},
        },
        {"id": "unknown-key"},
    ]


def test_a_fingerprint_outlives_a_moved_line() -> None:
    """And tells two of the same kind in a file apart."""
    moved = Diagnostic(PROBLEM.rule, PROBLEM.summary, Span("a.yaml", 50, 1, 50, 2))
    first, second = results(PROBLEM, moved)
    (alone,) = results(moved)

    assert fingerprint(first) == fingerprint(alone)
    assert fingerprint(first) != fingerprint(second)


def test_no_problems_are_an_empty_run() -> None:
    """Code scanning closes what it had."""
    assert results() == []


def test_what_would_be_a_placeholder_or_a_link_is_escaped() -> None:
    """Text of a manifest is text; other braces stay readable."""
    (result,) = results(Diagnostic("r", "see {0} at [here](http://evil) in { a: [b] }"))

    assert result["message"]["text"] == "see {{0}} at \\[here](http://evil) in { a: [b] }"


@given(st.lists(st.builds(Diagnostic, st.just("rule"), st.text(min_size=1), st.builds(Span.at, st.text(), st.just(1)))))
def test_any_text_is_valid_sarif(diagnostics: list[Diagnostic]) -> None:
    """Whatever files and problems are called, lone surrogates included."""
    assert len(results(*diagnostics)) == len(diagnostics)
