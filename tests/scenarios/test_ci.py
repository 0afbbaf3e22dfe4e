"""The pipeline, command by command, on the embedded platform and a forge on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.fake import TOKEN, Answer, serving
from tests.forge.fake_github import FakeGitHub
from tests.forge.fake_gitlab import FakeGitLab
from tests.scenarios.conftest import Folder

HEAD, MERGED = "a" * 40, "b" * 40


@pytest.fixture
def github(folder: Folder) -> Iterator[FakeGitHub]:
    """GitHub, and a job of it for pull request 7."""
    fake = FakeGitHub()
    with serving(fake):
        for name, value in fake.environ().items():
            folder.monkeypatch.setenv(name, value)
        folder.monkeypatch.delenv("GITLAB_CI", raising=False)
        yield fake


@pytest.fixture
def gitlab(folder: Folder) -> Iterator[FakeGitLab]:
    """GitLab, and a job of it for merge request 7."""
    fake = FakeGitLab()
    with serving(fake):
        for name, value in fake.environ().items():
            folder.monkeypatch.setenv(name, value)
        yield fake


def on_main(folder: Folder) -> None:
    """From here on the job is one of a push to the main branch."""
    folder.monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    folder.monkeypatch.setenv("GITHUB_REF_NAME", "main")
    folder.monkeypatch.setenv("GITHUB_SHA", MERGED)


def reviewed(folder: Folder, github: FakeGitHub, *, number: int = 7, head: str = HEAD, merged_as: str = MERGED) -> None:
    """Plan as a pull request does, keep the plan, and merge."""
    assert folder.embedded("plan", "--out", "reviewed.json").code == 0
    github.merged(number, head=head, merged_as=merged_as)
    github.holds[number] = (merged_as,)
    github.planned(head=head, content=(folder.path / "reviewed.json").read_bytes())


def let_through(folder: Folder) -> tuple[int, str]:
    """Plan what was merged and ask whether it was reviewed; return the exit code and what was said."""
    assert folder.embedded("plan", "--out", "plan.json").code == 0
    ended = folder.run("ci", "plan-artifact", "--for", "plan.json")
    return ended.code, ended.said


def test_a_plan_becomes_one_comment(folder: Folder, github: FakeGitHub) -> None:
    """Each run of the pull request writes the same comment."""
    folder.action("ingest")
    for uri in ("img:1", "img:2"):
        folder.action("ingest", uri=uri)
        folder.write("plan.md", folder.embedded("plan", "--output", "markdown").out)
        assert folder.run("ci", "comment", "--body-file", "plan.md").code == 0
    (comment,) = github.comments
    assert comment["body"].startswith("<!-- reconciler:plan -->\n")
    assert "action.ingest" in comment["body"]


def test_a_plan_that_was_not_made_is_told(folder: Folder, github: FakeGitHub) -> None:
    """A failed command leaves no report; the comment says so, and where to look."""
    assert folder.run("ci", "comment", "--body-file", "missing.md").code == 0
    assert "There is no report" in github.comments[0]["body"]
    assert "https://github.com/octo/robots/actions/runs/42" in github.comments[0]["body"]


def test_a_huge_report_is_cut(folder: Folder, github: FakeGitHub) -> None:
    """A comment of GitHub has 65,536 characters at most; a job never fails for that."""
    folder.write("plan.md", "| row |\n" * 100_000)
    assert folder.run("ci", "comment", "--body-file", "plan.md").code == 0
    assert 60_000 < len(github.comments[0]["body"]) < 65_536


def test_a_note_on_a_merge_request(folder: Folder, gitlab: FakeGitLab) -> None:
    """The same command, told by the variables of GitLab."""
    folder.write("plan.md", "### Plan")
    ended = folder.run("ci", "comment", "--body-file", "plan.md", "--marker", "plan-staging")
    assert (ended.code, ended.out) == (0, "Comment on 7 created.\n")
    assert gitlab.comments[0]["body"].startswith("<!-- reconciler:plan-staging -->\n")


def test_drift_keeps_one_issue(folder: Folder, github: FakeGitHub) -> None:
    """Drift opens it, its end closes it."""
    folder.write("drift.md", "### Drift")
    said = [
        folder.run("ci", "issue", "--body-file", "drift.md", "--exit-code", code).out.split(".")[0].split(" ", 2)[-1]
        for code in ("0", "2", "2", "0", "2")
    ]
    assert said == ["and no issue", "opened", "unchanged", "closed", "reopened"]
    assert len(github.issues) == 1


@pytest.mark.parametrize("code", [1, 7, 130])
def test_an_outage_is_not_the_end_of_drift(folder: Folder, github: FakeGitHub, code: int) -> None:
    """Nobody has looked: the issue stays as it is, and the job fails as the look did."""
    folder.write("drift.md", "")
    assert folder.run("ci", "issue", "--body-file", "drift.md", "--exit-code", str(code)).code == code
    assert github.asked == []


def test_what_was_reviewed_is_applied(folder: Folder, github: FakeGitHub) -> None:
    """The plan of the pull request lets the plan of the merge through."""
    folder.action("ingest")
    reviewed(folder, github)
    on_main(folder)
    assert let_through(folder)[0] == 0
    assert folder.embedded("apply", "plan.json").code == 0
    assert let_through(folder) == (0, "Nothing is to be applied, so nothing has to be reviewed.\n")


def test_what_was_not_reviewed_is_refused(folder: Folder, github: FakeGitHub) -> None:
    """A manifest that came in after the review stops it with 4, and is named."""
    folder.action("ingest")
    reviewed(folder, github)
    on_main(folder)
    folder.action("other")
    code, said = let_through(folder)
    assert code == 4
    assert "create action.other" in said
    assert "action.ingest" not in said


def test_live_state_that_moved_is_refused(folder: Folder, github: FakeGitHub) -> None:
    """Somebody changes the resource between the review and the merge."""
    folder.action("ingest")
    assert folder.embedded("apply", "--auto-approve").code == 0
    folder.action("ingest", uri="img:2")
    reviewed(folder, github)
    folder.action("ingest", uri="img:3")
    assert folder.embedded("apply", "--auto-approve").code == 0
    folder.action("ingest", uri="img:2")
    on_main(folder)
    assert let_through(folder)[0] == 4


def test_two_pull_requests_merged_at_once_are_applied_together(folder: Folder, github: FakeGitHub) -> None:
    """The job of the second one finds both to do; each was reviewed with its own pull request."""
    folder.action("first")
    reviewed(folder, github, number=6, head="6" * 40, merged_as="c" * 40)
    (folder.path / "first.yaml").unlink()
    folder.action("second")
    reviewed(folder, github)
    folder.action("first")
    on_main(folder)
    assert let_through(folder)[0] == 0


def test_a_push_past_review_is_refused(folder: Folder, github: FakeGitHub) -> None:
    """Nobody has reviewed a plan for a commit without a pull request."""
    folder.action("ingest")
    on_main(folder)
    code, said = let_through(folder)
    assert code == 3
    assert "no merged pull request" in said


def test_the_reviewed_plan_can_be_saved(folder: Folder, github: FakeGitHub) -> None:
    """As it was kept, to be shown or applied by hand."""
    folder.action("ingest")
    reviewed(folder, github)
    on_main(folder)
    assert folder.run("ci", "plan-artifact", "--out", "again.json").code == 0
    assert (folder.path / "again.json").read_bytes() == (folder.path / "reviewed.json").read_bytes()


def test_a_kept_plan_that_was_changed_is_refused(folder: Folder, github: FakeGitHub) -> None:
    """Its plan id does not fit."""
    folder.action("ingest")
    reviewed(folder, github)
    document = json.loads((folder.path / "reviewed.json").read_text())
    document["resource_changes"][0]["name"] = "other"
    github.planned(head=HEAD, content=json.dumps(document).encode(), made="2026-12-01T00:00:00Z")
    on_main(folder)
    code, said = let_through(folder)
    assert code == 1
    assert "changed after it was written" in said


def test_a_refusal_of_the_forge_ends_with_7(folder: Folder, github: FakeGitHub) -> None:
    """Without a traceback, without the token, with the permission that is missing."""
    folder.write("plan.md", "### Plan")
    github.answers = [Answer(403, {"message": f"not with {TOKEN}"})]
    ended = folder.run("ci", "comment", "--body-file", "plan.md")
    assert ended.code == 7
    assert "pull-requests: write" in ended.err
    assert TOKEN not in ended.said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("comment",), 64, "--body-file"),
        (("comment", "--body-file", "x", "--marker", "-->"), 1, "no name for a marker"),
        (("plan-artifact",), 64, "say what it is for"),
        (("plan-artifact", "--out", "x.json", "--commit", "main"), 1, '"main" is no hash of a commit'),
        (("issue", "--body-file", "x", "--exit-code", "two"), 64, "two"),
    ],
)
def test_a_wrong_use_is_told(
    folder: Folder, github: FakeGitHub, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Before anything is asked of the forge."""
    ended = folder.run("ci", *arguments)
    assert ended.code == code
    assert said in ended.err
    assert github.asked == []


