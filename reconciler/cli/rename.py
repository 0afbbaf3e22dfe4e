"""``reconciler rename``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.cli import completing
from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, manifest_options, read_stdin


@click.command("rename", epilog="Example: reconciler rename action.count_messages count_topics")
@click.argument("address", shell_complete=completing.addresses)
@click.argument("new_name")
@manifest_options
def command(*, address: str, new_name: str, **arguments: Any) -> None:
    """Give a resource another name in every manifest and overlay that names it; comments and layout stay.

    The next plan shows the rename: created under the new name, its triggers repointed in place, the old one deleted
    last. Nothing is sent before it is applied.
    """
    from reconciler.domain.address import Address
    from reconciler.project import Project
    from reconciler.renaming import renamed_texts

    try:
        old = Address.parse(address)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    project = Project.open(flags_of(arguments), stdin=read_stdin, warn=note)
    folder = project.settings.cwd or Path.cwd()
    texts = renamed_texts(
        project.load().desired,
        project.settings,
        old,
        new_name,
        read=lambda file: (folder / file).read_bytes().decode(),
    )
    for file in _write(texts, folder):
        click.echo(f"Wrote {file}.", err=True)
    click.echo(f"Renamed {old} to {new_name}. See what that does with: reconciler plan", err=True)


def _write(texts: Mapping[str, str], folder: Path) -> list[str]:
    """Write every file, all of them known to be readable by now, and return their names in order."""
    from reconciler.cli.replacing import replace_file

    for file, text in texts.items():
        replace_file(folder / file, text, mode=(folder / file).stat().st_mode & 0o777)
    return sorted(texts)
