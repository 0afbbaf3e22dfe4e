"""Which files an invocation works on, as the platform's own resolver finds them.

For each selector: ``paths`` within its dataset, then ``query``, ``ids`` and ``names``; each file once. Files in hidden
folders are no inputs of patterns. Without selectors, the patterns of ``input_data`` hold within the data source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.domain.conditions import ConditionType
from reconciler.domain.datasets import DatasetRecord, FileRecord, QueryFilesRequest
from reconciler.domain.inputs import FileSelector, InvocationInput
from reconciler.domain.invocations import InvocationRecord
from reconciler.domain.queries import PAGE_LIMIT, Page, QuerySpecification, each_of_pages
from reconciler.domain.whole_platform import DatasetPlatform
from reconciler.embedded import roboql
from reconciler.embedded.roboql import UnsupportedQuery
from reconciler.errors import NotFound, RunFailed

#: Patterns of files that patterns of inputs never mean.
_HIDDEN = [".*/**/*"]


def resolve_inputs(platform: DatasetPlatform, record: InvocationRecord) -> list[FileRecord] | None:
    """Return the input files by dataset and path; None when the invocation asks for none.

    Raises:
        RunFailed: A selector asks for what is not there or what this platform cannot tell.
    """
    selection = _selection(record)
    if selection is None:
        return None
    if selection.safe_topics:
        raise RunFailed("the invocation selects topics, and this platform has none: select files")
    source = None if record.data_source.is_unspecified() else record.data_source.data_source_id
    found: dict[str, FileRecord] = {}
    for selector in selection.safe_files:
        found |= {file.file_id: file for file in _selected(platform, selector, source=source)}
    return sorted(found.values(), key=lambda file: (file.association_id, file.relative_path))


def input_problems(record: InvocationRecord) -> Iterator[str]:
    """Say what of an invocation's inputs no run could find here, whatever files there will be."""
    selection = record.rich_input_data
    if selection is None:
        return
    yield from selection_problems(selection)
    homeless = (selector for selector in selection.safe_files if selector.paths and not selector.dataset_id)
    if record.data_source.is_unspecified() and any(homeless):
        yield "rich_input_data: files are selected by path, and there is no dataset to find them in: add its dataset_id"


def selection_problems(selection: InvocationInput, *, where: str = "rich_input_data") -> Iterator[str]:
    """Say which queries of selectors this platform does not understand, wherever they stand.

    Topics are left to the run, which fails on them: they are a legal part of an invocation, whoever is to run it.
    """
    for selector in selection.safe_files:
        try:
            if selector.query:
                roboql.parsed(selector.query)
        except UnsupportedQuery as error:
            yield f"{where}: the query of a selector is not understood: {error}"


def _selection(record: InvocationRecord) -> InvocationInput | None:
    if record.rich_input_data is not None:
        return record.rich_input_data
    if record.data_source.is_unspecified() or not record.input_data:
        return None
    return InvocationInput.from_dataset_file_paths(record.data_source.data_source_id, record.input_data)


def _selected(platform: DatasetPlatform, selector: FileSelector, *, source: str | None) -> Iterator[FileRecord]:
    if selector.paths:
        yield from _by_paths(platform, selector.dataset_id or source, selector.paths)
    if selector.query:
        yield from _by_query(platform, _parsed(selector.query), within=selector.dataset_id)
    for file_id in selector.ids or ():
        yield from _by_id(platform, file_id, within=selector.dataset_id)
    if selector.names:
        yield from _by_query(platform, roboql.names(selector.names), within=selector.dataset_id)


def _by_paths(platform: DatasetPlatform, dataset_id: str | None, paths: list[str]) -> Iterable[FileRecord]:
    if dataset_id is None:
        raise RunFailed("the invocation selects files by path and names no dataset to find them in")
    return _files(platform, dataset_id, include=paths)


def _by_query(platform: DatasetPlatform, query: ConditionType, *, within: str | None) -> Iterator[FileRecord]:
    datasets = frozenset({within}) if within is not None else roboql.datasets_of(query)
    for dataset_id in _all_datasets(platform) if datasets is None else sorted(datasets):
        yield from (file for file in _files(platform, dataset_id) if roboql.holds(query, file))


def _by_id(platform: DatasetPlatform, file_id: str, *, within: str | None) -> Iterator[FileRecord]:
    try:
        file = platform.get_file(file_id)
    except NotFound as error:
        raise RunFailed(f'the invocation selects the file "{file_id}", which is not there') from error
    if within in (None, file.association_id):
        yield file


def _parsed(text: str) -> ConditionType:
    try:
        return roboql.parsed(text)
    except UnsupportedQuery as error:
        raise RunFailed(f"the invocation selects files by a query that is not understood: {error}") from error


def _files(platform: DatasetPlatform, dataset_id: str, *, include: list[str] | None = None) -> Iterator[FileRecord]:
    exclude = _HIDDEN if include else None

    def page(token: str | None) -> Page[FileRecord]:
        request = QueryFilesRequest(include_patterns=include, exclude_patterns=exclude, page_token=token)
        return platform.query_files(dataset_id, request)

    try:
        yield from each_of_pages(page)
    except NotFound as error:
        raise RunFailed(f'the dataset "{dataset_id}" of the invocation\'s inputs is not there') from error


def _all_datasets(platform: DatasetPlatform) -> list[str]:
    def page(token: str | None) -> Page[DatasetRecord]:
        return platform.query_datasets(QuerySpecification(limit=PAGE_LIMIT, after=token))

    return [dataset.dataset_id for dataset in each_of_pages(page)]
