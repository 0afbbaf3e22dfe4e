"""``reconciler cancel``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.connection import connected
from reconciler.cli.filled import FILLED
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform


@click.command("cancel", epilog="Example: reconciler cancel iv_1234   or: reconciler cancel --all")
@click.argument("invocation_ids", type=FILLED, metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Cancel all of the organization's that have not ended.")
@platform_options
@output_option("text", "json")
def command(*, invocation_ids: tuple[str, ...], everything: bool, output: str, **arguments: Any) -> None:
    """Cancel invocations; one that has ended stays as it is.

    What runs is ended within moments.
    """
    if everything == bool(invocation_ids):
        raise click.UsageError("name invocations or say --all, one of the two")
    with connected(arguments) as platform:
        if everything:
            _tell_counts(*_cancel_all(platform), output=output)
            return
        _check_known(platform, invocation_ids)
        for invocation_id in invocation_ids:
            platform.cancel_invocation(invocation_id)
        _tell(platform, invocation_ids, output)


def _check_known(platform: WholePlatform, invocation_ids: tuple[str, ...]) -> None:
    """See that every invocation is there before the first is cancelled.

    Raises:
        NotFound: Some are not; all of them are named.
    """
    from reconciler.errors import NotFound

    refusals: list[NotFound] = []
    for invocation_id in invocation_ids:
        try:
            platform.get_invocation(invocation_id)
        except NotFound as refusal:
            refusals.append(refusal)
    if refusals:
        problems = "; ".join(refusal.message for refusal in refusals)
        raise NotFound(problems, operation="cancel", hint="nothing was cancelled: check the ids")


def _cancel_all(platform: WholePlatform) -> tuple[int, int]:
    """Cancel what was active when the command began, as many calls as that takes; return how many, and what is left."""
    from datetime import UTC, datetime

    from reconciler.domain.invocation_requests import CancelActiveInvocationsRequest

    request = CancelActiveInvocationsRequest(created_before=datetime.now(UTC))
    cancelled = 0
    while True:
        answer = platform.cancel_active_invocations(request)
        cancelled += answer.success_count
        # What failed once is tried again with each call: what the last one says is what stays.
        if not answer.has_more or not answer.success_count:
            return cancelled, max(answer.failure_count, answer.count_remaining)


def _tell_counts(cancelled: int, left: int, *, output: str) -> None:
    """Say how many were cancelled, and leave with 1 when some were not."""
    from reconciler.render.words import counted

    if output == "json":
        from reconciler.render.machine import records_json

        click.echo(records_json(cancelled=cancelled, left=left), nl=False)
    else:
        click.echo(f"Cancelled {counted(cancelled, 'invocation')}.")
    if left:
        click.echo(
            f"{counted(left, 'invocation')} could not be cancelled; reconciler cancel --all tries again", err=True
        )
        raise click.exceptions.Exit(1)


def _tell(platform: WholePlatform, invocation_ids: tuple[str, ...], output: str) -> None:
    from reconciler.render.invocations import invocation_document, progress_line

    records = [platform.get_invocation(invocation_id) for invocation_id in invocation_ids]
    if output == "json":
        from reconciler.render.machine import records_json

        click.echo(records_json(invocations=[invocation_document(record) for record in records]), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.lines import show_lines

    show_lines(stdout(), [progress_line(record) for record in records])
