"""``reconciler rename``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import completing
from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, manifest_options, read_stdin

if TYPE_CHECKING:
    from reconciler.domain.address import Address
    from reconciler.manifests.desired import Desired
    from reconciler.project import Project
    from reconciler.renaming import Edit


@click.command("rename", epilog="Example: reconciler rename action.count_messages count_topics")
@click.argument("address", shell_complete=completing.addresses)
@click.argument("new_name")
@manifest_options
def command(*, address: str, new_name: str, **arguments: Any) -> None:
    """Give a resource another name in every manifest that names it; comments and layout stay.

    The next plan shows the rename: created under the new name, its triggers repointed in place, the old one deleted
    last. Nothing is sent before it is applied.
    """
    from reconciler.domain.address import Address
    from reconciler.project import Project
    from reconciler.renaming import edits

    try:
        old = Address.parse(address)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    project = Project.open(flags_of(arguments), stdin=read_stdin, warn=note)
    desired = project.load().desired
    written = edits(desired, old, new_name)
    for file in _write(project, desired, old, written):
        click.echo(f"Wrote {file}.", err=True)
    click.echo(f"Renamed {old} to {new_name}. See what that does with: reconciler plan", err=True)


def _write(project: Project, desired: Desired, old: Address, written: list[Edit]) -> list[str]:
    """Write every file that changes, or none where one cannot be read."""
    from reconciler.cli.replacing import replace_file
    from reconciler.errors import ConfigurationError
    from reconciler.renaming import by_file, edited, read_text, with_lifecycle

    resource = desired.resources[old]
    folder = project.settings.cwd or Path.cwd()
    texts: dict[str, str] = {}
    place, start = desired.locate(resource, "/lifecycle"), desired.locate(resource, "")
    is_written = (place.line, place.column) != (start.line, start.column)
    for file, changes in by_file(written).items():
        if not file.endswith((".yaml", ".yml")):
            raise ConfigurationError(f"{file} is no YAML file, and only those are edited", hint="rename it by hand")
        text = edited(read_text(folder / file), changes)
        if file == place.file:
            text = with_lifecycle(text, resource, place=place, is_written=is_written)
        texts[file] = text
    for file, text in texts.items():
        replace_file(folder / file, text, mode=(folder / file).stat().st_mode & 0o777)
    return sorted(texts)
