"""Diagnostics as SARIF 2.1.0, for code scanning: stable rules, places in the repository, fingerprints that last."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.render.sources import in_repository
from reconciler.render.visible import visible

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_PLACEHOLDER: Final = re.compile(r"\{(\d+)\}")
_LINK: Final = re.compile(r"\[(?=[^\[\]]*\]\()")

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

#: What says that a result is one of an earlier run: the version of how that is found out is part of the name.
_FINGERPRINT: Final = "reconciler/v1"


def diagnostics_sarif(
    diagnostics: Sequence[Diagnostic], *, folder: str = "", rules: Mapping[str, str] | None = None
) -> str:
    """Return a log of one run and a line end.

    ``folder`` is the path of the working directory in its repository, ``rules`` says in Markdown what rules find, their
    first line in short; every rule that found something is listed even if nothing is said of it.
    """
    from reconciler import __version__

    names = sorted({each.rule for each in diagnostics})
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "reconciler",
                        "semanticVersion": __version__,
                        "rules": [_rule(name, (rules or {}).get(name, "")) for name in names],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": _results(diagnostics, names, folder),
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(name: str, documentation: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name}
    if documentation:
        text = visible(documentation.partition("\n")[0])
        rule["shortDescription"] = {"text": text}
        rule["help"] = {"text": documentation, "markdown": documentation}
    return rule


def _results(diagnostics: Sequence[Diagnostic], names: Sequence[str], folder: str) -> list[dict[str, Any]]:
    ranks = {name: rank for rank, name in enumerate(names)}
    seen: Counter[str] = Counter()
    results: list[dict[str, Any]] = []
    for diagnostic in diagnostics:
        file = None if diagnostic.span is None else in_repository(diagnostic.span.file, folder=folder)
        mark = _mark(diagnostic, file)
        result: dict[str, Any] = {
            "ruleId": diagnostic.rule,
            "ruleIndex": ranks[diagnostic.rule],
            "level": _LEVELS[diagnostic.severity],
            "message": {"text": _message(diagnostic)},
            # Lines move; the same problem twice in a file is told apart by its number.
            "partialFingerprints": {_FINGERPRINT: f"{mark}:{seen[mark]}"},
        }
        seen[mark] += 1
        if diagnostic.span is not None and file is not None:
            result["locations"] = [_location(diagnostic.span, file)]
        results.append(result)
    return results


def _mark(diagnostic: Diagnostic, file: str | None) -> str:
    """Return what stays of a diagnostic when the lines above it change."""
    said = "\0".join((diagnostic.rule, file or "", diagnostic.summary))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _message(diagnostic: Diagnostic) -> str:
    """Return what is wrong and what to do; what SARIF would take for a placeholder or a link is escaped."""
    parts = [diagnostic.summary, *diagnostic.detail.splitlines()]
    if diagnostic.hint:
        parts.append(f"hint: {diagnostic.hint}")
    text = "\n".join(map(visible, parts))
    # Other braces and brackets stay as they are: GitHub, for one, shows them as they are escaped.
    return _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", text))


def _location(span: Span, file: str) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column}
    if (span.end_line, span.end_column) > (span.line, span.column):
        # Both count an end that is exclusive.
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    uri = quote(file, safe="/", errors="backslashreplace")
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}
