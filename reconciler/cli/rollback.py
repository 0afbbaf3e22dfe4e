"""``reconciler rollback``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.filled import FilledPath
from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, manifest_options, output_option, platform_options, read_stdin
from reconciler.cli.permits import lock_option, permit_options, permits_of

if TYPE_CHECKING:
    from reconciler.plan.model import Plan


@click.command("rollback", epilog="Example: reconciler rollback 20261123T101500Z --out rollback.json")
@click.argument("apply_id")
@manifest_options
@permit_options
@platform_options
@lock_option
@click.option("--out", type=FilledPath(dir_okay=False), metavar="FILE", help="Save the plan for apply.")
@click.option("--auto-approve", is_flag=True, help="Apply without asking.")
@click.option("--no-input", is_flag=True, envvar="RECONCILER_NO_INPUT", help="Never ask; refuse instead.")
@output_option("text", "json", "markdown")
def command(
    *,
    apply_id: str,
    out: Path | None,
    auto_approve: bool,
    no_input: bool,
    lock_timeout: float,
    output: str,
    **arguments: Any,
) -> None:
    """Plan the content that everything had before an apply changed it, and apply that after a yes.

    APPLY_ID is one that "reconciler history" shows, or its beginning. With --out the plan is only saved, to be
    reviewed. The manifests stay as they are: bring them back too, or the next apply does it all again.
    """
    from reconciler.cli.plan import show
    from reconciler.cli.refused import leave_refused
    from reconciler.owner import rollback
    from reconciler.project import Project

    project = Project.open(flags_of(arguments), stdin=read_stdin, warn=note)
    _, plan = rollback(project, apply_id, permits=permits_of(arguments))
    show(plan, output)
    leave_refused(plan)
    if out is not None:
        _save(plan, out)
        return
    if plan.is_empty or not _is_wanted(approved=auto_approve, may_ask=not no_input and output == "text"):
        return
    from reconciler.cli.apply import exit_code_of, words_of_progress

    with words_of_progress(beside=output != "text") as emit:
        report = project.apply(plan, emit=emit, recheck=True, lock_timeout=lock_timeout, command="rollback")
    raise click.exceptions.Exit(exit_code_of(report))


def _save(plan: Plan, out: Path) -> None:
    from reconciler.cli.saved import save_plan
    from reconciler.errors import ConfigurationError
    from reconciler.plan.planfile import dumps, loads, needs_manifests

    if needs_manifests(loads(dumps(plan), file=str(out))):
        raise ConfigurationError(
            "this plan holds secrets, which a plan file never does, and no manifest has them",
            hint="apply it at once: leave --out away",
        )
    save_plan(plan, out)
    click.echo(f"Saved to {out}. Apply exactly this with: reconciler apply {out}", err=True)


def _is_wanted(*, approved: bool, may_ask: bool) -> bool:
    from reconciler.cli.console import is_interactive

    if approved:
        return True
    if not may_ask or not is_interactive():
        raise click.UsageError("rollback needs a yes and there is nobody to ask; add --auto-approve, or --out FILE")
    return click.confirm("Roll this back?", default=False, err=True)
