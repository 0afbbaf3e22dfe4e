"""``reconciler apply``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import collection
from reconciler.cli.filled import FilledPath
from reconciler.cli.noting import note
from reconciler.cli.options import (
    flags_of,
    manifest_options,
    output_option,
    platform_options,
    read_stdin,
    scope_of,
    scope_options,
)
from reconciler.cli.permits import PERMITS, lock_option, permit_options, permits_of

if TYPE_CHECKING:
    from reconciler.apply.events import ApplyReport
    from reconciler.plan.model import Plan
    from reconciler.project import Project
    from reconciler.render.progress import Progress

#: What a saved plan has decided already.
_PLANNING = ("files", "targets", "excludes", "labels", "no_cache", *PERMITS)


@click.command("apply", epilog="Example: reconciler apply   or, in CI: reconciler apply plan.json")
@click.argument("planfile", required=False, type=FilledPath())
@manifest_options
@scope_options
@permit_options
@platform_options
@lock_option
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
    lock_timeout: float,
    **arguments: Any,
) -> None:
    """Make the platform match the manifests.

    Without PLANFILE: plans, shows the plan, and asks. With PLANFILE (from plan --out): applies exactly that plan,
    after checking that nothing it touches has moved.
    """
    from reconciler.apply.events import ApplyReport
    from reconciler.project import Project

    collection.relax()
    # What somebody has looked at is applied as it was or not at all; what nobody has is planned again if need be.
    again: Callable[[], Plan] | None = None
    if planfile is None:
        project = Project.open(flags_of(arguments), stdin=read_stdin, warn=note)
        planned = partial(project.plan, scope_of(arguments), permits=permits_of(arguments))
        plan = _reviewed(planned(), output=output, reveal=show_sensitive, approved=auto_approve, may_ask=not no_input)
        again = partial(_again, planned, output=output, reveal=show_sensitive) if auto_approve else None
    else:
        project, plan = _saved(planfile, arguments, output=output)
    if plan is None:
        return
    if plan.is_empty:
        _refresh(project, plan, lock_timeout=lock_timeout)
        raise click.exceptions.Exit(exit_code_of(ApplyReport((), left_alone=plan.left_alone)))
    collection.resume()
    with progress(output) as emit:
        report = project.apply(plan, emit=emit, recheck=again is None, lock_timeout=lock_timeout, again=again)
    raise click.exceptions.Exit(exit_code_of(report))


def _saved(planfile: Path, arguments: dict[str, Any], *, output: str) -> tuple[Project, Plan]:
    from reconciler.cli.plan import show
    from reconciler.cli.saved import read_plan, refuse_elsewhere
    from reconciler.project import Project

    given = [name for name in _PLANNING if arguments.get(name)]
    if given:
        raise click.UsageError(
            "a saved plan takes no planning flags (--file, --target, --exclude, --label, --no-cache, --prune, ...)"
        )
    plan = read_plan(planfile)
    refuse_elsewhere(plan, path=planfile)
    project = Project.open(flags_of(arguments | {"files": plan.source.paths}), stdin=read_stdin, warn=note)
    if output == "text":
        show(plan, output)
    return project, plan


def _reviewed(plan: Plan, *, output: str, reveal: bool, approved: bool, may_ask: bool) -> Plan | None:
    """Show the plan and get a yes; None when there is nothing to do or the answer was no."""
    from reconciler.cli.console import is_interactive
    from reconciler.cli.plan import show
    from reconciler.plan.refusing import refuse_refused

    if output == "text" or (plan.is_empty and not plan.refusals):
        show(plan, output, reveal=reveal)
    refuse_refused(plan)
    if plan.is_empty or approved:
        return plan
    if not may_ask or not is_interactive() or output == "json":
        raise click.UsageError(
            "apply needs a yes and there is nobody to ask; add --auto-approve, or apply a saved plan"
        )
    if not click.confirm("Apply these changes?", default=False, err=True):
        click.echo("Nothing was applied.", err=True)
        return None
    return plan


def _again(planned: Callable[[], Plan], *, output: str, reveal: bool) -> Plan:
    """Plan anew and show that."""
    from reconciler.cli.plan import show

    click.echo("Somebody else has applied meanwhile: planned again.", err=True)
    plan = planned()
    if output == "text":
        show(plan, output, reveal=reveal)
    return plan


def _refresh(project: Project, plan: Plan, *, lock_timeout: float) -> None:
    """Tell the inventory what it has to learn where nothing is sent."""
    if not plan.refreshes:
        return
    project.apply(plan, lock_timeout=lock_timeout)
    count = len(plan.refreshes)
    click.echo(f"The inventory was brought up to date for {count} resource{'s' * (count > 1)}.", err=True)


def progress(output: str) -> AbstractContextManager[Progress]:
    """Return the context that shows the events of an apply."""
    return _stream() if output == "json" else words_of_progress()


@contextmanager
def _stream() -> Iterator[Progress]:
    """Print events as JSON lines; an error among them is the last line, and no document after them."""
    from reconciler.cli.failure import tell_in_words
    from reconciler.errors import ReconcilerError
    from reconciler.render.machine import error_line
    from reconciler.render.progress import json_progress

    has_begun = False

    def echo(line: str) -> None:
        nonlocal has_begun
        has_begun = True
        click.echo(line)

    with json_progress(echo) as emit:
        try:
            yield emit
        except ReconcilerError as error:
            if not has_begun:
                raise
            click.echo(error_line(error))
            tell_in_words(error)
            raise click.exceptions.Exit(error.exit_code) from error


def words_of_progress(*, beside: bool = False) -> AbstractContextManager[Progress]:
    """Return the context that shows the events of an apply in words; on standard error ``beside`` what is shown."""
    from reconciler.cli.console import stderr, stdout
    from reconciler.render.progress import text_progress

    return text_progress(stderr() if beside else stdout(), bar_on=stderr())


def exit_code_of(report: ApplyReport) -> int:
    """Return the exit code of an apply."""
    from reconciler.apply.events import Outcome
    from reconciler.errors import NotAllowed, PartlyApplied

    if report.interrupted:
        return 130
    if all(ending.outcome is Outcome.APPLIED for ending in report.endings):
        # What is declared and was not touched is not applied, whoever is to blame: no pipeline may show it as done.
        return PartlyApplied.exit_code if report.left_alone else 0
    if not report.changed_nothing:
        return PartlyApplied.exit_code
    return NotAllowed.exit_code if report.was_denied else 1
