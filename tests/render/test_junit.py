"""JUnit: the shape every CI reads, counts that add up, and no character that XML cannot hold."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.plan.drift import Drift
from reconciler.plan.model import InventoryRef
from reconciler.render.junit import diagnostics_junit, drift_junit
from tests.render.builders import NOW, live, plan_of, wanted
from tests.render.test_github import DRIFTED

#: The members that Jenkins' and GitLab's readers know, by element; whatever is counted must be there.
ALLOWED = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}


def read(text: str) -> ET.Element:
    """Parse a report and check its shape and its counts."""
    root = ET.fromstring(text)
    for element in root.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        if element.tag.startswith("testsuite"):
            assert int(element.attrib["tests"]) == len(list(element.iter("testcase"))) > 0
            assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
    assert root.tag == "testsuites"
    return root


def test_errors_fail_and_warnings_are_said() -> None:
    """A suite a file; what stands nowhere is of the project; a file without problems passes."""
    problem = Diagnostic("unknown-key", 'unknown key "urri"', Span.at("a.yaml", 5, 3), 'did you mean "uri"?')
    warning = Diagnostic("odd", "odd", severity=Severity.WARNING)

    root = read(diagnostics_junit([problem, warning], files=["a.yaml", "b.yaml"]))

    assert root.attrib["name"] == "reconciler validate"
    assert [suite.attrib["name"] for suite in root] == ["a.yaml", "b.yaml", "project"]
    failure = root[0][0][0]
    assert (failure.tag, failure.attrib["message"]) == ("failure", 'a.yaml:5:3: unknown key "urri"')
    assert failure.text == 'a.yaml:5:3: unknown key "urri"\nhint: did you mean "uri"?'
    assert root[1][0].attrib["name"] == "valid"
    assert root[2][0][0].text == "warning: project: odd"


def test_drift_is_a_failure_with_both_remedies() -> None:
    """Two ways, without an inventory: manifests against live."""
    drift = Drift.of(plan_of([wanted(timeout=30)], [live(timeout=45)]))

    (suite,) = read(drift_junit(drift, now=NOW))
    failure = suite[0][0]

    assert (suite.attrib["name"], suite[0].attrib["name"]) == ("actions/ingest.yaml", "action.ingest")
    assert failure.attrib == {
        "message": "modified by ana@example.com, 2026-11-20 09:12 UTC (3 days ago)",
        "type": "differs",
    }
    assert failure.text is not None
    assert failure.text.splitlines()[1:] == [
        "timeout: live 45, manifest 30",
        "to restore: reconciler apply --target action.ingest",
        "to accept: reconciler export --kind action --name ingest --force",
    ]


def test_what_is_pending_in_git_is_no_failure() -> None:
    """Three ways: only what somebody changed on the platform fails."""
    plan = plan_of([wanted(timeout=30)], [live(timeout=45)])
    drift = replace(Drift.of(plan), inventory=InventoryRef("id", 1))

    assert read(drift_junit(drift)).attrib["failures"] == "0"
    assert read(drift_junit(replace(drift, deviations=(DRIFTED,)))).attrib["failures"] == "1"


def test_nothing_to_tell_is_a_passing_case() -> None:
    """Some readers take a report without cases for a broken one."""
    assert read(drift_junit(Drift.of(plan_of([])))).attrib["tests"] == "1"
    assert read(diagnostics_junit([], files=["a.yaml"])).attrib["failures"] == "0"


@given(st.text(min_size=1), st.text())
def test_any_text_is_legal_xml(file: str, summary: str) -> None:
    """Control characters, surrogates and what XML 1.0 leaves out."""
    root = read(diagnostics_junit([Diagnostic("r", summary, Span.at(file))]))

    assert root.attrib["tests"] == "1"
