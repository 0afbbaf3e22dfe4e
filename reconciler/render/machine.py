"""Everything as JSON for programs: one versioned document each, or one object a line for events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.apply.events import ApplyEnded, ApplyStarted, ChangeEnded, ChangeStarted, Event
from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.encodable import encodable
from reconciler.errors import InvalidManifests, PlatformError, ReconcilerError, TooManyRequests
from reconciler.plan.drift import Drift
from reconciler.plan.model import DriftState, Plan
from reconciler.render.deviations import drift_sides, remedies
from reconciler.render.palette import DRIFTED

#: Minor versions only add members; readers refuse another major version.
FORMAT_VERSION: Final = "1.0"

_TYPES: Final[dict[type[Event], str]] = {
    ApplyStarted: "apply_started",
    ChangeStarted: "change_started",
    ChangeEnded: "change_ended",
    ApplyEnded: "apply_ended",
}


def plan_json(plan: Plan, *, reveal: bool = False) -> str:
    """Return the plan document and a line end; secrets are masked unless ``reveal``."""
    from reconciler.plan.planfile import document

    return _document(document(plan, reveal=reveal))


def drift_json(drift: Drift) -> str:
    """Return what is live other than it should be and a line end: ``resource_drift`` as a plan has it, with remedies.

    ``sides`` say what ``before`` and ``after`` are: what was applied is only known with an inventory. ``pending`` names
    what git has moved on with.
    """
    from reconciler.plan.planfile import document

    # The plan's own document tells all that is no difference.
    told = document(
        Plan(
            drift.identity,
            drift.source,
            drift.differences,
            drift.unchanged,
            drift.unmanaged,
            inventory=drift.inventory,
        )
    )
    members = ("format_version", "tool_version", "platform", "source", "inventory", "unmanaged")
    before, after = drift_sides(drift)
    return _document(
        {
            **{name: told[name] for name in members},
            "summary": _drift_summary(drift, told["summary"]),
            "sides": {"before": before, "after": after},
            "resource_drift": list(_resource_drift(drift)),
            "pending": [str(address) for address in drift.pending],
        }
    )


def _resource_drift(drift: Drift) -> Iterator[dict[str, Any]]:
    from reconciler.plan.planfile import deviation_json, difference_json

    if drift.inventory is None:
        for change in drift.differences:
            yield {**difference_json(change, state=DRIFTED[change.op]), "remedies": remedies(change)}
    for each in drift.deviations:
        if each.state is not DriftState.PENDING:
            yield {**deviation_json(each), "remedies": remedies(each)}


def _drift_summary(drift: Drift, counts: Mapping[str, int]) -> dict[str, int]:
    summary = {
        "missing": counts["create"],
        "differing": counts["update"],
        "unwanted": counts["delete"],
        "unchanged": counts["unchanged"],
        "unmanaged": counts["unmanaged"],
    }
    if drift.inventory is None:
        return summary
    states = Counter(each.state for each in drift.deviations)
    outside = {"drift": states[DriftState.DRIFT], "both": states[DriftState.BOTH], "gone": states[DriftState.MISSING]}
    return {**summary, **outside, "pending": len(drift.pending), "known": len(drift.known)}


def diagnostics_json(diagnostics: Sequence[Diagnostic], counts: Mapping[str, int]) -> str:
    """Return every diagnostic and how many documents of each kind there are."""
    found = Counter(diagnostic.severity for diagnostic in diagnostics)
    return _document(
        {
            **_versions(),
            "valid": not found[Severity.ERROR],
            **{f"{severity.value}_count": found[severity] for severity in Severity},
            "documents": dict(counts),
            "diagnostics": [_diagnostic(diagnostic) for diagnostic in diagnostics],
        }
    ).rstrip("\n")


def error_json(error: ReconcilerError) -> str:
    """Return what stopped the work; invalid manifests with every diagnostic."""
    return _document({**_versions(), **_error(error)}).rstrip("\n")


def usage_json(message: str, *, hint: str, exit_code: int) -> str:
    """Return what is wrong with the command line, in the members of any other error."""
    told = {"type": "UsageError", "message": message, "hint": hint, "exit_code": exit_code}
    return _document({**_versions(), "error": told, "diagnostics": []}).rstrip("\n")


def error_line(error: ReconcilerError) -> str:
    """Return what stopped the work in the midst of a stream of events, as its last line."""
    return _line({"type": "error", **_error(error)})


def records_json(**members: Any) -> str:
    """Return a document of these members and a line end, such as one page of invocations."""
    return _document({**_versions(), **members})


def line_json(**members: Any) -> str:
    """Return one line of a stream, such as one log record."""
    return _line(members)


def version_line() -> str:
    """Return the first line of a stream of events."""
    return _line({"type": "version", **_versions()})


def event_json(event: Event) -> str:
    """Return one event of apply on one line; ``seconds`` are rounded to milliseconds."""
    told: dict[str, Any] = {"type": _TYPES[type(event)]}
    for name in event.__slots__:
        value = getattr(event, name)
        told[name] = round(value, 3) if name == "seconds" else value if isinstance(value, int | bool) else str(value)
    return _line(told)


def _error(error: ReconcilerError) -> dict[str, Any]:
    diagnostics = error.diagnostics if isinstance(error, InvalidManifests) else ()
    return {
        "error": {
            "type": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
            **_facts(error),
        },
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in diagnostics],
    }


def _facts(error: ReconcilerError) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if isinstance(error, PlatformError) and error.operation:
        facts["operation"] = error.operation
    if isinstance(error, TooManyRequests) and error.retry_after is not None:
        facts["retry_after"] = error.retry_after
    return facts


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity.value,
        "rule": diagnostic.rule,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "range": None if diagnostic.span is None else _range(diagnostic.span),
    }


def _range(span: Span) -> dict[str, Any]:
    return {
        "filename": span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _versions() -> dict[str, str]:
    from reconciler import __version__

    return {"format_version": FORMAT_VERSION, "tool_version": __version__}


def _document(content: dict[str, Any]) -> str:
    return encodable(json.dumps(content, indent=2, ensure_ascii=False)) + "\n"


def _line(content: dict[str, Any]) -> str:
    # ASCII alone: U+2028 and its like end a line for some readers.
    return json.dumps(content)
