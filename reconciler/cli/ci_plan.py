"""``reconciler ci plan-artifact``: the plan that was reviewed."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.at_forge import connected, forge_option, here
from reconciler.cli.filled import FilledPath

if TYPE_CHECKING:
    from reconciler.forge.port import Forge
    from reconciler.forge.reviewed import ReviewedPlan
    from reconciler.plan.model import Plan


@click.command(
    "plan-artifact", epilog="Example: reconciler ci plan-artifact --for plan.json && reconciler apply plan.json"
)
@click.option(
    "--for",
    "planfile",
    type=FilledPath(dir_okay=False),
    metavar="PLANFILE",
    help="The plan about to be applied: leave with 4 unless all it does was reviewed.",
)
@click.option("--out", type=FilledPath(dir_okay=False), metavar="FILE", help="Save the reviewed plan here.")
@click.option(
    "--name",
    default="reconciler-plan",
    show_default=True,
    metavar="NAME",
    help="What the plan is kept as: the artifact on GitHub, the job on GitLab.",
)
@click.option("--commit", metavar="SHA", help="The merged commit.  [default: the job's own]")
@forge_option
def plan_artifact(*, planfile: Path | None, out: Path | None, name: str, commit: str | None, forge: str | None) -> None:
    """Find the plan that was reviewed with the pull request a commit came with.

    With --for, every change of that plan has to be in the reviewed one, or in that of a pull request merged shortly
    before, and for the same live state; a plan without changes needs no review.

    Leaves with 3 where there is no reviewed plan, and with 4 where it is stale.
    """
    from reconciler.cli.saved import read_plan

    if planfile is None and out is None:
        raise click.UsageError(
            "say what it is for: --for PLANFILE to check a plan, --out FILE to save the reviewed one"
        )
    plan = None if planfile is None else read_plan(planfile)
    if plan is not None and plan.is_empty and out is None:
        click.echo("Nothing is to be applied, so nothing has to be reviewed.")
        return
    where = here(forge)
    wanted = _commit(commit or where.commit)
    with connected(where) as reached:
        _check(reached, plan, out=out, commit=wanted, branch=where.branch, name=name)


def _check(forge: Forge, plan: Plan | None, *, out: Path | None, commit: str, branch: str, name: str) -> None:
    from reconciler.forge.reviewed import plans_reviewed_before, reviewed_plan
    from reconciler.plan.reviewed import refuse_unreviewed

    found = reviewed_plan(forge, commit=commit, branch=branch, name=name)
    first = _read(found)
    if out is not None:
        _save(found.content, out)
    if plan is None:
        return
    others = plans_reviewed_before(forge, found.pull, name=name)
    refuse_unreviewed(plan, chain([first], map(_read, others)))
    click.echo(f"Everything this plan does was reviewed, last with pull request {found.pull.number}.")


def _commit(text: str) -> str:
    from reconciler.errors import ConfigurationError
    from reconciler.forge.surroundings import is_commit

    if is_commit(text):
        return text
    raise ConfigurationError(
        f'"{text}" is no hash of a commit' if text else "no commit to find a plan for",
        hint="run this on a push, or say which: --commit with its hash",
    )


def _read(reviewed: ReviewedPlan) -> Plan:
    from reconciler.errors import PlanFileError
    from reconciler.plan.planfile import loads

    where = f"the plan of pull request {reviewed.pull.number}"
    try:
        return loads(reviewed.content.decode(), file=where)
    except UnicodeDecodeError as error:
        raise PlanFileError(f"{where} is not a plan: it is not text") from error


def _save(content: bytes, out: Path) -> None:
    from reconciler.cli.remedies import cannot_write
    from reconciler.cli.replacing import replace_file

    try:
        replace_file(out, content.decode(), mode=0o600)
    except OSError as error:
        raise cannot_write(out, error) from error
