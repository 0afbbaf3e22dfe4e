"""``reconciler drift``."""

from __future__ import annotations

from datetime import UTC, datetime
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

if TYPE_CHECKING:
    from reconciler.plan.drift import Drift


@click.command("drift", epilog="Example: reconciler drift --output markdown > drift.md")
@manifest_options
@scope_options
@platform_options
@click.option(
    "--baseline",
    type=FilledPath(dir_okay=False),
    metavar="FILE",
    help="Known drift, left out until it changes.",
)
@click.option("--write-baseline", is_flag=True, help="Write the drift there is to --baseline, as known from now on.")
@output_option("text", "json", "markdown", "github", "junit", "html")
def command(*, output: str, baseline: Path | None, write_baseline: bool, **arguments: Any) -> None:
    """Show what was changed on the platform since the last apply, by whom and when.

    With an inventory, what git has moved on with is told apart as pending; without one every difference counts.
    Leaves with 0 without drift, 2 with drift, 7 when the platform does not accept the credentials, 1 when it
    cannot be asked. Nothing is written to the platform.
    """
    from reconciler.project import Project

    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs a file: add --baseline FILE")
    collection.relax()
    drift = Project.open(flags_of(arguments), stdin=read_stdin, warn=note).drift(scope_of(arguments))
    if baseline is not None and write_baseline:
        _write(drift, baseline)
        return
    if baseline is not None:
        drift = _without_known(drift, baseline)
    _show(drift, output)
    raise click.exceptions.Exit(2 if drift.is_drifted else 0)


def _write(drift: Drift, baseline: Path) -> None:
    from reconciler.cli.remedies import cannot_write
    from reconciler.cli.replacing import replace_file
    from reconciler.errors import ConfigurationError
    from reconciler.plan.baseline import dumps

    if drift.inventory is None:
        raise ConfigurationError("a baseline of drift needs an inventory", hint="see: reconciler inventory --help")
    try:
        replace_file(baseline, dumps(drift), mode=0o644)
    except OSError as error:
        raise cannot_write(baseline, error) from error
    click.echo(f"Wrote {baseline}: this drift is known from now on.", err=True)


def _without_known(drift: Drift, baseline: Path) -> Drift:
    from reconciler.errors import ConfigurationError
    from reconciler.plan.baseline import loads, without_known

    try:
        text = baseline.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot read {baseline}", hint=f"write it with: reconciler drift --baseline {baseline} --write-baseline"
        ) from error
    return without_known(drift, loads(text, file=str(baseline)))


def _show(drift: Drift, output: str) -> None:
    now = datetime.now(UTC)
    if output == "json":
        from reconciler.render.machine import drift_json

        click.echo(drift_json(drift), nl=False)
    elif output == "markdown":
        from reconciler.render.markdown import drift_markdown

        click.echo(drift_markdown(drift, now=now), nl=False)
    elif output == "html":
        from reconciler.render.webpage import drift_page

        click.echo(drift_page(drift, now=now), nl=False)
    elif output == "junit":
        from reconciler.render.junit import drift_junit

        click.echo(drift_junit(drift, now=now), nl=False)
    elif output == "github":
        from reconciler.cli.in_workflow import tell_drift

        tell_drift(drift, now=now)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.terminal import show_drift

        show_drift(drift, stdout(), now=now)
