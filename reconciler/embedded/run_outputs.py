"""What a run leaves behind, on its way to the platform: files first, then what is said about them and the dataset."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.domain.datasets import UpdateDatasetRequest
from reconciler.domain.whole_platform import DatasetPlatform
from reconciler.errors import InvalidRequest, RunFailed
from reconciler.executors.outputs import FileChange, Outputs

#: Names that one sentence lists.
_SHOWN = 5


def delivered(
    platform: DatasetPlatform, outputs: Outputs, *, destination: str | None, dataset: str | None
) -> Iterator[str]:
    """Upload output files to ``destination`` and apply changesets to them and to ``dataset``, telling what was done.

    Raises:
        RunFailed: The platform refuses a changeset.
    """
    if outputs.refused:
        yield f"left out, because only files are uploaded: {_listed(outputs.refused)}"
    if outputs.files and destination is None:
        yield (
            f"not uploaded, because the invocation names no upload destination and has no single dataset:"
            f" {_listed(tuple(outputs.files))}"
        )
    uploaded: dict[str, str] = {}
    if outputs.files and destination is not None:
        records = platform.upload_files(destination, outputs.files)
        uploaded = {record.relative_path: record.file_id for record in records}
        yield f"uploaded to {destination}: {_listed(tuple(uploaded))}"
    yield from _change_files(platform, outputs.file_changes, uploaded)
    yield from _change_dataset(platform, outputs, dataset)


def _change_files(
    platform: DatasetPlatform, changes: tuple[FileChange, ...], uploaded: dict[str, str]
) -> Iterator[str]:
    for change in changes:
        file_id = uploaded.get(change.relative_path)
        if file_id is None:
            yield f"metadata of {change.relative_path} is not changed: it is no output file that was uploaded"
            continue
        try:
            platform.update_file(file_id, change.request)
        except InvalidRequest as error:
            raise RunFailed(f"the metadata of {change.relative_path} cannot be changed: {error.message}") from error


def _change_dataset(platform: DatasetPlatform, outputs: Outputs, dataset: str | None) -> Iterator[str]:
    changeset = outputs.dataset_changeset
    if changeset is None or changeset.is_empty():
        return
    if dataset is None:
        yield "metadata of the dataset is not changed: the invocation has no dataset"
        return
    try:
        platform.update_dataset(dataset, UpdateDatasetRequest(metadata_changeset=changeset))
    except InvalidRequest as error:
        raise RunFailed(f"the metadata of {dataset} cannot be changed: {error.message}") from error
    yield f"changed metadata of {dataset}"


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
