"""Workflows: as few permissions as they need, actions pinned, nothing foreign in shell, commands that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.completeness.shell_commands import commands_in, problem_of

REPOSITORY: Final = Path(__file__).parents[2]
WORKFLOWS: Final = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
CALLERS: Final = sorted((REPOSITORY / "examples" / "ci" / "github").glob("*.yml"))
ACTIONS: Final = sorted((REPOSITORY / ".github" / "actions").glob("*/action.yml"))
GITLAB: Final = REPOSITORY / "examples" / "ci" / "gitlab" / ".gitlab-ci.yml"
REUSABLE: Final = [path for path in WORKFLOWS if path.name != "ci.yml"]

#: What each job may do, and nothing else.
PERMISSIONS: Final = {
    "ci.yml": {"checks": {}, "action": {}},
    "plan.yml": {
        "validate": {"contents": "read"},
        "plan": {"contents": "read", "pull-requests": "write"},
    },
    "apply.yml": {"apply": {"contents": "read", "pull-requests": "read", "actions": "read"}},
    "drift.yml": {"drift": {"contents": "read", "issues": "write"}},
}

#: Keywords of GitLab that are no jobs.
_NO_JOBS: Final = {"stages", "default", "variables", "workflow", "include"}


def read(path: Path) -> dict[str, Any]:
    """Return a file of YAML; ``on`` is a word to GitHub, and true to YAML 1.1."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in content.items()}


def steps_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow, or those of an action."""
    if "runs" in content:
        return list(content["runs"]["steps"])
    return [step for job in content["jobs"].values() for step in job.get("steps", [])]


def named(path: Path) -> str:
    """Return a file's path in the repository."""
    return path.relative_to(REPOSITORY).as_posix()


each_github_file = pytest.mark.parametrize("path", [*WORKFLOWS, *CALLERS, *ACTIONS], ids=named)


def test_there_are_workflows() -> None:
    """The tests below look at something."""
    assert [path.name for path in WORKFLOWS] == sorted(PERMISSIONS)
    assert [path.name for path in CALLERS] == ["apply.yml", "drift.yml", "plan.yml"]
    assert len(ACTIONS) == 1


@pytest.mark.parametrize("path", REUSABLE, ids=named)
def test_what_others_call_never_runs_here(path: Path) -> None:
    """A reusable workflow lies among ours, and starts only when it is called."""
    assert list(read(path)["on"]) == ["workflow_call"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_jobs_have_the_permissions_they_need(path: Path) -> None:
    """Nothing by default but reading, and each more is a decision written down here."""
    content = read(path)
    assert content["permissions"] == ({"contents": "read"} if path.name == "ci.yml" else {})
    assert {name: job.get("permissions", {}) for name, job in content["jobs"].items()} == PERMISSIONS[path.name]


@pytest.mark.parametrize("path", CALLERS, ids=named)
def test_callers_give_what_is_called_what_it_needs(path: Path) -> None:
    """A caller's job bounds what the jobs of the workflow may do: less would fail, more is for nothing."""
    content, called = read(path), read(REPOSITORY / ".github" / "workflows" / path.name)
    (job,) = content["jobs"].values()
    needed: dict[str, str] = {}
    for each in called["jobs"].values():
        needed |= each["permissions"]
    assert content["permissions"] == {}
    assert job["permissions"] == needed
    assert f"/.github/workflows/{path.name}@" in job["uses"]


@pytest.mark.parametrize("path", CALLERS, ids=named)
def test_callers_say_what_can_be_said(path: Path) -> None:
    """Inputs and secrets are those of the workflow."""
    accepted = read(REPOSITORY / ".github" / "workflows" / path.name)["on"]["workflow_call"]
    (job,) = read(path)["jobs"].values()
    assert set(job["with"]) <= set(accepted["inputs"])
    assert set(job["secrets"]) <= set(accepted["secrets"])


@each_github_file
def test_actions_are_pinned(path: Path) -> None:
    """By a whole commit hash, with the version it is in a comment: a tag can be moved."""
    pinned = re.compile(r"uses: [\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    ours = re.compile(r"uses: (\./\.github/actions/|your-org/roboto-reconciler/)")
    lines = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert [line for line in lines if not pinned.match(line) and not ours.match(line)] == []


@each_github_file
def test_one_action_has_one_version(path: Path) -> None:
    """A pin that was forgotten when the others were raised is found."""
    everywhere = "".join(each.read_text() for each in [*WORKFLOWS, *ACTIONS])
    for action, version in re.findall(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})", path.read_text()):
        assert set(re.findall(rf"uses: {action}@(\w+)", everywhere)) == {version}


@each_github_file
def test_no_shell_holds_an_expression(path: Path) -> None:
    """A branch's name put into a script is a script; values come as variables, which nobody reads as shell."""
    assert [step["run"] for step in steps_of(read(path)) if "${{" in step.get("run", "")] == []


@each_github_file
def test_secrets_are_for_single_steps(path: Path) -> None:
    """No secret is in the environment of a whole job, where every action could read it."""
    content = read(path)
    jobs = content.get("jobs", {}).values()
    wide = [content.get("env", {}), *(job.get("env", {}) for job in jobs)]
    assert [env for env in wide if "secrets." in str(env) or "github.token" in str(env)] == []
    foreign = [step for step in steps_of(content) if "uses" in step]
    assert [step for step in foreign if "secrets." in str(step)] == []


@each_github_file
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    """The token in the checkout's configuration would be there for everything that runs later."""
    checkouts = [step for step in steps_of(read(path)) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_no_job_runs_for_ever(path: Path) -> None:
    """A job that hangs ends by itself."""
    assert [name for name, job in read(path)["jobs"].items() if "timeout-minutes" not in job] == []


def test_forks_are_only_validated() -> None:
    """A pull request from a fork gets neither secrets nor a plan."""
    jobs = read(REPOSITORY / ".github" / "workflows" / "plan.yml")["jobs"]
    assert jobs["plan"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "secrets." not in str(jobs["validate"])
    assert "CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in str(read(GITLAB)["reconciler-plan"]["rules"])


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS, GITLAB], ids=named)
def test_commands_are_ours(path: Path) -> None:
    """Every command and flag in a workflow is one that our command line accepts."""
    commands = [words for script in scripts_of(read(path)) for words in commands_in(script)]
    assert commands
    assert [problem for words in commands if (problem := problem_of(words))] == []


def scripts_of(content: dict[str, Any]) -> Iterator[str]:
    """Yield every piece of shell, of GitHub's and of GitLab's files."""
    if "jobs" in content or "runs" in content:
        yield from (step["run"] for step in steps_of(content) if "run" in step)
        return
    for name, job in content.items():
        if name not in _NO_JOBS:
            yield from (line for part in ("script", "after_script") for line in job.get(part, []))


def test_no_job_of_gitlab_relies_on_a_variable_that_the_project_may_have() -> None:
    """A variable of the project wins over a job's own: the token that may only read would be the one that may write."""
    jobs = {name: job for name, job in read(GITLAB).items() if name not in _NO_JOBS}
    tokens = {name: job.get("variables", {}).get("ROBOTO_API_KEY") for name, job in jobs.items()}
    assert tokens == {
        "validate": None,
        "reconciler-plan": "$ROBOTO_API_KEY_READ_ONLY",
        "apply": "$ROBOTO_API_KEY_WRITE",
        "drift": "$ROBOTO_API_KEY_READ_ONLY",
    }
