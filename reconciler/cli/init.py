"""``reconciler init``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from reconciler.cli.filled import FILLED, FilledPath
from reconciler.cli.remedies import cannot_write
from reconciler.cli.templates import (
    ACTION,
    ADOPTED_ACTION,
    PROJECT,
    TRIGGER,
    existing_definitions,
    schema_text,
)
from reconciler.errors import ConfigurationError
from reconciler.manifests.scalar_text import scalar
from reconciler.manifests.schema_line import SCHEMA

_OWN_FOLDER: Final = ".reconciler"


@click.command("init", epilog="Example: reconciler init && reconciler plan --platform embedded")
@click.argument("folder", type=FilledPath(file_okay=False), default=Path())
@click.option("--name", type=FILLED, metavar="NAME", help="The project's name.  [default: the folder's]")
def command(*, folder: Path, name: str | None) -> None:
    """Start a project: reconciler.yaml, an example action and an example trigger, and the schema for your editor.

    An action.json found in the folder is used as it is: the manifest refers to it. Existing files are never
    overwritten; .gitignore gets a line for .reconciler/, the folder of what stays on this machine.
    """
    files = _files(folder, name or _project_name(folder))
    taken = [path for path in files if path.exists()]
    if taken:
        raise ConfigurationError(
            f"{taken[0]} exists already; nothing was written", hint="choose another folder, or remove what is there"
        )
    _write(files)
    _keep_out_of_git(folder / ".gitignore")
    click.echo(
        "\nNext: reconciler validate, then reconciler plan --platform embedded to try it on this machine.", err=True
    )


def _write(files: Mapping[Path, str]) -> None:
    """Write all files or none: half a project would be in the way of the next try."""
    begun: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            begun.append(path)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        for path in begun:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise cannot_write(Path(error.filename or begun[-1]), error, after="; nothing was written") from error
    for path in files:
        click.echo(f"wrote {path}")


def _keep_out_of_git(ignored: Path) -> None:
    """Have git leave alone what this tool keeps for this machine: a database and tokens."""
    before = ignored.read_text(encoding="utf-8") if ignored.exists() else ""
    if _OWN_FOLDER in {line.strip().strip("/") for line in before.splitlines()}:
        return
    line_end = "\n" if before and not before.endswith("\n") else ""
    with ignored.open("a", encoding="utf-8") as file:
        file.write(f"{line_end}{_OWN_FOLDER}/\n")
    click.echo(f"{'added a line to' if before else 'wrote'} {ignored}")


def _project_name(folder: Path) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "_-" else "-" for letter in folder.resolve().name)
    return kept.strip("-") or "robots"


def _files(folder: Path, name: str) -> dict[Path, str]:
    files = {folder / "reconciler.yaml": PROJECT.format(name=scalar(name), inventory=uuid.uuid4())}
    definitions = existing_definitions(folder)
    for action, definition in definitions.items():
        relative = Path("..") / definition.relative_to(folder)
        files[folder / "actions" / f"{action}.yaml"] = ADOPTED_ACTION.format(
            name=scalar(action), image=action, path=scalar(relative.as_posix())
        )
    action = next(iter(definitions), "count_messages")
    if not definitions:
        files[folder / "actions" / f"{action}.yaml"] = ACTION.format(name=action)
    files[folder / SCHEMA] = schema_text()
    files[folder / "triggers" / "on_new_bags.yaml"] = TRIGGER.format(name="on_new_bags", action=scalar(action))
    return files
