"""Where a job runs: which forge, which repository, which pull request, read from the variables that CI sets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from reconciler.client.endpoint import normalised_endpoint
from reconciler.domain.secrets import Secret
from reconciler.errors import ConfigurationError

#: Bytes of an event's file; GitHub bounds them far below.
_LARGEST_EVENT: Final = 32 * 1024 * 1024

_TOKEN: Final = re.compile(r"[!-~]+")
_REPOSITORY: Final = re.compile(r"(?!\.)[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)+", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_PULL_REF: Final = re.compile(r"refs/pull/(\d+)/")


class Kind(StrEnum):
    """The forges there is an adapter for."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job knows of where it runs.

    Attributes:
        api: The address of the forge's API.
        repository: ``owner/name``; on GitLab also a project's number.
        token_origin: The variable the token is from, in words.
        pull: The pull request the job runs for; None outside of one.
        commit: The commit checked out; empty where nobody says.
        branch: The branch that was pushed to; empty where nobody says.
        run: The page of this run; empty where nobody says.
    """

    kind: Kind
    api: str
    repository: str
    token: Secret
    token_origin: str
    pull: int | None = None
    commit: str = ""
    branch: str = ""
    run: str = ""


def surroundings_of(environ: Mapping[str, str], *, kind: Kind | None = None) -> Surroundings:
    """Read the variables of GitHub Actions or of GitLab CI/CD.

    Raises:
        ConfigurationError: They name no forge, no repository or no token.
    """
    match kind or _detected(environ):
        case Kind.GITHUB:
            return _github(environ)
        case Kind.GITLAB:
            return _gitlab(environ)


def _detected(environ: Mapping[str, str]) -> Kind:
    if environ.get("GITLAB_CI"):
        return Kind.GITLAB
    if environ.get("GITHUB_REPOSITORY"):
        return Kind.GITHUB
    raise ConfigurationError(
        "there is no pipeline here: neither GITHUB_REPOSITORY nor GITLAB_CI is set",
        hint="run this in GitHub Actions or GitLab CI/CD, or set their variables: see docs/ci.md",
    )


def _github(environ: Mapping[str, str]) -> Surroundings:
    repository = _repository(environ, "GITHUB_REPOSITORY", example="octo-org/robots")
    token, origin = _token(
        environ,
        ("GITHUB_TOKEN", "GH_TOKEN"),
        hint="give the step GITHUB_TOKEN: ${{ github.token }}; it is no variable by itself",
    )
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    run = environ.get("GITHUB_RUN_ID", "")
    return Surroundings(
        Kind.GITHUB,
        normalised_endpoint(environ.get("GITHUB_API_URL") or "https://api.github.com"),
        repository,
        token,
        origin,
        pull=_pull_of_event(environ),
        commit=environ.get("GITHUB_SHA", ""),
        branch=environ.get("GITHUB_REF_NAME", "") if environ.get("GITHUB_REF_TYPE", "branch") == "branch" else "",
        run=f"{server}/{repository}/actions/runs/{run}" if run.isdigit() else "",
    )


def _gitlab(environ: Mapping[str, str]) -> Surroundings:
    variable = "CI_PROJECT_ID" if environ.get("CI_PROJECT_ID") else "CI_PROJECT_PATH"
    token, origin = _token(
        environ,
        ("GITLAB_TOKEN",),
        hint="make a project access token with the scope api, and set it as a masked CI/CD variable GITLAB_TOKEN; "
        "CI_JOB_TOKEN may not write notes or issues",
    )
    return Surroundings(
        Kind.GITLAB,
        normalised_endpoint(environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"),
        _repository(environ, variable, example="octo-org/robots"),
        token,
        origin,
        pull=_number(environ.get("CI_MERGE_REQUEST_IID", "")),
        commit=environ.get("CI_COMMIT_SHA", ""),
        branch=environ.get("CI_COMMIT_BRANCH", ""),
        run=environ.get("CI_PIPELINE_URL", ""),
    )


def _repository(environ: Mapping[str, str], variable: str, *, example: str) -> str:
    named = environ.get(variable, "")
    if _REPOSITORY.fullmatch(named) or (variable == "CI_PROJECT_ID" and named.isdigit()):
        return named
    raise ConfigurationError(f"{variable} names no repository", hint=f"CI sets it to something such as {example}")


def _token(environ: Mapping[str, str], variables: tuple[str, ...], *, hint: str) -> tuple[Secret, str]:
    variable = next((name for name in variables if environ.get(name, "").strip()), None)
    if variable is None:
        raise ConfigurationError(f"there is no token: {variables[0]} is not set", hint=hint)
    token = environ[variable].strip()
    if not _TOKEN.fullmatch(token):
        raise ConfigurationError(f"the token in {variable} holds white space or characters that no token has")
    return Secret(token), f"the variable {variable}"


def _pull_of_event(environ: Mapping[str, str]) -> int | None:
    found = _PULL_REF.match(environ.get("GITHUB_REF", ""))
    if found:
        return _number(found[1])
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    pull = event.get("pull_request")
    number = pull.get("number") if isinstance(pull, dict) else event.get("number")
    return number if isinstance(number, int) and number > 0 else None


def _event(path: str) -> dict[str, object]:
    """Return what happened, as GitHub tells it; nothing where its file cannot be read."""
    try:
        with Path(path).open("rb") as file:
            told = json.loads(file.read(_LARGEST_EVENT))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 else None


def is_commit(text: str) -> bool:
    """Return True for the hash of a commit, whole or shortened."""
    return _COMMIT.fullmatch(text) is not None
