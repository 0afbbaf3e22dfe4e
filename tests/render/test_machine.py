"""JSON: one versioned document each, and a stream of lines for apply."""

from __future__ import annotations

import json

import pytest

from reconciler.apply.events import ApplyEnded, ApplyStarted, ChangeEnded, ChangeStarted, Event, Outcome
from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.domain.address import Address, Kind
from reconciler.domain.values import ActionParameter
from reconciler.errors import InvalidManifests, NotFound, StalePlan, TooManyRequests
from reconciler.plan.drift import Drift
from reconciler.plan.model import Op, Plan
from reconciler.plan.planfile import document
from reconciler.render.machine import diagnostics_json, drift_json, error_json, event_json, plan_json, version_line
from tests.render.builders import IDENTITY, SOURCE, live, plan_of, wanted

INGEST = Address(Kind.ACTION, "ingest")
PROBLEM = Diagnostic("unknown-key", "unknown key", Span("a.yaml", 1, 2, 1, 9), "remove it", "long story")
WARNING = Diagnostic("odd", "odd", severity=Severity.WARNING)


def test_a_plan_is_the_plan_files_document() -> None:
    """What is shown is what would be saved."""
    plan = plan_of([wanted(timeout=3)], [live()])

    assert json.loads(plan_json(plan)) == document(plan)


def test_secrets_are_revealed_only_on_request() -> None:
    """The mask is the default."""
    plan = plan_of([wanted(parameters=(ActionParameter(name="api_token", default="hunter2"),))])

    assert "hunter2" not in plan_json(plan)
    assert "hunter2" in plan_json(plan, reveal=True)


def test_drift_tells_both_sides_and_who_it_was() -> None:
    """Each difference has live before, manifest after, and the last hand on it; no request."""
    drift = Drift.of(plan_of([wanted(timeout=30), wanted("new")], [live(timeout=45), live("stray")]))

    told = json.loads(drift_json(drift))
    (differing, missing) = sorted(told["resource_drift"], key=lambda each: each["address"])

    assert (missing["address"], missing["state"], missing["modified_by"]) == ("action.new", "missing", "")
    assert told["sides"] == {"before": "live", "after": "manifest"}
    assert differing["state"] == "differs"
    assert differing["fields"] == [{"pointer": "/spec/timeout", "before": 45, "after": 30}]
    assert differing["modified_by"] == "ana@example.com"
    assert told["summary"] == {"missing": 1, "differing": 1, "unwanted": 0, "unchanged": 0, "unmanaged": 1}
    assert "requests" not in differing


def test_diagnostics_have_counts_and_ranges() -> None:
    """Warnings leave the manifests valid."""
    told = json.loads(diagnostics_json([PROBLEM, WARNING], {"Action": 2}))

    assert (told["valid"], told["error_count"], told["warning_count"], told["documents"]) == (
        False,
        1,
        1,
        {"Action": 2},
    )
    assert told["diagnostics"][0]["range"]["start"] == {"line": 1, "column": 2}
    assert json.loads(diagnostics_json([WARNING], {}))["valid"] is True


def test_diagnostics_have_one_shape_everywhere() -> None:
    """A warning in a plan reads like one of validate."""
    plan = Plan(IDENTITY, SOURCE, (), warnings=(PROBLEM, WARNING))

    assert document(plan)["diagnostics"] == json.loads(diagnostics_json([PROBLEM, WARNING], {}))["diagnostics"]


def test_an_error_tells_what_kind_it_is_and_what_to_do() -> None:
    """Programs branch on the type and the exit code."""
    told = json.loads(error_json(StalePlan("it moved", hint="plan again")))

    assert told["error"] == {"type": "StalePlan", "message": "it moved", "hint": "plan again", "exit_code": 4}
    assert told["diagnostics"] == []


def test_an_error_of_the_platform_tells_what_was_asked() -> None:
    """Facts of an error are members."""
    error = TooManyRequests("slow down", operation='create action "a"', retry_after=2.5)

    told = json.loads(error_json(error))["error"]

    assert (told["operation"], told["retry_after"]) == ('create action "a"', 2.5)
    assert "operation" not in json.loads(error_json(NotFound("no")))["error"]


def test_invalid_manifests_come_with_every_diagnostic() -> None:
    """JSON output loses nothing that text output has."""
    told = json.loads(error_json(InvalidManifests([PROBLEM, WARNING])))

    assert [each["rule"] for each in told["diagnostics"]] == ["unknown-key", "odd"]


def test_a_stream_begins_with_its_version() -> None:
    """Readers can refuse a stream before its first event."""
    told = json.loads(version_line())

    assert (told["type"], told["format_version"]) == ("version", "1.0")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (ApplyStarted("sha256:1", 2), {"type": "apply_started", "plan_id": "sha256:1", "total": 2}),
        (ChangeStarted(INGEST, Op.UPDATE), {"type": "change_started", "address": "action.ingest", "op": "update"}),
        (
            ChangeEnded(INGEST, Op.CREATE, Outcome.FAILED, 1, 2, "taken\u2028", "choose", 0.12345),
            {
                "type": "change_ended",
                "address": "action.ingest",
                "op": "create",
                "outcome": "failed",
                "requests_done": 1,
                "requests_total": 2,
                "reason": "taken\u2028",
                "hint": "choose",
                "seconds": 0.123,
                "denied": False,
            },
        ),
        (
            ApplyEnded(1, 2, 3, 4, interrupted=True, left_alone=5, seconds=9),
            {
                "type": "apply_ended",
                "applied": 1,
                "failed": 2,
                "skipped": 3,
                "unknown": 4,
                "interrupted": True,
                "left_alone": 5,
                "seconds": 9,
            },
        ),
    ],
)
def test_an_event_is_one_line(event: Event, told: dict[str, object]) -> None:
    """Every event is an object on a line of its own."""
    text = event_json(event)

    assert json.loads(text) == told
    assert text.splitlines() == [text]


def test_lone_surrogates_can_be_written() -> None:
    """Text that no encoding holds does not stop the output."""
    assert "\\udc80" in diagnostics_json([Diagnostic("odd", "\udc80")], {}).encode().decode()
