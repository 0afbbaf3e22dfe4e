"""SARIF against the official validator, where it is installed: ``npm install --global @microsoft/sarif-multitool``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.manifests.lint.catalogue import every_rule
from reconciler.render.sarif import diagnostics_sarif

MULTITOOL = os.environ.get("RECONCILER_SARIF_MULTITOOL") or shutil.which("sarif-multitool")

DIAGNOSTICS = (
    Diagnostic(
        "unknown-key", 'unknown key "urri" {0} [x](y)', Span("ac tions/ü.yaml", 5, 3, 5, 7), 'did you mean "uri"?'
    ),
    Diagnostic("unpinned-image", "not pinned", Span.at("b.yaml", 2, 9), severity=Severity.WARNING),
    Diagnostic("missing-description", "none", Span("b.yaml", 1, 1, 4, 1), severity=Severity.NOTE),
    Diagnostic("empty", "nothing at all, and nowhere", detail="one\ntwo"),
)


@pytest.mark.skipif(not MULTITOOL, reason="npm install --global @microsoft/sarif-multitool, the official validator")
def test_the_official_validator_accepts_what_we_write(tmp_path: Path) -> None:
    """It holds the official schema and the rules that no schema can say; none of its errors applies."""
    assert MULTITOOL is not None
    log, verdict = tmp_path / "log.sarif", tmp_path / "verdict.sarif"
    log.write_text(diagnostics_sarif(DIAGNOSTICS, rules={rule.name: rule.documentation for rule in every_rule()}))

    command = [MULTITOOL, "validate", str(log), "--output", str(verdict), "--log", "ForceOverwrite"]
    environ = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    subprocess.run(command, check=False, capture_output=True, env=environ, timeout=120)

    run = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0]
    wrong = [each for each in run["results"] if each.get("level", "warning") == "error"]
    assert [(each["ruleId"], each["message"]) for each in wrong] == []
    assert run["invocations"][0]["executionSuccessful"]
