"""The shell of our workflows, run as a runner runs it: on the embedded platform, with a forge on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from reconciler.forge.bodies import marker_of
from tests.forge.fake import TOKEN, serving
from tests.forge.fake_github import FakeGitHub
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import PROJECT

WORKFLOWS: Final = Path(__file__).parents[2] / ".github" / "workflows"
HEAD, MERGED = "a" * 40, "b" * 40

#: What the expressions in the environment of steps come to, besides secrets and inputs, which nobody has given here.
EXPRESSIONS: Final = {
    "${{ github.token }}": TOKEN,
    "${{ inputs.environment || 'default' }}": "default",
    "${{ inputs.working-directory }}": ".",
}

_EXPRESSION: Final = re.compile(r"\$\{\{.*?\}\}")


class Runner:
    """Runs the shell of a job, step by step, and goes on after a step that failed where the step says so."""

    def __init__(self, folder: Folder, github: FakeGitHub, place: Path) -> None:
        self.folder, self.github, self.place = folder, github, place
        self.outputs: dict[str, str] = {}
        self.failed: list[int] = []
        place.mkdir()

    def run(self, workflow: str, job: str, **environ: str) -> list[int]:
        """Run a job and return the exit codes of the steps that failed."""
        self.failed = []
        content = yaml.safe_load((WORKFLOWS / workflow).read_text())
        for step in content["jobs"][job]["steps"]:
            if "run" in step and not step["run"].startswith("pip "):
                self._step(step, environ)
        return self.failed

    def summary(self) -> str:
        """Return what the page of the run would show."""
        return "".join(path.read_text() for path in sorted(self.place.glob("summary-*")))

    def _step(self, step: dict[str, Any], environ: dict[str, str]) -> None:
        if self.failed and "cancelled()" not in step.get("if", ""):
            return
        files = {name: self.place / f"{name}-{len(list(self.place.iterdir()))}" for name in ("summary", "output")}
        own = {name: self._value(str(value)) for name, value in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder.path,
            env={
                **os.environ,
                **self.github.environ(),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "RECONCILER_PLATFORM": "embedded",
                "RECONCILER_NO_INPUT": "1",
                "RUNNER_TEMP": str(self.place),
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
                **environ,
                **own,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            self.failed.append(ended.returncode)
        if files["output"].exists():
            told = (line.split("=", 1) for line in files["output"].read_text().splitlines())
            self.outputs |= {f"${{{{ steps.{step.get('id')}.outputs.{name} }}}}": value for name, value in told}

    def _value(self, text: str) -> str:
        known = {**EXPRESSIONS, **self.outputs}
        return _EXPRESSION.sub(lambda found: known.get(found[0], ""), text)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """GitHub."""
    fake = FakeGitHub()
    with serving(fake):
        yield fake


@pytest.fixture
def runner(folder: Folder, github: FakeGitHub, tmp_path: Path) -> Runner:
    """A runner at work on the project."""
    folder.monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return Runner(folder, github, tmp_path / "runner")


def merge(runner: Runner) -> dict[str, str]:
    """Merge the pull request that was planned, and return the variables of the job that follows."""
    runner.github.merged(7, head=HEAD, merged_as=MERGED)
    content = (runner.folder.path / "plan.json").read_bytes()
    runner.github.planned(head=HEAD, content=content, name="reconciler-plan-default")
    return {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_SHA": MERGED}


def test_a_pull_request_and_its_merge(runner: Runner, folder: Folder) -> None:
    """Validated, planned, commented, merged, applied; applying again finds nothing to do."""
    folder.action("ingest")
    assert runner.run("plan.yml", "validate") == []
    assert runner.run("plan.yml", "plan") == []
    (comment,) = runner.github.comments
    assert comment["body"].startswith("<!-- reconciler:plan-default -->\n")
    assert "action.ingest" in comment["body"]
    assert "action.ingest" in runner.summary()
    assert runner.outputs["${{ steps.plan.outputs.changes }}"] == "true"
    on_main = merge(runner)
    assert runner.run("apply.yml", "apply", **on_main) == []
    assert "No changes." in folder.embedded("plan").out
    assert runner.run("apply.yml", "apply", **on_main) == []


def test_a_merge_of_something_else_is_not_applied(runner: Runner, folder: Folder) -> None:
    """What was merged is not what was reviewed: 4, and nothing is sent."""
    folder.action("ingest")
    assert runner.run("plan.yml", "plan") == []
    on_main = merge(runner)
    folder.action("ingest", uri="img:other")
    assert runner.run("apply.yml", "apply", **on_main) == [4]
    assert "1 to create" in folder.embedded("plan").out


def test_a_plan_that_fails_is_still_commented_on(runner: Runner, folder: Folder) -> None:
    """The job is red with the code of the plan, and the pull request says where to look."""
    folder.action("ingest")
    assert runner.run("plan.yml", "plan", RECONCILER_PLATFORM="embedded:/dev/null/nowhere") == [1]
    assert "There is no report" in runner.github.comments[0]["body"]


def test_a_refused_plan_is_commented_on_with_the_way_past(runner: Runner, folder: Folder) -> None:
    """The job is red with 3, nothing is kept to be applied, and the pull request says why."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest")
    folder.action("report")
    assert folder.embedded("apply", "--auto-approve").code == 0
    (folder.path / "report.yaml").unlink()
    assert runner.run("plan.yml", "plan") == [3]
    (comment,) = runner.github.comments
    assert "[!CAUTION]" in comment["body"]
    assert "`--prune`" in comment["body"]
    assert not (folder.path / "plan.json").exists()


