"""The shell of GitLab's pipeline, run as its runner runs it: on the embedded platform, with a forge on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.forge.fake import serving
from tests.forge.fake_gitlab import FakeGitLab
from tests.scenarios.conftest import Folder

PIPELINE: Final = Path(__file__).parents[2] / "examples" / "ci" / "gitlab" / ".gitlab-ci.yml"
HEAD, MERGED = "a" * 40, "b" * 40

ON_MAIN: Final = {"CI_COMMIT_SHA": MERGED, "CI_COMMIT_BRANCH": "main", "CI_MERGE_REQUEST_IID": ""}


class Runner:
    """Runs a job: its script in one shell, and in another one what comes after it, however it ended."""

    def __init__(self, folder: Folder, gitlab: FakeGitLab) -> None:
        self.folder, self.gitlab = folder, gitlab
        self.pipeline: dict[str, Any] = yaml.safe_load(PIPELINE.read_text())

    def run(self, job: str, **environ: str) -> int:
        """Run a job and return what its script leaves with."""
        content = self.pipeline[job]
        code = self._shell(content["script"], environ)
        # GitLab does not look at how this ends; here it has to end well.
        assert self._shell(content.get("after_script", []), environ) == 0
        return code

    def _shell(self, lines: list[str], environ: dict[str, str]) -> int:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder.path,
            env={
                **os.environ,
                **self.pipeline["variables"],
                **self.gitlab.environ(),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "RECONCILER_PLATFORM": "embedded",
                **environ,
            },
            capture_output=True,
            check=False,
        ).returncode


@pytest.fixture
def runner(folder: Folder) -> Iterator[Runner]:
    """A runner at work on the project."""
    folder.monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    fake = FakeGitLab()
    with serving(fake):
        yield Runner(folder, fake)


def merge(runner: Runner) -> None:
    """Merge the merge request that was planned."""
    runner.gitlab.merged(7, head=HEAD, merged_as=MERGED)
    runner.gitlab.planned(head=HEAD, content=(runner.folder.path / "plan.json").read_bytes(), name="reconciler-plan")


def test_a_merge_request_and_its_merge(runner: Runner, folder: Folder) -> None:
    """Validated, planned, noted, merged, applied; applying again finds nothing to do."""
    folder.action("ingest")
    assert runner.run("validate") == 0
    assert runner.run("reconciler-plan") == 0
    (note,) = runner.gitlab.comments
    assert note["body"].startswith("<!-- reconciler:plan -->\n")
    assert "action.ingest" in note["body"]
    merge(runner)
    assert runner.run("apply", **ON_MAIN) == 0
    assert "No changes." in folder.embedded("plan").out
    assert runner.run("apply", **ON_MAIN) == 0


def test_a_merge_of_something_else_is_not_applied(runner: Runner, folder: Folder) -> None:
    """What was merged is not what was reviewed: 4, and nothing is sent."""
    folder.action("ingest")
    assert runner.run("reconciler-plan") == 0
    merge(runner)
    folder.action("ingest", uri="img:other")
    assert runner.run("apply", **ON_MAIN) == 4
    assert "1 to create" in folder.embedded("plan").out


def test_a_plan_that_fails_is_still_noted(runner: Runner, folder: Folder) -> None:
    """The job is red with the code of the plan, and the merge request says where to look."""
    folder.action("ingest")
    assert runner.run("reconciler-plan", RECONCILER_PLATFORM="embedded:/dev/null/nowhere") == 1
    assert "There is no report" in runner.gitlab.comments[0]["body"]


def test_drift_opens_an_issue_and_closes_it(runner: Runner, folder: Folder) -> None:
    """The job stays green: the issue tells it. An outage is red, and tells nothing."""
    folder.action("ingest")
    assert folder.embedded("apply", "--auto-approve").code == 0
    folder.action("ingest", uri="img:other")
    assert runner.run("drift", RECONCILER_PLATFORM="embedded:/dev/null/nowhere") == 1
    assert runner.gitlab.issues == []
    assert runner.run("drift") == 0
    assert [each["state"] for each in runner.gitlab.issues] == ["opened"]
    folder.action("ingest")
    assert runner.run("drift") == 0
    assert [each["state"] for each in runner.gitlab.issues] == ["closed"]
