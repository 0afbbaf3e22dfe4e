"""Which files an invocation works on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.datasets import DatasetRecord, QueryFilesRequest
from reconciler.domain.inputs import DataSelector, FileSelector, InvocationInput
from reconciler.domain.invocations import InvocationDataSource, InvocationDataSourceType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.trigger_shapes import CreateTargetedTriggerRequest, InvokeActionTarget, Schedule
from reconciler.domain.values import ActionReference
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.run_inputs import resolve_inputs
from reconciler.errors import InvalidRequest, RunFailed
from tests.embedded.running import Workshop
from tests.executors.builders import invocation


@pytest.fixture
def workshop(platform: EmbeddedPlatform, tmp_path: Path) -> Workshop:
    """A platform to find files on."""
    return Workshop(platform, tmp_path)


@pytest.fixture
def first(workshop: Workshop) -> DatasetRecord:
    """A dataset."""
    return workshop.dataset({"a.bag": "1", "sub/b.bag": "2", "c.txt": "3", ".git/d.bag": "4"}, "first")


@pytest.fixture
def second(workshop: Workshop) -> DatasetRecord:
    """Another dataset."""
    return workshop.dataset({"a.bag": "5"}, "second")


def resolved(workshop: Workshop, dataset: DatasetRecord | None = None, **given: Any) -> list[str] | None:
    """The input files of an invocation as dataset and path; None when it asks for none."""
    source = (
        InvocationDataSource.unspecified()
        if dataset is None
        else InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id=dataset.dataset_id)
    )
    files = resolve_inputs(workshop.platform, invocation(data_source=source, **given))
    names = {each.dataset_id: each.name for each in workshop.platform.query_datasets(QuerySpecification()).items}
    return None if files is None else [f"{names[file.association_id]}:{file.relative_path}" for file in files]


def test_patterns_hold_within_the_data_source(workshop: Workshop, first: DatasetRecord, second: DatasetRecord) -> None:
    """Of other datasets nothing is taken, of hidden folders neither."""
    assert resolved(workshop, first, input_data=["**/*.bag"]) == ["first:a.bag", "first:sub/b.bag"]


def test_an_invocation_may_have_no_inputs(workshop: Workshop, first: DatasetRecord) -> None:
    """Without data source, or without patterns."""
    assert resolved(workshop, input_data=["**/*.bag"]) is None
    assert resolved(workshop, first, input_data=[]) is None


def test_selectors_supersede_patterns(workshop: Workshop, first: DatasetRecord, second: DatasetRecord) -> None:
    """Each selector adds to the others, each file comes once."""
    files = workshop.platform.query_files(first.dataset_id, QueryFilesRequest()).items
    ids = {file.relative_path: file.file_id for file in files}
    selectors = [
        FileSelector(paths=["a.bag"], dataset_id=second.dataset_id),
        FileSelector(ids=[ids["c.txt"], ids["a.bag"]]),
        FileSelector(query=f'dataset_id = "{first.dataset_id}" AND path LIKE "a.%"'),
        FileSelector(names=["sub/%"], dataset_id=first.dataset_id),
    ]
    found = resolved(workshop, first, input_data=["c.txt"], rich_input_data=InvocationInput(files=selectors))
    assert sorted(found or []) == ["first:a.bag", "first:c.txt", "first:sub/b.bag", "second:a.bag"]


def test_names_and_queries_without_dataset_are_about_all_of_them(
    workshop: Workshop, first: DatasetRecord, second: DatasetRecord
) -> None:
    """Of the invocation's organization."""
    rich = InvocationInput(files=FileSelector(names=["a.bag"]))
    assert sorted(resolved(workshop, rich_input_data=rich) or []) == ["first:a.bag", "second:a.bag"]


def test_paths_without_dataset_are_within_the_data_source(workshop: Workshop, first: DatasetRecord) -> None:
    """Without either, nobody knows where they are."""
    rich = InvocationInput(files=FileSelector(paths=["*.txt"]))
    assert resolved(workshop, first, rich_input_data=rich) == ["first:c.txt"]
    with pytest.raises(RunFailed, match="names no dataset"):
        resolved(workshop, rich_input_data=rich)


def test_a_dataset_narrows_ids(workshop: Workshop, first: DatasetRecord, second: DatasetRecord) -> None:
    """A file of another dataset is not meant."""
    file = workshop.platform.query_files(second.dataset_id, QueryFilesRequest()).items[0]
    rich = InvocationInput(files=FileSelector(ids=[file.file_id], dataset_id=first.dataset_id))
    assert resolved(workshop, rich_input_data=rich) == []


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        (InvocationInput(files=FileSelector(ids=["fl_none"])), '"fl_none", which is not there'),
        (InvocationInput(files=FileSelector(query="size < ?")), "cannot read the query"),
        (InvocationInput(files=FileSelector(paths=["*"], dataset_id="ds_none")), '"ds_none"'),
        (InvocationInput(topics=DataSelector(names=["/scan"])), "topics"),
    ],
)
def test_what_cannot_be_resolved_fails_the_run(workshop: Workshop, rich: InvocationInput, words: str) -> None:
    """Nothing is silently left out."""
    with pytest.raises(RunFailed, match=words):
        resolved(workshop, rich_input_data=rich)


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        (InvocationInput(files=FileSelector(query="msgpaths[a].max > 1")), "not understood"),
        (InvocationInput(files=[FileSelector(ids=["fl_1"]), FileSelector(query="sensor = 1")]), '"sensor"'),
        (InvocationInput(files=FileSelector(paths=["*.bag"])), "add its dataset_id"),
    ],
)
def test_what_no_run_could_find_is_refused_at_once(workshop: Workshop, rich: InvocationInput, words: str) -> None:
    """Nobody waits for a run that cannot begin, and no trigger is made that would ask for one."""
    workshop.action("true")
    with pytest.raises(InvalidRequest, match=words):
        workshop.invoke(rich_input_data=rich)
    target = InvokeActionTarget(target_id="work", action=ActionReference(name="work"), invocation_input=rich)
    nightly = CreateTargetedTriggerRequest(name="nightly", fires_on=Schedule(cron="0 3 * * *"), targets=[target])
    if rich.file_paths:
        # The event may name the dataset.
        return
    with pytest.raises(InvalidRequest, match=words):
        workshop.platform.targeted_triggers.create(nightly)


def test_files_of_several_datasets_are_laid_out_by_dataset(
    workshop: Workshop, first: DatasetRecord, second: DatasetRecord
) -> None:
    """Two files of one path do not meet."""
    workshop.action("cd $ROBOTO_INPUT_DIR; find . -type f | sort")
    invocation_id = workshop.invoke(rich_input_data=InvocationInput(files=FileSelector(names=["a.bag"])))
    workshop.ran(invocation_id)
    expected = sorted(f"./{dataset.dataset_id}/a.bag" for dataset in (first, second))
    assert workshop.log(invocation_id) == expected
