"""``reconciler invoke``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import completing
from reconciler.cli.connection import connected, pairs
from reconciler.cli.filled import FILLED
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.domain.actions import ActionRecord
    from reconciler.domain.invocation_requests import CreateInvocationRequest


@click.command(
    "invoke",
    epilog="Example: reconciler invoke count_messages --dataset ds_1234 --input '**/*.bag' --param topics=/scan",
)
@click.argument("action", type=FILLED, metavar="ACTION", shell_complete=completing.names_of("Action"))
@click.option("--dataset", type=FILLED, metavar="ID", help="The dataset that input files come from.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    type=FILLED,
    metavar="PATTERN",
    help="Files of it, as in .gitignore; repeatable.",
)
@click.option("-p", "--param", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option(
    "--upload-to", type=FILLED, metavar="ID", help="The dataset that output files go to.  [default: --dataset]"
)
@click.option("--timeout", type=click.IntRange(min=1), metavar="MINUTES", help="Instead of the action's own.")
@click.option("--digest", type=FILLED, metavar="DIGEST", help="A version of the action.  [default: its latest]")
@click.option(
    "--owner", type=FILLED, metavar="ORG", help="The organization that owns the action, for one of the Action Hub."
)
@click.option("--idempotency-id", type=FILLED, metavar="ID", help="Invoke only if this was never used before.")
@platform_options
@output_option("text", "json")
def command(*, action: str, digest: str | None, owner: str | None, output: str, **arguments: Any) -> None:
    """Queue a run of an action and print its invocation.

    Roboto runs it by itself; on the embedded platform, reconciler run does.
    """
    from reconciler.cli.invocations import show

    given = pairs(arguments["parameters"], "--param")
    if arguments["inputs"] and arguments["dataset"] is None:
        raise click.UsageError("--input says which files of a dataset: name it with --dataset")
    with connected(arguments) as platform:
        found = platform.get_action(action, digest=digest, owner=owner)
        request = _request(found, arguments, parameters=given)
        record = platform.invoke_action(found.name, request, digest=found.digest, owner=found.org_id)
        kind = platform.identity().kind
    show(record, output)
    if output == "text":
        if kind == "embedded":
            click.echo("Run what is queued with: reconciler run --executor process|container --until-idle", err=True)
        click.echo(f"Its log: reconciler logs {record.invocation_id} --follow", err=True)


def _request(action: ActionRecord, arguments: dict[str, Any], *, parameters: dict[str, str]) -> CreateInvocationRequest:
    from reconciler.domain.inputs import InvocationInput
    from reconciler.domain.invocation_requests import CreateInvocationRequest
    from reconciler.domain.invocations import (
        InvocationDataSource,
        InvocationDataSourceType,
        InvocationSource,
        InvocationUploadDestination,
    )

    dataset, inputs = arguments["dataset"], list(arguments["inputs"])
    destination = arguments["upload_to"]
    return CreateInvocationRequest(
        data_source_id=InvocationDataSource.unspecified().data_source_id if dataset is None else dataset,
        data_source_type=InvocationDataSourceType.Dataset,
        input_data=inputs,
        rich_input_data=InvocationInput.from_dataset_file_paths(dataset, inputs) if inputs else None,
        invocation_source=InvocationSource.Manual,
        invocation_source_id=None,
        idempotency_id=arguments["idempotency_id"],
        parameter_values=dict(parameters) or None,
        timeout=arguments["timeout"] or action.timeout,
        upload_destination=None if destination is None else InvocationUploadDestination.dataset(destination),
        compute_requirement_overrides=None,
        container_parameter_overrides=None,
    )