def test_outside_of_a_pipeline_that_is_said(folder: Folder) -> None:
    """The variables of CI are named."""
    for name in ("GITHUB_REPOSITORY", "GITLAB_CI"):
        folder.monkeypatch.delenv(name, raising=False)
    ended = folder.run("ci", "comment", "--body-file", "plan.md")
    assert ended.code == 1
    assert "there is no pipeline here" in ended.err


def test_a_step_leaves_outputs_and_a_summary(folder: Folder, tmp_path: Path) -> None:
    """What later steps decide by, what the run's page shows, and annotations on standard output."""
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    folder.monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    folder.monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    folder.action("ingest")
    ended = folder.embedded("plan", "--output", "github", "--out", "plan.json")
    assert ended.code == 0
    assert ended.out.startswith("::notice ")
    told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    plan = json.loads((folder.path / "plan.json").read_text())
    assert told == {
        "changes": "true",
        "to_create": "1",
        "to_update": "0",
        "to_delete": "0",
        "to_adopt": "0",
        "plan_id": plan["plan_id"],
        "plan_path": "plan.json",
    }
    assert "action.ingest" in summary.read_text()


def test_a_step_outside_of_a_workflow_leaves_nothing(folder: Folder) -> None:
    """The same command on a laptop prints its annotations."""
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        folder.monkeypatch.delenv(name, raising=False)
    folder.action("ingest")
    folder.empty_platform()
    ended = folder.embedded("plan", "--output", "github")
    assert (ended.code, ended.err) == (0, "")


def test_what_is_wrong_is_annotated(folder: Folder) -> None:
    """At the line of the manifest that the pull request changes."""
    folder.action("ingest", more="  colour: red\n")
    ended = folder.run("validate", "--output", "github")
    assert ended.code == 1
    assert ended.out.startswith("::error file=ingest.yaml,line=6,")