def test_drift_opens_an_issue_and_closes_it(runner: Runner, folder: Folder) -> None:
    """The job stays green: the issue tells it."""
    folder.action("ingest")
    assert folder.embedded("apply", "--auto-approve").code == 0
    assert runner.run("drift.yml", "drift") == []
    assert runner.github.issues == []
    folder.action("ingest", uri="img:other")
    assert runner.run("drift.yml", "drift") == []
    assert [(each["state"], "action.ingest" in each["body"]) for each in runner.github.issues] == [("open", True)]
    folder.action("ingest")
    assert runner.run("drift.yml", "drift") == []
    assert [each["state"] for each in runner.github.issues] == ["closed"]


def test_an_outage_fails_the_look_for_drift(runner: Runner, folder: Folder) -> None:
    """Nobody has looked, so no issue says anything."""
    folder.action("ingest")
    assert runner.run("drift.yml", "drift", RECONCILER_PLATFORM="embedded:/dev/null/nowhere") == [1]
    assert runner.github.issues == []


@pytest.mark.parametrize("workflow", ["plan.yml", "apply.yml", "drift.yml"])
@pytest.mark.parametrize(
    ("folder_input", "name"),
    [(".", "staging"), ("./", "staging"), ("fleet", "staging-fleet"), ("./robots/day 1/", "staging-robots-day-1")],
)
def test_two_projects_in_one_repository_share_nothing(
    tmp_path: Path, workflow: str, folder_input: str, name: str
) -> None:
    """The kept plan, the comment and the issue are named for the folder, in letters that all three take."""
    (job,) = (each for each in read_jobs(workflow).values() if "permissions" in each and "concurrency" in each)
    step = next(each for each in job["steps"] if each.get("id") == "project")
    output = tmp_path / "output"
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={"ENVIRONMENT": "staging", "FOLDER": folder_input, "GITHUB_OUTPUT": str(output)},
        check=True,
    )
    assert output.read_text() == f"name={name}\n"
    assert marker_of(name)
    assert "${{ inputs.working-directory }}" in job["concurrency"]["group"]
    named = [str(each) for each in job["steps"] if "reconciler-plan-" in str(each) or "MARKER" in str(each)]
    assert named
    assert all("steps.project.outputs.name" in each for each in named)


def read_jobs(workflow: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    jobs: dict[str, Any] = yaml.safe_load((WORKFLOWS / workflow).read_text())["jobs"]
    return jobs
