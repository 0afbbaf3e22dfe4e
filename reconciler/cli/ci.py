"""``reconciler ci``: what a pipeline tells the place where pull requests are reviewed."""

from __future__ import annotations

import click

from reconciler.cli.ci_plan import plan_artifact
from reconciler.cli.ci_reports import comment, issue


@click.group("ci", epilog="Example: reconciler ci comment --body-file plan.md --marker plan")
def command() -> None:
    """Talk to GitHub or GitLab from a pipeline; see docs/ci.md for whole workflows.

    Where to and as whom is read from the variables that CI sets: GITHUB_TOKEN, GITHUB_REPOSITORY, ... or
    GITLAB_TOKEN, CI_PROJECT_ID, ...
    """


for _command in (comment, issue, plan_artifact):
    command.add_command(_command)
