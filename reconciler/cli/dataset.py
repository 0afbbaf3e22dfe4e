"""``reconciler dataset``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.connection import connected, entries, pairs, settings_of
from reconciler.cli.file_uris import base_of, checked_base
from reconciler.cli.filled import FILLED, FilledPath
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.cli.folder_files import FolderFiles
    from reconciler.domain.datasets import CreateDatasetRequest, DatasetRecord, FileRecord
    from reconciler.domain.invocations import InvocationRecord
    from reconciler.domain.whole_platform import WholePlatform


@click.group("dataset", epilog="Example: reconciler dataset import bags/ --name run-42")
def command() -> None:
    """Fill, list and show datasets."""


@command.command(
    "import",
    epilog="Example: reconciler dataset import bags/ --name run-42 --metadata sensor_type=lidar --tag night",
)
@click.argument("folder", metavar="DIR", type=FilledPath(exists=True, file_okay=False))
@click.option("--name", type=FILLED, metavar="NAME", help="Of the new dataset.  [default: the folder's]")
@click.option("--dataset", "dataset_id", type=FILLED, metavar="ID", help="Add to this dataset instead of making one.")
@click.option("--metadata", multiple=True, metavar="KEY=VALUE", help="Of the new dataset; JSON, else text; repeatable.")
@click.option("--tag", "tags", multiple=True, type=FILLED, metavar="TAG", help="Of the new dataset; repeatable.")
@click.option("--copy", is_flag=True, help="Copy the files, instead of registering them where they are.")
@click.option("--uri", metavar="URI", callback=checked_base, help="Where the platform finds the folder's files.")
@platform_options
@output_option("text", "json")
def import_command(*, folder: Path, copy: bool, uri: str | None, output: str, **arguments: Any) -> None:
    """Make a dataset of the files of a folder; triggers that wait for them fire.

    Files stay where they are, and triggers hear that they were ingested; with --copy they are copied, to a served
    platform by HTTP, and triggers hear that they were uploaded. A platform on another machine finds them at --uri, or
    needs --copy. Left out are links, what is no file, and what this tool keeps in .reconciler.

    Over HTTP thousands of files go in several requests, each of which registers all of its files or none. To go on
    after one that failed, name the --dataset: what is registered there in the same size is not registered again.
    """
    if copy and uri is not None:
        raise click.UsageError("--copy brings the files to the platform, --uri says that it has them: choose one")
    into = _destination(folder, arguments)
    found = _found(folder, arguments)
    with connected(arguments) as platform:
        from reconciler.cli.importing import bring

        identity = platform.identity()
        base = None if copy else base_of(folder, uri=uri, identity=identity)
        brought = bring(platform, found.files, into=into, base=base)
        queued = _queued(platform, brought.dataset)
    left_out = {**found.left_out, "own": len(found.own), "registered": brought.known}
    show(brought.dataset, brought.files, output, left_out=left_out)
    if brought.known:
        click.echo(f"Left as they are: {brought.known:,} that were registered there, in the same size.", err=True)
    if base is not None and uri is None and identity.kind != "embedded":
        click.echo(
            f"Registered by file:// URIs: runs find them where {identity.endpoint} runs on this machine and its "
            "--file-root lets them; --copy uploads them instead.",
            err=True,
        )
    if output == "text":
        _tell_queued(queued, kind=identity.kind)


@command.command("list", epilog="Example: reconciler dataset list --limit 5")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@platform_options
@output_option("text", "json")
def list_command(*, output: str, limit: int, **arguments: Any) -> None:
    """List datasets, the newest first."""
    from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification

    size = min(limit, PAGE_LIMIT)
    with connected(arguments) as platform:
        records = entries(
            lambda token: platform.query_datasets(QuerySpecification(limit=size, after=token)), limit=limit
        )
    _show_list(records, output)


@command.command("show", epilog="Example: reconciler dataset show ds_1234")
@click.argument("dataset_id", type=FILLED, metavar="ID")
@platform_options
@output_option("text", "json")
def show_command(*, dataset_id: str, output: str, **arguments: Any) -> None:
    """Show one dataset with its files."""
    from reconciler.domain.datasets import QueryFilesRequest

    with connected(arguments) as platform:
        dataset = platform.get_dataset(dataset_id)
        files = entries(lambda token: platform.query_files(dataset_id, QueryFilesRequest(page_token=token)))
    show(dataset, files, output)


def show(dataset: DatasetRecord, files: list[FileRecord], output: str, **more: dict[str, int]) -> None:
    """Print one dataset; ``more`` is for programs alone."""
    if output == "json":
        from reconciler.render.machine import records_json

        documents = [file.model_dump(mode="json") for file in files]
        click.echo(records_json(dataset=dataset.model_dump(mode="json"), files=documents, **more), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.datasets import detail_lines
    from reconciler.render.lines import show_lines

    show_lines(stdout(), detail_lines(dataset, files))


def _destination(folder: Path, arguments: dict[str, Any]) -> CreateDatasetRequest | str:
    """Return the id of the dataset that was named, or what a new one is to be."""
    from reconciler.domain.datasets import CreateDatasetRequest
    from reconciler.handles.asking import built

    metadata = {key: _value(text) for key, text in pairs(arguments["metadata"], "--metadata").items()}
    name, tags, dataset_id = arguments["name"], list(arguments["tags"]), arguments["dataset_id"]
    if dataset_id is not None:
        if name or metadata or tags:
            raise click.UsageError(
                "--name, --metadata and --tag are for a new dataset, --dataset names an existing one"
            )
        return str(dataset_id)
    name = name or folder.resolve().name
    return built(CreateDatasetRequest, f'create dataset "{name}"', name=name, metadata=metadata, tags=tags)


def _found(folder: Path, arguments: dict[str, Any]) -> FolderFiles:
    """Return the files of the folder, and say what of it is left out."""
    from reconciler.cli.folder_files import files_of

    found = files_of(folder, database=settings_of(arguments).embedded_path)
    if found.rest:
        click.echo(f"Left out: {found.rest}.", err=True)
    if not found.files:
        raise click.UsageError(f"there is no file in {folder}")
    return found


def _value(text: str) -> Any:
    """Read a value as JSON where it is JSON: 3 is a number, true a boolean, lidar and "3" are texts."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> None:
    # NaN and Infinity, which Python reads, are no JSON.
    raise ValueError(name)


