"""``reconciler completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion", epilog='Example: eval "$(reconciler completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, *, shell: str) -> None:
    """Print the script that completes commands and options in your shell.

    Put it in the shell's start-up file.
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"{shell} is not supported")
    root = context.find_root()
    click.echo(completion(root.command, {}, "reconciler", "_RECONCILER_COMPLETE").source())
