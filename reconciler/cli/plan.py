"""``reconciler plan``."""

from __future__ import annotations

import os
import shlex
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
from reconciler.cli.permits import permit_options, permits_of

if TYPE_CHECKING:
    from reconciler.plan.model import Plan


@click.command(
    "plan",
    epilog="Example: reconciler plan --out plan.json && reconciler apply plan.json",
)
@manifest_options
@scope_options
@permit_options
@platform_options
@click.option("--out", type=FilledPath(dir_okay=False), metavar="FILE", help="Save the plan for apply.")
@click.option("--detailed-exitcode", is_flag=True, help="Leave with 2 when there are changes.")
@click.option("--show-sensitive", is_flag=True, help="Print secret values; a saved plan never holds them.")
@click.option("--warnings-as-errors", is_flag=True, help="Leave with 1 when there are warnings.")
@output_option("text", "json", "markdown", "github", "html")
def command(
    *,
    output: str,
    out: Path | None,
    detailed_exitcode: bool,
    show_sensitive: bool,
    warnings_as_errors: bool,
    **arguments: Any,
) -> None:
    """Show what apply would change, field by field, with the requests it would send.

    Nothing is written to the platform.
    """
    from reconciler.cli.refused import leave_refused
    from reconciler.cli.saved import save_plan
    from reconciler.project import Project

    collection.relax()
    if flags_of(arguments).asks_for_all(os.environ):
        raise click.exceptions.Exit(_all(out, output, detailed=detailed_exitcode, arguments=arguments))
    plan = Project.open(flags_of(arguments), stdin=read_stdin, warn=note).plan(
        scope_of(arguments), permits=permits_of(arguments)
    )
    saved_to = None if plan.refusals else out
    if saved_to is not None:
        save_plan(plan, saved_to)
    if output == "github":
        from reconciler.cli.in_workflow import tell_plan

        tell_plan(plan, saved_to=saved_to)
    else:
        show(plan, output, reveal=show_sensitive)
    leave_refused(plan)
    if out is not None and output == "text":
        click.echo(f"Saved to {out}. Apply exactly this with: {_command(out, arguments)}", err=True)
    if warnings_as_errors and plan.warnings:
        raise click.exceptions.Exit(1)
    if detailed_exitcode and not plan.is_empty:
        raise click.exceptions.Exit(2)


def _all(out: Path | None, output: str, *, detailed: bool, arguments: dict[str, Any]) -> int:
    from reconciler.cli.plan_matrix import show_all

    if out is not None:
        raise click.UsageError("--out saves one plan; choose one environment")
    if output not in {"text", "json", "markdown"}:
        raise click.UsageError(f"--output {output} shows one plan; choose one environment, or text, json or markdown")
    return show_all(arguments, output=output, detailed=detailed)


def _command(out: Path, arguments: dict[str, Any]) -> str:
    """Return the command that applies a saved plan: a plan file does not say how to reach its platform."""
    flags = {
        "environment": "env",
        "platform": "platform",
        "profile": "profile",
        "endpoint": "endpoint",
        "org_id": "org",
    }
    given = [(f"--{option}", arguments[name]) for name, option in flags.items() if arguments.get(name)]
    return shlex.join(["reconciler", "apply", str(out), *(word for pair in given for word in pair)])


def show(plan: Plan, output: str, *, reveal: bool = False) -> None:
    """Print a plan in one of its formats."""
    if output == "json":
        from reconciler.render.machine import plan_json

        click.echo(plan_json(plan, reveal=reveal), nl=False)
    elif output == "markdown":
        from reconciler.render.markdown import plan_markdown

        click.echo(plan_markdown(plan), nl=False)
    elif output == "html":
        from reconciler.render.webpage import plan_page

        click.echo(plan_page(plan), nl=False)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.terminal import show_plan

        show_plan(plan, stdout(), reveal=reveal)
