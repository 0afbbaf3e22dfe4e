"""``reconciler history``."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.options import flags_of, manifest_options, output_option, read_stdin


@click.command("history", epilog="Example: reconciler history --limit 5")
@click.argument("apply_id", required=False, metavar="[APPLY_ID]")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, the latest.")
@manifest_options
@output_option("text", "json")
def command(*, apply_id: str | None, limit: int, output: str, **arguments: Any) -> None:
    """Show what was applied, by whom, from which commit; with APPLY_ID, what it did to each resource."""
    from reconciler.owner import ledger_of
    from reconciler.project import Project

    journal = ledger_of(Project.open(flags_of(arguments), stdin=read_stdin)).journal
    pages = journal.latest(limit) if apply_id is None else [journal.read(apply_id)]
    if output == "json":
        from reconciler.render.ownership import history_json

        click.echo(history_json(pages), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.ownership import show_apply, show_history

    if apply_id is None:
        show_history(pages, stdout())
    else:
        show_apply(pages[0], stdout())
