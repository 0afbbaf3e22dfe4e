"""``reconciler apply``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import collection
from reconciler.cli.options import (
    flags_of,
    manifest_options,
    output_option,
    platform_options,
    read_stdin,
    scope_of,
    scope_options,
)

if TYPE_CHECKING:
    from reconciler.apply.events import ApplyReport
    from reconciler.plan.model import Plan
    from reconciler.project import Project
    from reconciler.render.progress import Progress

#: What a saved plan has decided already.
_PLANNING = ("files", "targets", "excludes", "labels", "no_cache")


@click.command("apply", epilog="Example: reconciler apply   or, in CI: reconciler apply plan.json")
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@manifest_options
@scope_options
@platform_options
@click.option("--auto-approve", is_flag=True, help="Apply without asking.")
@click.option("--no-input", is_flag=True, envvar="RECONCILER_NO_INPUT", help="Never ask; refuse instead.")
@click.option("--show-sensitive", is_flag=True, help="Print secret values in the plan that is shown.")
@output_option("text", "json")
def command(
    *,
    planfile: Path | None,
    output: str,
    auto_approve: bool,
    no_input: bool,
    show_sensitive: bool,
    **arguments: Any,
) -> None:
    """Make the platform match the manifests.

    Without PLANFILE: plans, shows the plan, and asks. With PLANFILE (from plan --out): applies exactly that plan,
    after checking that nothing it touches has moved.
    """
    from reconciler.project import Project

    collection.relax()
    if planfile is None:
        project = Project.open(flags_of(arguments), stdin=read_stdin)
        plan = _reviewed(
            project,
            project.plan(scope_of(arguments)),
            output=output,
            reveal=show_sensitive,
            approved=auto_approve,
            may_ask=not no_input,
        )
    else:
        project, plan = _saved(planfile, arguments, output=output)
    if plan is None or plan.is_empty:
        return
    collection.resume()
    report = _run(project, plan, output=output)
    raise click.exceptions.Exit(_exit_code(report))


def _saved(planfile: Path, arguments: dict[str, Any], *, output: str) -> tuple[Project, Plan]:
    from reconciler.cli.plan import show
    from reconciler.cli.saved import read_plan
    from reconciler.project import Project

    given = [name for name in _PLANNING if arguments.get(name)]
    if given:
        raise click.UsageError(
            "a saved plan takes no planning flags (--file, --target, --exclude, --label, --no-cache)"
        )
    plan = read_plan(planfile)
    project = Project.open(flags_of(arguments | {"files": plan.source.paths}), stdin=read_stdin)
    if output == "text":
        show(plan, output)
    return project, project.confirm_current(plan)


def _reviewed(project: Project, plan: Plan, *, output: str, reveal: bool, approved: bool, may_ask: bool) -> Plan | None:
    """Show the plan and get a yes; None when there is nothing to do or the answer was no."""
    from reconciler.cli.console import is_interactive
    from reconciler.cli.plan import show

    if output == "text" or plan.is_empty:
        show(plan, output, reveal=reveal)
    if plan.is_empty or approved:
        return plan
    if not may_ask or not is_interactive() or output == "json":
        raise click.UsageError(
            "apply needs a yes and there is nobody to ask; add --auto-approve, or apply a saved plan"
        )
    if not click.confirm("Apply these changes?", default=False, err=True):
        click.echo("Nothing was applied.", err=True)
        return None
    # Somebody may have taken minutes over that question.
    return project.confirm_current(plan)


def _run(project: Project, plan: Plan, *, output: str) -> ApplyReport:
    with _progress(output) as emit:
        return project.apply(plan, emit=emit)


def _progress(output: str) -> AbstractContextManager[Progress]:
    from reconciler.cli.console import stderr, stdout
    from reconciler.render.progress import json_progress, text_progress

    if output == "json":
        return json_progress(click.echo)
    return text_progress(stdout(), bar_on=stderr())


def _exit_code(report: ApplyReport) -> int:
    from reconciler.apply.events import Outcome

    if report.interrupted:
        return 130
    if all(ending.outcome is Outcome.APPLIED for ending in report.endings):
        return 0
    changed_something = any(
        ending.requests_done or ending.outcome in {Outcome.APPLIED, Outcome.UNKNOWN} for ending in report.endings
    )
    return 5 if changed_something else 1
