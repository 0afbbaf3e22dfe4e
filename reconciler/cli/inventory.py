"""``reconciler inventory``: show it, or make it anew."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, manifest_options, output_option, platform_options, read_stdin
from reconciler.cli.permits import lock_option


class _Shows(click.Group):
    """A group that shows where nothing else is asked of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``show`` in front of options alone."""
        is_bare = not args or (args[0].startswith("-") and args[0] not in ("-h", "--help"))
        return super().parse_args(ctx, ["show", *args] if is_bare else args)


@click.group(
    "inventory", cls=_Shows, epilog="Example: reconciler inventory show --output json | jq '.resources[].address'"
)
def command() -> None:
    """Show what this project owns, or make a lost inventory anew. Without a command: show."""


@command.command("show", epilog="Example: reconciler inventory show")
@manifest_options
@output_option("text", "json")
def show(*, output: str, **arguments: Any) -> None:
    """Show what this project owns, and who holds the lock."""
    from reconciler.owner import ledger_of
    from reconciler.project import Project

    ledger = ledger_of(Project.open(flags_of(arguments), stdin=read_stdin))
    inventory, _ = ledger.store.read()
    if output == "json":
        from reconciler.render.ownership import inventory_json

        click.echo(inventory_json(inventory, lease=ledger.lock.current()), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.ownership import show_inventory

    place = ledger.store.backend.place(ledger.store.name)
    show_inventory(inventory, stdout(), place=place, lease=ledger.lock.current())


@command.command("rebuild", epilog="Example: reconciler inventory rebuild --auto-approve")
@click.option("--auto-approve", is_flag=True, help="Rebuild without asking.")
@manifest_options
@platform_options
@lock_option
@output_option("text", "json")
def rebuild(*, auto_approve: bool, output: str, lock_timeout: float, **arguments: Any) -> None:
    """Make a lost or damaged inventory anew from live state and manifests.

    Everything that is declared and live counts as this project's own. Nothing is sent, and nothing is deleted.
    """
    from reconciler.owner import rebuild
    from reconciler.project import Project

    if not auto_approve and not _is_wanted():
        click.echo("Nothing was written.", err=True)
        return
    found = rebuild(Project.open(flags_of(arguments), stdin=read_stdin, warn=note), lock_timeout=lock_timeout)
    if output == "json":
        from reconciler.render.ownership import adopted_json

        click.echo(adopted_json(found), nl=False)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.ownership import show_adopted

        show_adopted(found, stdout())


def _is_wanted() -> bool:
    from reconciler.cli.console import is_interactive

    if not is_interactive():
        raise click.UsageError("rebuild needs a yes and there is nobody to ask; add --auto-approve")
    return click.confirm("Take everything that is declared and live for this project's own?", default=False, err=True)
