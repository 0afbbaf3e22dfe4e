"""``reconciler show``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.filled import FilledPath
from reconciler.cli.options import output_option
from reconciler.cli.plan import show
from reconciler.cli.saved import read_plan


@click.command("show", epilog="Example: reconciler show plan.json --output markdown")
@click.argument("planfile", type=FilledPath())
@output_option("text", "json", "markdown", "html")
def command(*, planfile: Path, output: str, no_color: bool) -> None:
    """Show a plan that was saved with plan --out.

    Secret values are not in the file, so they cannot be shown.
    """
    del no_color  # read from the context by whoever prints
    show(read_plan(planfile), output)
