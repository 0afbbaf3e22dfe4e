"""``reconciler triggers``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import completing
from reconciler.cli.connection import connected
from reconciler.cli.filled import FILLED
from reconciler.cli.options import flags_of, manifest_options, output_option, platform_options, read_stdin

if TYPE_CHECKING:
    from reconciler.domain.datasets import DatasetRecord
    from reconciler.domain.triggers import TriggerSpec
    from reconciler.domain.whole_platform import WholePlatform
    from reconciler.embedded.evaluation import Evaluation


@click.group("triggers", epilog="Example: reconciler triggers evaluate on_new_bags --dataset ds_1234")
def command() -> None:
    """Try triggers out."""


@command.command(
    "evaluate",
    epilog="Example: reconciler triggers evaluate on_new_bags --dataset ds_1234 -f triggers/on_new_bags.yaml",
)
@click.argument("trigger", type=FILLED, metavar="TRIGGER", shell_complete=completing.names_of("Trigger"))
@click.option(
    "--dataset",
    "datasets",
    multiple=True,
    type=FILLED,
    metavar="ID",
    help="A dataset; repeatable.  [default: the newest]",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many of the newest.")
@manifest_options
@platform_options
@output_option("text", "json")
def evaluate(*, trigger: str, datasets: tuple[str, ...], limit: int, output: str, **arguments: Any) -> None:
    """Say whether a trigger would fire for datasets, for which files, and why not.

    The trigger is the live one; with --file, the one in these manifests. Nothing is invoked and nothing is written.
    """
    from reconciler.running import dry_refusals, dry_run

    declared = _declared(trigger, arguments) if arguments["files"] else None
    with connected(arguments) as platform:
        tried = _tried(platform, trigger, declared)
        found = _datasets(platform, datasets, limit=limit)
        evaluations = [
            (dataset, dry_run(platform, tried.spec, dataset_id=dataset.dataset_id, trigger_id=tried.trigger_id))
            for dataset in found
        ]
        # What manifests give their action is checked where they are read.
        refused = [] if declared else dry_refusals(platform, tried.spec)
    _show(trigger, evaluations, refused, output)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A trigger, and under which id it is live; None when it is not."""

    spec: TriggerSpec
    trigger_id: str | None


def _declared(name: str, arguments: dict[str, Any]) -> TriggerSpec:
    from reconciler.domain.address import Address, Kind
    from reconciler.domain.triggers import TriggerSpec
    from reconciler.project import Project

    desired = Project.open(flags_of(arguments), stdin=read_stdin).load().desired
    resource = desired.resources.get(Address(Kind.TRIGGER, name))
    if resource is None:
        raise click.UsageError(f'the manifests have no trigger "{name}"')
    assert isinstance(resource.spec, TriggerSpec)
    return resource.spec


def _tried(platform: WholePlatform, name: str, declared: TriggerSpec | None) -> _Tried:
    from reconciler.domain.triggers import TriggerSpec
    from reconciler.errors import NotFound

    try:
        live = platform.get_trigger(name)
    except NotFound:
        if declared is None:
            raise
        return _Tried(declared, None)
    return _Tried(declared or TriggerSpec.of(live), live.trigger_id)


def _datasets(platform: WholePlatform, ids: tuple[str, ...], *, limit: int) -> list[DatasetRecord]:
    from reconciler.domain.queries import QuerySpecification

    if ids:
        return [platform.get_dataset(dataset_id) for dataset_id in ids]
    return list(platform.query_datasets(QuerySpecification(limit=limit)).items)


def _show(trigger: str, evaluations: list[tuple[DatasetRecord, Evaluation]], refused: list[str], output: str) -> None:
    from reconciler.render.evaluations import evaluation_document, evaluation_lines, refusal_line

    if output == "json":
        from reconciler.render.machine import records_json

        documents = [evaluation_document(*each) for each in evaluations]
        click.echo(records_json(trigger=trigger, evaluations=documents, refused=refused), nl=False)
        return
    from reconciler.cli.console import stdout
    from reconciler.render.lines import show_lines

    if not evaluations:
        click.echo("There is no dataset to evaluate the trigger for; make one: reconciler dataset import DIR", err=True)
    for each in evaluations:
        show_lines(stdout(), evaluation_lines(*each))
    for reason in refused:
        show_lines(stdout(), [refusal_line(reason)])
