"""``reconciler schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from reconciler.cli.filled import FilledPath

_DEFAULT: Final = Path("schemas")


@click.command("schema", epilog="Example: reconciler schema --check --existing")
@click.option(
    "--dir",
    "directory",
    type=FilledPath(file_okay=False),
    default=_DEFAULT,
    show_default=True,
    help="Where the schemas are written.",
)
@click.option("--check", is_flag=True, help="Write nothing; leave with 1 when a schema is missing or stale.")
@click.option("--existing", is_flag=True, help="Leave alone what is not there; init only writes one.")
def command(*, directory: Path, check: bool, existing: bool) -> None:
    """Write the JSON Schemas of all kinds, for editors and other tools."""
    from reconciler.manifests.schema import stale

    if not check:
        _write(directory, existing=existing)
        return
    outdated = stale(directory, existing=existing)
    for name in outdated:
        click.echo(f"{directory / name} is missing or stale", err=True)
    if outdated:
        again = f"reconciler schema{'' if directory == _DEFAULT else f' --dir {directory}'}{' --existing' * existing}"
        click.echo(f"  hint: run {again} and commit what it writes", err=True)
        raise click.exceptions.Exit(1)
    click.echo("The schemas are current.")


def _write(directory: Path, *, existing: bool) -> None:
    from reconciler.cli.remedies import cannot_write
    from reconciler.manifests.schema import write

    try:
        written = write(directory, existing=existing)
    except OSError as error:
        raise cannot_write(Path(error.filename or directory), error) from error
    for name in written:
        click.echo(f"{directory / name}")
