"""Where a job runs, as its variables say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.forge.surroundings import Kind, surroundings_of

GITHUB = {"GITHUB_REPOSITORY": "octo/robots", "GITHUB_TOKEN": "t0ken"}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_ID": "12", "GITLAB_TOKEN": "t0ken"}


def test_github_is_told_by_its_variables() -> None:
    """Nothing has to be said in a workflow but the token."""
    here = surroundings_of({**GITHUB, "GITHUB_RUN_ID": "42", "GITHUB_SHA": "a" * 40, "GITHUB_REF_NAME": "main"})
    assert (here.kind, here.api, here.repository) == (Kind.GITHUB, "https://api.github.com", "octo/robots")
    assert (here.commit, here.branch) == ("a" * 40, "main")
    assert here.run == "https://github.com/octo/robots/actions/runs/42"


def test_gitlab_is_told_by_its_variables() -> None:
    """The project's number is enough."""
    here = surroundings_of({**GITLAB, "CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_BRANCH": "main"})
    assert (here.kind, here.api, here.repository) == (Kind.GITLAB, "https://gitlab.com/api/v4", "12")
    assert (here.pull, here.branch) == (7, "main")


def test_the_forge_can_be_said() -> None:
    """A mirror on GitLab may review on GitHub."""
    assert surroundings_of({**GITLAB, **GITHUB}, kind=Kind.GITHUB).kind is Kind.GITHUB


@pytest.mark.parametrize(
    ("event", "pull"),
    [({"pull_request": {"number": 7}}, 7), ({"number": 8}, 8), ({"pull_request": {"number": "9"}}, None), ([], None)],
)
def test_the_pull_request_is_read_from_the_event(tmp_path: Path, event: object, pull: int | None) -> None:
    """An event that names none names none."""
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    assert surroundings_of({**GITHUB, "GITHUB_EVENT_PATH": str(file)}).pull == pull


def test_the_pull_request_is_read_from_the_ref(tmp_path: Path) -> None:
    """Where there is no event to read."""
    environ = {**GITHUB, "GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": str(tmp_path / "missing")}
    assert surroundings_of(environ).pull == 7


def test_the_token_is_not_shown() -> None:
    """Neither as text nor as a representation."""
    here = surroundings_of(GITHUB)
    assert "t0ken" not in f"{here} {here!r}"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "there is no pipeline here"),
        ({**GITHUB, "GITHUB_TOKEN": " "}, "GITHUB_TOKEN is not set"),
        ({**GITHUB, "GITHUB_TOKEN": "a\nb"}, "holds white space"),
        ({**GITHUB, "GITHUB_REPOSITORY": "../../user"}, "names no repository"),
        ({**GITLAB, "GITLAB_TOKEN": ""}, "GITLAB_TOKEN is not set"),
    ],
)
def test_what_is_missing_is_named(environ: dict[str, str], message: str) -> None:
    """Each with what to do about it, none with the token."""
    with pytest.raises(ConfigurationError, match=message) as wrong:
        surroundings_of(environ, kind=None)
    assert "a\nb" not in str(wrong.value)
