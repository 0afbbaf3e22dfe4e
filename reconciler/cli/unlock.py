"""``reconciler unlock``."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.options import flags_of, manifest_options, read_stdin


@click.command("unlock", epilog="Example: reconciler unlock --id 0b6e3c1e-5a0f-4a53-9f0f-2d7f0b6d1c11")
@click.option("--id", "lease_id", required=True, metavar="ID", help="The lock to end, as the refusal named it.")
@manifest_options
def command(*, lease_id: str, **arguments: Any) -> None:
    """End a lock whose holder is gone.

    A lock ends by itself within two minutes of its holder; this is for those who cannot wait. A holder that is still at
    work is stopped at its next write.
    """
    from reconciler.owner import ledger_of
    from reconciler.project import Project

    ledger = ledger_of(Project.open(flags_of(arguments), stdin=read_stdin))
    ended = ledger.lock.unlock(lease_id)
    if ended is None:
        held = ledger.lock.current()
        click.echo(f"That lock does not hold. {f'Another one does: {held.id}, {held}' if held else 'Nobody has one.'}")
        raise click.exceptions.Exit(1)
    click.echo(f"Ended the lock of {ended}.")
