"""``reconciler ci comment`` and ``ci issue``: reports that are kept up to date in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from reconciler.cli.at_forge import connected, forge_option, here
from reconciler.cli.filled import FilledPath

Command = TypeVar("Command", bound=Callable[..., Any])

#: Exit codes of ``drift`` that say something about drift.
_NO_DRIFT: Final = 0
_DRIFT: Final = 2

#: What stands in a comment or an issue for a report that a failed command did not write.
_NO_REPORT: Final = "**There is no report:** the command that writes it failed. Its output says why"

#: Characters of a report that are read; no forge takes as many.
_LONGEST_REPORT: Final = 4_000_000


def _report_option(command: Command) -> Command:
    return click.option(
        "--body-file",
        required=True,
        type=FilledPath(dir_okay=False),
        metavar="FILE",
        help="Markdown; a file that is missing or empty becomes a note that there is no report.",
    )(command)


def _marker_option(default: str) -> Callable[[Command], Command]:
    return click.option(
        "--marker",
        default=default,
        show_default=True,
        metavar="NAME",
        help="Hidden name by which it is found again; one for each environment.",
    )


@click.command("comment", epilog="Example: reconciler ci comment --body-file plan.md --marker plan-staging")
@_report_option
@_marker_option("plan")
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="The pull request.  [default: the job's own]")
@forge_option
def comment(*, body_file: Path, marker: str, pull: int | None, forge: str | None) -> None:
    """Keep one comment on the pull request up to date.

    The first run creates it, later ones update it in place. What is too long is cut, never refused.
    """
    from reconciler.errors import ConfigurationError
    from reconciler.forge.bodies import body_of, marker_of
    from reconciler.forge.sticky import stick

    hidden, where = marker_of(marker), here(forge)
    number = pull or where.pull
    if number is None:
        raise ConfigurationError(
            "this job runs for no pull request", hint="run it on pull requests, or say which: --pull 12"
        )
    with connected(where) as reached:
        body = body_of(_report(body_file, run=where.run), marker=hidden, limit=reached.longest_body, run=where.run)
        stuck = stick(reached, pull=number, marker=hidden, body=body)
    click.echo(f"Comment on {number} {stuck.done}. {stuck.comment.url}".rstrip())


@click.command("issue", epilog="Example: reconciler ci issue --body-file drift.md --exit-code 2")
@_report_option
@click.option(
    "--exit-code",
    required=True,
    type=click.IntRange(0, 255),
    metavar="N",
    help="What reconciler drift left with: 2 is drift, 0 is none, anything else leaves the issue as it is.",
)
@_marker_option("drift")
@click.option("--title", default="Drift: the platform differs from git", show_default=True, help="Title of the issue.")
@forge_option
def issue(*, body_file: Path, exit_code: int, marker: str, title: str, forge: str | None) -> None:
    """Keep one issue about drift: it opens, updates, closes and opens again by itself.

    Leaves with --exit-code where that is neither 0 nor 2: an outage is not "no drift".
    """
    from reconciler.forge.bodies import body_of, marker_of
    from reconciler.forge.drift_issue import keep

    hidden = marker_of(marker)
    if exit_code not in (_NO_DRIFT, _DRIFT):
        click.echo(f"Nobody could look for drift (exit code {exit_code}): the issue stays as it is.", err=True)
        raise click.exceptions.Exit(exit_code)
    where = here(forge)
    with connected(where) as reached:
        body = body_of(_report(body_file, run=where.run), marker=hidden, limit=reached.longest_body, run=where.run)
        kept = keep(reached, title=title, body=body, marker=hidden, is_drifted=exit_code == _DRIFT)
    if kept.issue is None:
        click.echo("No drift, and no issue.")
    else:
        click.echo(f"Issue {kept.issue.number} {kept.done}. {kept.issue.url}".rstrip())


def _report(file: Path, *, run: str) -> str:
    """Return what a command has written, or that it has written nothing; bytes that are no UTF-8 are replaced."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            text = opened.read(_LONGEST_REPORT)
    except OSError:
        text = ""
    if text.strip():
        return text
    return f"{_NO_REPORT}: see [the run]({run}).\n" if run else f"{_NO_REPORT}.\n"