def _queued(platform: WholePlatform, dataset: DatasetRecord) -> list[InvocationRecord]:
    """Return the invocations of triggers that fired for the dataset and wait to be run."""
    from reconciler.domain.conditions import Condition
    from reconciler.domain.invocations import InvocationStatus
    from reconciler.domain.queries import QuerySpecification

    of_dataset = Condition("data_source.data_source_id").equals(dataset.dataset_id)
    found = platform.query_invocations(QuerySpecification(condition=of_dataset, limit=100)).items
    return [record for record in found if record.last_status is InvocationStatus.Queued]


def _tell_queued(queued: list[InvocationRecord], *, kind: str) -> None:
    from reconciler.cli.console import stderr
    from reconciler.render.invocations import table_lines
    from reconciler.render.lines import show_lines

    if not queued:
        click.echo("No trigger fired; reconciler triggers evaluate TRIGGER says why.", err=True)
        return
    show_lines(stderr(), [[("Queued by triggers:", "")], *table_lines(queued, now=datetime.now(UTC))])
    if kind == "embedded":
        click.echo("Run them with: reconciler run --executor process|container --until-idle", err=True)
    else:
        click.echo(f"The platform runs them; how it goes: reconciler logs {queued[0].invocation_id} --follow", err=True)


def _show_list(records: list[DatasetRecord], output: str) -> None:
    if output == "json":
        from reconciler.render.machine import records_json

        click.echo(records_json(datasets=[record.model_dump(mode="json") for record in records]), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.datasets import table_lines
    from reconciler.render.lines import show_lines

    if not records:
        click.echo("No datasets.", err=True)
    show_lines(stdout(), table_lines(records, now=datetime.now(UTC)))
