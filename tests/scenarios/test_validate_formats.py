"""What validate finds, for code scanning and test reports."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from tests.scenarios.conftest import Folder


def test_problems_are_told_as_sarif_and_junit(folder: Folder) -> None:
    """The same problems, at the same lines, with the exit code of every other format."""
    folder.action("good")
    folder.action("bad", more="  timeouts: 3\n")
    sarif = folder.run("validate", "--output", "sarif")
    assert sarif.code == 1
    (result,) = json.loads(sarif.out)["runs"][0]["results"]
    assert result["ruleId"] == "unknown-key"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"].endswith("bad.yaml")
    assert location["region"]["startLine"] == 6
    junit = folder.run("validate", "--output", "junit")
    assert junit.code == 1
    assert ElementTree.fromstring(junit.out).get("failures") == "1"
    (folder.path / "bad.yaml").unlink()
    assert folder.run("validate", "--output", "sarif").code == 0
    assert folder.run("validate", "--output", "junit").code == 0
