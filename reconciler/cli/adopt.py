"""``reconciler adopt``."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli import completing
from reconciler.cli.noting import note
from reconciler.cli.options import flags_of, manifest_options, output_option, platform_options, read_stdin
from reconciler.cli.permits import lock_option


@click.command("adopt", epilog="Example: reconciler adopt action.count_messages   or: reconciler adopt --all")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=completing.addresses)
@click.option("--all", "everything", is_flag=True, help="Everything that is declared, live, and not yet ours.")
@manifest_options
@platform_options
@lock_option
@output_option("text", "json")
def command(
    *, addresses: tuple[str, ...], everything: bool, output: str, lock_timeout: float, **arguments: Any
) -> None:
    """Take live resources that the manifests declare into the inventory.

    Nothing is changed on the platform. Where a resource differs from its manifest, the next plan shows it. Running
    it again does no harm.
    """
    from reconciler.owner import adopt
    from reconciler.project import Project

    if everything == bool(addresses):
        raise click.UsageError("name what to adopt, such as action.count_messages, or say --all")
    project = Project.open(flags_of(arguments), stdin=read_stdin, warn=note)
    found = adopt(project, _addresses(addresses), lock_timeout=lock_timeout)
    if output == "json":
        from reconciler.render.ownership import adopted_json

        click.echo(adopted_json(found), nl=False)
    else:
        from reconciler.cli.console import stdout
        from reconciler.render.ownership import show_adopted

        show_adopted(found, stdout())


def _addresses(texts: tuple[str, ...]) -> list[Any]:
    from reconciler.domain.address import Address

    try:
        return [Address.parse(text) for text in texts]
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
