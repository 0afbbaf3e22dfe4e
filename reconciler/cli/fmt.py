"""``reconciler fmt``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import completing
from reconciler.cli.options import flags_of, read_stdin
from reconciler.cli.replacing import replace_file
from reconciler.diagnostics import Span

if TYPE_CHECKING:
    from reconciler.config import Settings
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.files import SourceFile


@click.command("fmt", epilog="Example: reconciler fmt --check")
@click.argument("paths", nargs=-1, shell_complete=completing.files)
@click.option("--check", is_flag=True, help="Write nothing; leave with 1 when a file would change.")
def command(*, paths: tuple[str, ...], check: bool) -> None:
    """Write manifests in the one canonical form; comments stay.

    Keys come in the order of the schema, parameters as a map by name. What a manifest means never changes.
    The path - reads standard input and prints what it becomes, for editors.
    """
    from reconciler.config import resolve
    from reconciler.manifests.files import find

    settings = resolve(flags_of({"files": paths}), environ=os.environ, cwd=Path.cwd(), for_environment=False)
    found = find(settings.paths, root=settings.root, exclude=settings.exclude, stdin=read_stdin)
    problems: list[Diagnostic] = list(found.diagnostics)
    changed = 0
    for file in found.files:
        changed += _format(file, problems, settings=settings, check=check)
    _close(settings.each_as_seen(problems), changed, check=check)


def _format(file: SourceFile, problems: list[Diagnostic], *, settings: Settings, check: bool) -> int:
    """Format one file; return 1 when it changes."""
    from reconciler.manifests.formatting import formatted

    text = formatted(file.text, file=file.name)
    if not isinstance(text, str):
        problems.extend(text)
        return 0
    if file.path is None and not check:
        click.echo(text, nl=False)
        return 0
    if text == file.text:
        return 0
    if file.path is not None and not check and not _written(file.path.resolve(), text, problems, name=file.name):
        return 0
    click.echo(settings.as_seen(Span.at(file.name)).file)
    return 1


def _written(path: Path, text: str, problems: list[Diagnostic], *, name: str) -> bool:
    """Write one file; return False, with a problem more, where that cannot be: the others can."""
    from reconciler.cli.remedies import remedy
    from reconciler.diagnostics import Diagnostic

    try:
        replace_file(path, text, mode=path.stat().st_mode)
    except OSError as error:
        problems.append(
            Diagnostic("unwritable-file", f"cannot write this: {error.strerror}", Span.at(name), hint=remedy(error))
        )
        return False
    return True


def _close(problems: Sequence[Diagnostic], changed: int, *, check: bool) -> None:
    if problems:
        from reconciler.cli.console import stderr
        from reconciler.diagnostics import in_order
        from reconciler.render.terminal import show_diagnostics

        show_diagnostics(in_order(list(problems)), stderr())
    failed = any(problem.is_error for problem in problems)
    if check and changed:
        click.echo(f"{changed} {'file' if changed == 1 else 'files'} would change; run: reconciler fmt", err=True)
    raise click.exceptions.Exit(1 if failed or (check and changed) else 0)
