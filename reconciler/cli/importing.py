"""Bringing the files of a folder into a dataset: one that is there, or a new one, which goes when nothing came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.connection import entries
from reconciler.cli.file_uris import uri_below
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    DatasetRecord,
    FileRecord,
    ImportFileRequest,
    QueryFilesRequest,
)
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import InvalidRequest, NotAllowed, PlatformError, PlatformUnavailable


@dataclass(frozen=True, slots=True)
class Brought:
    """A dataset, the files that were brought into it, and how many had been registered there before."""

    dataset: DatasetRecord
    files: list[FileRecord]
    known: int = 0


def bring(
    platform: WholePlatform, files: Mapping[str, Path], *, into: CreateDatasetRequest | str, base: str | None
) -> Brought:
    """Bring files, by their path, into a dataset: by their URIs below a base, or with their bytes where there is none.

    ``into`` asks for a new dataset, or is the id of one.
    """
    if isinstance(into, str):
        return _add(platform, platform.get_dataset(into), files, base=base)
    dataset = platform.create_dataset(into)
    with _taken_back(platform, dataset):
        return _add(platform, dataset, files, base=base)


def _add(platform: WholePlatform, dataset: DatasetRecord, files: Mapping[str, Path], *, base: str | None) -> Brought:
    if base is None:
        return Brought(dataset, platform.upload_files(dataset.dataset_id, dict(files)))
    known = {(record.relative_path, record.uri, record.size) for record in _files(platform, dataset)}
    requests = [
        ImportFileRequest(
            dataset_id=dataset.dataset_id, relative_path=name, uri=uri_below(base, name), size=path.stat().st_size
        )
        for name, path in files.items()
    ]
    new = [request for request in requests if (request.relative_path, request.uri, request.size) not in known]
    return Brought(dataset, platform.import_files(new), len(requests) - len(new))


def _files(platform: WholePlatform, dataset: DatasetRecord, *, limit: int | None = None) -> list[FileRecord]:
    return entries(
        lambda token: platform.query_files(dataset.dataset_id, QueryFilesRequest(page_token=token)), limit=limit
    )


@contextmanager
def _taken_back(platform: WholePlatform, dataset: DatasetRecord) -> Iterator[None]:
    """Delete a dataset that was made for files of which none came in: the next try makes its own."""
    try:
        yield
    except PlatformError as refusal:
        with suppress(PlatformError):
            if _files(platform, dataset, limit=1):
                refusal.hint = f"{refusal.hint}; then go on with --dataset {dataset.dataset_id}"
            elif isinstance(refusal, InvalidRequest | NotAllowed | PlatformUnavailable):
                platform.delete_dataset(dataset.dataset_id)
        raise
