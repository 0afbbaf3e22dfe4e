"""``reconciler dataset``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.connection import connected, entries, pairs
from reconciler.cli.file_uris import base_of, checked_base, uri_below
from reconciler.cli.filled import FILLED, FilledPath
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.domain.datasets import DatasetRecord, FileRecord
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

    Files stay where they are and count as ingested; with --copy they are copied, to a served platform by HTTP, and
    count as uploaded. Links are left out. A platform on another machine finds them at --uri, or needs --copy.
    """
    if copy and uri is not None:
        raise click.UsageError("--copy brings the files to the platform, --uri says that it has them: choose one")
    files = _files(folder)
    if not files:
        raise click.UsageError(f"there is no file in {folder}")
    metadata = {key: _value(text) for key, text in pairs(arguments["metadata"], "--metadata").items()}
    if arguments["dataset_id"] is not None and (arguments["name"] or arguments["metadata"] or arguments["tags"]):
        raise click.UsageError("--name, --metadata and --tag are for a new dataset, --dataset names an existing one")
    with connected(arguments) as platform:
        base = None if copy else base_of(folder, uri=uri, identity=platform.identity())
        dataset = _dataset(platform, folder, arguments, metadata=metadata)
        with _taken_back(platform, dataset, is_new=arguments["dataset_id"] is None):
            records = _add(platform, dataset, files, base=base)
        queued = _queued(platform, dataset)
        identity = platform.identity()
    show(dataset, records, output)
    if base is not None and uri is None and identity.kind != "embedded":
        click.echo(
            f"Registered by file:// URIs: runs find them where {identity.endpoint} runs on this machine and its "
            "--file-root lets them; --copy uploads them instead.",
            err=True,
        )
    if output == "text":
        _tell_queued(queued)


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


def show(dataset: DatasetRecord, files: list[FileRecord], output: str) -> None:
    """Print one dataset."""
    if output == "json":
        from reconciler.render.machine import records_json

        documents = [file.model_dump(mode="json") for file in files]
        click.echo(records_json(dataset=dataset.model_dump(mode="json"), files=documents), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.datasets import detail_lines
    from reconciler.render.lines import show_lines

    show_lines(stdout(), detail_lines(dataset, files))


def _files(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by their path in it.

    Raises:
        ConfigurationError: A folder cannot be read, and what is in it would be missing without a word.
    """
    from reconciler.errors import ConfigurationError

    unread: list[OSError] = []
    entries = [
        Path(parent, name) for parent, _, names in os.walk(folder.absolute(), onerror=unread.append) for name in names
    ]
    if unread:
        problems = "; ".join(f"{error.filename}: {error.strerror}" for error in unread)
        raise ConfigurationError(f"cannot read {problems}", hint="nothing was imported: make it readable, or move it")
    found = (path for path in entries if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder.absolute()).as_posix(): path for path in sorted(found)}


def _dataset(
    platform: WholePlatform, folder: Path, arguments: dict[str, Any], *, metadata: dict[str, Any]
) -> DatasetRecord:
    from reconciler.domain.datasets import CreateDatasetRequest
    from reconciler.handles.asking import built

    if arguments["dataset_id"] is not None:
        return platform.get_dataset(arguments["dataset_id"])
    name = arguments["name"] or folder.resolve().name
    tags = list(arguments["tags"])
    return platform.create_dataset(
        built(CreateDatasetRequest, f'create dataset "{name}"', name=name, metadata=metadata, tags=tags)
    )


@contextmanager
def _taken_back(platform: WholePlatform, dataset: DatasetRecord, *, is_new: bool) -> Iterator[None]:
    """Delete a dataset that was made for files which are then refused: the next try makes its own."""
    from reconciler.errors import InvalidRequest, NotAllowed, PlatformError, PlatformUnavailable

    try:
        yield
    except (InvalidRequest, NotAllowed, PlatformUnavailable):
        if is_new:
            with suppress(PlatformError):
                platform.delete_dataset(dataset.dataset_id)
        raise


def _value(text: str) -> Any:
    """Read a value as JSON where it is JSON: 3 is a number, true a boolean, lidar and "3" are texts."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _add(
    platform: WholePlatform, dataset: DatasetRecord, files: dict[str, Path], *, base: str | None
) -> list[FileRecord]:
    """Add files: by their URIs below a base, or with their bytes where there is none."""
    from reconciler.domain.datasets import ImportFileRequest

    if base is None:
        return platform.upload_files(dataset.dataset_id, files)
    return platform.import_files(
        [
            ImportFileRequest(
                dataset_id=dataset.dataset_id, relative_path=name, uri=uri_below(base, name), size=path.stat().st_size
            )
            for name, path in files.items()
        ]
    )


def _queued(platform: WholePlatform, dataset: DatasetRecord) -> list[InvocationRecord]:
    """Return the invocations of triggers that fired for the dataset and wait to be run."""
    from reconciler.domain.conditions import Condition
    from reconciler.domain.invocations import InvocationStatus
    from reconciler.domain.queries import QuerySpecification

    of_dataset = Condition("data_source.data_source_id").equals(dataset.dataset_id)
    found = platform.query_invocations(QuerySpecification(condition=of_dataset, limit=100)).items
    return [record for record in found if record.last_status is InvocationStatus.Queued]


def _tell_queued(queued: list[InvocationRecord]) -> None:
    from reconciler.cli.console import stderr
    from reconciler.render.invocations import table_lines
    from reconciler.render.lines import show_lines

    if not queued:
        click.echo("No trigger fired; reconciler triggers evaluate TRIGGER says why.", err=True)
        return
    show_lines(stderr(), [[("Queued by triggers:", "")], *table_lines(queued, now=datetime.now(UTC))])
    click.echo("Run them with: reconciler run --executor process|container --until-idle", err=True)


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
