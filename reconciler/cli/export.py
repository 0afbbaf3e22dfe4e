"""``reconciler export``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli import completing
from reconciler.cli.connection import pairs, settings_of
from reconciler.cli.filled import FILLED
from reconciler.cli.noting import note
from reconciler.cli.options import output_option, platform_options
from reconciler.cli.replacing import replace_file
from reconciler.errors import ConfigurationError, GuardRefused

if TYPE_CHECKING:
    from reconciler.config import Settings
    from reconciler.export.model import Export, Placed, Selection

_STDOUT: Final = "-"

#: Permissions of a new file, and of one that holds secrets.
_PUBLIC: Final = 0o644
_PRIVATE: Final = 0o600


@click.command("export", epilog="Example: reconciler export --kind trigger --name 'on_*'")
@click.option(
    "--out",
    type=FILLED,
    shell_complete=completing.folders,
    metavar="DIR",
    help="Folder to write actions/ and triggers/ into; - prints one stream. Default: the project's folder.",
)
@click.option("--force", is_flag=True, help="Replace files that differ; labels and lifecycle in them are kept.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["action", "trigger"]), help="Only this kind; repeatable."
)
@click.option(
    "--name",
    "names",
    multiple=True,
    type=FILLED,
    shell_complete=completing.names_of(),
    metavar="GLOB",
    help="Only names like ingest_*; repeatable.",
)
@click.option(
    "--label", "labels", multiple=True, type=FILLED, metavar="KEY=VALUE", help="Write this label into each manifest."
)
@click.option("--show-sensitive", is_flag=True, help="Write secret values out, into files only you can read.")
@platform_options
@output_option("text", "json")
def command(*, out: str | None, force: bool, output: str, **arguments: Any) -> None:
    """Write manifests for what is live, one file each, such that a plan of them is empty.

    Nothing on the platform is changed. What a manifest declares already is left alone, so that the command can be run
    again; a file that differs is only replaced with --force, and leaving one makes the command end with 3.

    Secret values are not written: the manifest leaves them to the platform, under lifecycle.ignore.
    """
    from reconciler.export.run import export

    settings = settings_of(arguments)
    folder = _folder(out, settings)
    selection = _selection(arguments)
    found = export(settings, selection, out=folder, force=force, warn=note)
    if selection.names and not found.placed and not found.left_out:
        raise ConfigurationError(
            f"nothing live is called {' or '.join(selection.names)}", hint="reconciler export --out - shows what is"
        )
    if folder is not None:
        _write(found.placed, folder)
    _show(_as_seen(found), output, is_stream=folder is None)
    if any(each.reason for each in found.placed):
        raise click.exceptions.Exit(GuardRefused.exit_code)


def _folder(out: str | None, settings: Settings) -> Path | None:
    if out == _STDOUT:
        return None
    return settings.root if out is None else Path(os.path.normpath(Path.cwd() / out))


def _selection(arguments: dict[str, Any]) -> Selection:
    from reconciler.domain.address import Kind
    from reconciler.export.model import Selection

    return Selection(
        kinds=frozenset(Kind(kind.capitalize()) for kind in arguments["kinds"]),
        names=arguments["names"],
        labels=pairs(arguments["labels"], "--label"),
        reveal=arguments["show_sensitive"],
    )


def _write(placed: Iterable[Placed], folder: Path) -> None:
    """Write what is to be written; all of it, unless a file cannot be."""
    from reconciler.export.model import Outcome

    to_write = [each for each in placed if each.outcome in (Outcome.WRITTEN, Outcome.REPLACED)]
    for each in to_write:
        _refuse_link(Path(each.path), folder)
    for each in to_write:
        path = Path(each.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, each.text, mode=_PRIVATE if each.exported.reveals else _PUBLIC)


def _refuse_link(path: Path, folder: Path) -> None:
    """Never write through a link to somewhere else: whoever made the link chose the place.

    Raises:
        ConfigurationError: The file or its folder is such a link.
    """
    if not path.parent.resolve().is_relative_to(folder.resolve()) or path.is_symlink():
        raise ConfigurationError(
            f"{path} is a link, or in a folder that is one; nothing was written",
            hint="remove the link, or name another folder with --out",
        )


def _as_seen(found: Export) -> Export:
    cwd = Path.cwd()
    return replace(
        found,
        placed=tuple(
            replace(each, path=os.path.relpath(each.path, cwd)) if each.path else each for each in found.placed
        ),
    )


def _show(found: Export, output: str, *, is_stream: bool) -> None:
    if output == "json":
        from reconciler.render.exports import export_document
        from reconciler.render.machine import records_json

        click.echo(records_json(**export_document(found, with_manifests=is_stream)), nl=False)
        return
    from reconciler.cli.console import stderr, stdout
    from reconciler.render.exports import file_lines, remark_lines
    from reconciler.render.lines import show_lines

    if is_stream:
        click.echo("---\n".join(each.text for each in found.placed), nl=False)
    else:
        show_lines(stdout(), file_lines(found))
    show_lines(stderr(), remark_lines(found))
