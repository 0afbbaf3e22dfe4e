"""``reconciler invocations``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import completing
from reconciler.cli.connection import connected, entries
from reconciler.cli.filled import FILLED
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.domain.conditions import Condition, ConditionGroup
    from reconciler.domain.invocations import InvocationRecord


@click.group("invocations", epilog="Example: reconciler invocations list --status Failed")
def command() -> None:
    """List and show runs of actions."""


@command.command("list", epilog="Example: reconciler invocations list --action count_messages --limit 5")
@click.option(
    "--action",
    type=FILLED,
    metavar="NAME",
    shell_complete=completing.names_of("Action"),
    help="Only runs of this action.",
)
@click.option("--status", metavar="STATUS", help="Only runs that stand so: Queued, Processing, Completed, Failed, ...")
@click.option("--dataset", type=FILLED, metavar="ID", help="Only runs on this dataset.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@platform_options
@output_option("text", "json")
def list_command(*, output: str, limit: int, **arguments: Any) -> None:
    """List invocations, the newest first."""
    from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification

    condition = _condition(arguments)
    size = min(limit, PAGE_LIMIT)
    with connected(arguments) as platform:
        records = entries(
            lambda token: platform.query_invocations(QuerySpecification(condition=condition, limit=size, after=token)),
            limit=limit,
        )
    _show_list(records, output)


@command.command("show", epilog="Example: reconciler invocations show iv_1234 --output json")
@click.argument("invocation_id", type=FILLED, metavar="ID")
@platform_options
@output_option("text", "json")
def show_command(*, invocation_id: str, output: str, **arguments: Any) -> None:
    """Show one invocation with its history. Secret values are masked."""
    with connected(arguments) as platform:
        record = platform.get_invocation(invocation_id)
    show(record, output)


def show(record: InvocationRecord, output: str) -> None:
    """Print one invocation."""
    from reconciler.render.invocations import detail_lines, invocation_document

    if output == "json":
        from reconciler.render.machine import records_json

        click.echo(records_json(invocation=invocation_document(record)), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.lines import show_lines

    show_lines(stdout(), detail_lines(record))


def _show_list(records: list[InvocationRecord], output: str) -> None:
    from reconciler.render.invocations import invocation_document, table_lines

    if output == "json":
        from reconciler.render.machine import records_json

        click.echo(records_json(invocations=[invocation_document(record) for record in records]), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.lines import show_lines

    if not records:
        click.echo("No invocations.", err=True)
    show_lines(stdout(), table_lines(records, now=datetime.now(UTC)))


def _condition(arguments: dict[str, Any]) -> Condition | ConditionGroup | None:
    from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator

    wanted = {
        "provenance.action.name": arguments["action"],
        "last_status": _status(arguments["status"]),
        "data_source.data_source_id": arguments["dataset"],
    }
    conditions: list[Condition | ConditionGroup] = [
        Condition(field=field, comparator=Comparator.Equals, value=value)
        for field, value in wanted.items()
        if value is not None
    ]
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return ConditionGroup(operator=ConditionOperator.And, conditions=conditions)


def _status(text: str | None) -> int | None:
    if text is None:
        return None
    from reconciler.domain.invocations import InvocationStatus

    by_name = {status.name.lower(): status for status in InvocationStatus}
    if text.lower() not in by_name:
        known = ", ".join(status.name for status in InvocationStatus)
        raise click.UsageError(f'--status: "{text}" is none; known are {known}')
    return by_name[text.lower()].value
