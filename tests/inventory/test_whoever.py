"""Who is at work: the actor and the job in CI, the user and the machine elsewhere."""

from __future__ import annotations

import getpass
import socket

import pytest

from reconciler.inventory.whoever import whoever

GITHUB = {
    "GITHUB_ACTOR": "ann",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/robots",
    "GITHUB_RUN_ID": "7",
}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (GITHUB, ("ann", "https://github.com/acme/robots/actions/runs/7")),
        (GITHUB | {"GITHUB_RUN_ID": ""}, ("ann", "")),
        ({"GITLAB_USER_LOGIN": "bob", "CI_JOB_URL": "https://gitlab.com/j/1"}, ("bob", "https://gitlab.com/j/1")),
        ({"GITLAB_USER_LOGIN": "bob"}, ("bob", "")),
    ],
)
def test_in_ci_it_is_the_actor_and_the_job(environ: dict[str, str], expected: tuple[str, str]) -> None:
    """The variables of GitHub and GitLab say who started the job, and where to watch it."""
    assert whoever(environ) == expected


@pytest.mark.parametrize(("environ", "url"), [({}, ""), ({"BUILD_URL": "https://ci/1"}, "https://ci/1")])
def test_elsewhere_it_is_the_user_and_the_machine(environ: dict[str, str], url: str) -> None:
    """Other CI systems say at least where the job is."""
    assert whoever(environ) == (f"{getpass.getuser()}@{socket.gethostname()}", url)
