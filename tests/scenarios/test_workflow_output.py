"""``--output github`` in a workflow: annotations beside the lines, outputs and summary in the files of the step."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from reconciler.domain.requests import UpdateActionRequest
from tests.render.test_github import read
from tests.scenarios.conftest import ACTION, Folder
from tests.scenarios.test_ownership import PROJECT, live


@pytest.fixture
def step(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return the files that GitHub names for what a step leaves behind."""
    outputs, summary = folder.path.parent / "outputs", folder.path.parent / "summary"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return outputs, summary


def test_a_plan_annotates_and_leaves_outputs_and_a_summary(folder: Folder, step: tuple[Path, Path]) -> None:
    """What later steps decide by, and what people read."""
    folder.action("ingest")

    ended = folder.embedded("plan", "--output", "github", "--out", "plan.json")

    assert ended.out == "::notice title=Plan%3A 1 to create%2C 0 to update%2C 0 to delete::+ create action.ingest\n"
    outputs, summary = (file.read_text() for file in step)
    told = read(outputs)
    assert (told["changes"], told["to_create"], told["to_delete"], told["plan_path"]) == ("true", "1", "0", "plan.json")
    assert told["plan_id"].startswith("sha256:")
    assert "### Plan: 1 to create, 0 to update, 0 to delete." in summary


@pytest.mark.parametrize("command", ["plan", "drift", "validate"])
def test_problems_of_manifests_are_beside_their_lines(folder: Folder, step: tuple[Path, Path], command: str) -> None:
    """Whatever was asked for; the words stay in the log."""
    folder.action("ingest", more="  urri: typo\n")

    ended = (
        folder.embedded(command, "--output", "github")
        if command != "validate"
        else folder.run(command, "--output", "github")
    )

    assert ended.code == 1
    assert ended.out.startswith(
        "::error file=ingest.yaml,line=6,endLine=6,col=3,endColumn=6,title=unknown-key::unknown"
    )
    assert not step[0].exists()


def test_what_stopped_the_command_is_annotated(folder: Folder) -> None:
    """With what to do."""
    folder.action("ingest")

    ended = folder.run("plan", "--output", "github")

    assert ended.code == 1
    assert ended.out.startswith("::error title=ConfigurationError::")
    assert "%0Ahint: " in ended.out
    assert ended.err.startswith("error: ")


def test_drift_leaves_a_summary(folder: Folder, step: tuple[Path, Path]) -> None:
    """And its exit code is that of drift in any format."""
    folder.action("ingest")

    ended = folder.embedded("drift", "--output", "github")

    assert ended.code == 2
    assert ended.out.startswith("::warning file=ingest.yaml,line=1,")
    assert "### Drift: 1 is missing." in step[1].read_text()


def test_outside_of_a_workflow_there_are_only_annotations(folder: Folder) -> None:
    """No file is named, and none is written."""
    folder.action("ingest")

    assert folder.embedded("plan", "--output", "github").code == 0


@pytest.mark.parametrize("output", ["json", "junit", "html", "markdown", "github", "text"])
def test_drift_tells_the_same_in_every_format(folder: Folder, output: str) -> None:
    """Which resource it is; 2 with drift and 0 without."""
    folder.action("ingest")

    ended = folder.embedded("drift", "--output", output)
    assert ended.code == 2
    assert "action.ingest" in ended.out
    assert folder.embedded("apply", "--auto-approve").code == 0
    assert folder.embedded("drift", "--output", output).code == 0


@pytest.mark.parametrize(("remedy", "left"), [("accept", "img:by-hand"), ("restore", "img:1")])
def test_each_remedy_is_a_command_that_works(folder: Folder, remedy: str, left: str) -> None:
    """As printed: accepting makes git what is live, restoring makes live what git says; then there is no drift."""
    folder.write("reconciler.yaml", PROJECT)
    manifest = folder.write("actions/ingest.yaml", ACTION.format(name="ingest", uri="img:1"))
    assert folder.run("apply", "--auto-approve").code == 0
    live(folder).update_action("ingest", UpdateActionRequest(uri="img:by-hand"))

    (found,) = json.loads(folder.run("drift", "--output", "json").out)["resource_drift"]
    command = shlex.split(found["remedies"][remedy])[1:]
    ended = folder.run(*command, *(["--auto-approve"] if remedy == "restore" else []))

    assert ended.code == 0, ended.said
    assert left in manifest.read_text()
    assert folder.run("drift").code == 0
