"""``reconciler drift``."""

from __future__ import annotations

from datetime import UTC, datetime
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
    from reconciler.plan.drift import Drift


@click.command("drift", epilog="Example: reconciler drift --output markdown >> $GITHUB_STEP_SUMMARY")
@manifest_options
@scope_options
@platform_options
@output_option("text", "json", "markdown")
def command(*, output: str, **arguments: Any) -> None:
    """Show where the platform differs from the manifests, who changed it and when.

    Leaves with 0 when nothing differs, 2 when something does, 7 when the platform does not accept the
    credentials, 1 when it cannot be asked. Nothing is written.
    """
    from reconciler.project import Project

    collection.relax()
    drift = Project.open(flags_of(arguments), stdin=read_stdin).drift(scope_of(arguments))
    _show(drift, output)
    raise click.exceptions.Exit(2 if drift.differences else 0)


def _show(drift: Drift, output: str) -> None:
    now = datetime.now(UTC)
    if output == "json":
        from reconciler.render.machine import drift_json

        click.echo(drift_json(drift), nl=False)
    elif output == "markdown":
        from reconciler.render.markdown import drift_markdown

        click.echo(drift_markdown(drift, now=now), nl=False)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.terminal import show_drift

        show_drift(drift, stdout(), now=now)
