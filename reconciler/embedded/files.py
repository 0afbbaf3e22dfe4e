"""The platform's rules for files: a path of a dataset holds one, and each import or upload is its next version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, Final

from pydantic import TypeAdapter

from reconciler.domain.changesets import MetadataChangeset, same_json
from reconciler.domain.datasets import (
    DatasetRecord,
    FileRecord,
    FileStorageType,
    ImportFileRequest,
    IngestionStatus,
    QueryFilesRequest,
    UpdateFileRequest,
)
from reconciler.domain.notset import NotSetType
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.triggers import FILE_METADATA_UPDATE, TriggerEvaluationCause
from reconciler.embedded import events
from reconciler.embedded.access import Caller
from reconciler.embedded.actions import after, is_printable
from reconciler.embedded.checks import check_files
from reconciler.embedded.copies import Copy
from reconciler.embedded.dataset_event import DatasetEvent
from reconciler.embedded.datasets import read_dataset
from reconciler.embedded.identifiers import new_file_id
from reconciler.embedded.metadata import metadata_after
from reconciler.embedded.paging import read_page
from reconciler.embedded.path_patterns import chosen
from reconciler.embedded.store import Rows
from reconciler.embedded.stored_page import StoredPage
from reconciler.embedded.tokens import decoded, encoded
from reconciler.errors import InvalidRequest, NotAllowed, NotFound

#: Files on a page.
PAGE_SIZE: Final = 1000

_PATH: Final = TypeAdapter(str)


def import_files(
    rows: Rows, requests: Sequence[ImportFileRequest], *, caller: Caller, now: datetime
) -> list[FileRecord]:
    """Register files where they are: all, or none when one is refused."""
    ids = dict.fromkeys(request.dataset_id for request in requests)
    datasets = {dataset_id: read_dataset(rows, dataset_id, caller=caller) for dataset_id in ids}
    drafts = [_imported(request, datasets[request.dataset_id], caller=caller, now=now) for request in requests]
    check_files(drafts)
    _check_distinct(drafts)
    records = _kept(rows, drafts)
    for _, brought in groupby(sorted(records, key=_dataset_id), key=_dataset_id):
        _note(rows, TriggerEvaluationCause.FileIngest, list(brought), caller=caller, now=now)
    return records


def add_uploads(
    rows: Rows, copies: Iterable[Copy], dataset_id: str, *, upload_id: str, caller: Caller, now: datetime
) -> list[FileRecord]:
    """Register files that were copied."""
    dataset = read_dataset(rows, dataset_id, caller=caller)
    drafts = [_uploaded(copy, dataset, upload_id=upload_id, caller=caller, now=now) for copy in copies]
    check_files(drafts)
    records = _kept(rows, drafts)
    _note(rows, TriggerEvaluationCause.FileUpload, records, caller=caller, now=now, transaction_id=upload_id)
    return records


def query_files(
    rows: Rows, dataset_id: str, request: QueryFilesRequest, *, caller: Caller, owner: str | None
) -> Page[FileRecord]:
    """Return one page of the files that the patterns choose, by path."""
    read_dataset(rows, dataset_id, caller=caller, owner=owner)
    takes = chosen(request.include_patterns, request.exclude_patterns)
    start = "" if request.page_token is None else decoded(request.page_token, _PATH)
    listed = (row for row in rows.files.of_dataset(dataset_id, after=start) if takes(row.relative_path))
    found = list(islice(listed, PAGE_SIZE + 1))
    token = encoded(found[PAGE_SIZE - 1].relative_path) if len(found) > PAGE_SIZE else None
    return Page(tuple(FileRecord.model_validate_json(row.document) for row in found[:PAGE_SIZE]), token)


def find_files(rows: Rows, query: QuerySpecification, *, caller: Caller, owner: str | None) -> StoredPage[FileRecord]:
    """Return one page of an organization's files, of all its datasets.

    Raises:
        NotAllowed: The caller is no member; an empty page would look like "there are none".
    """
    org_id = owner or caller.org_id
    if org_id not in caller.organizations:
        raise NotAllowed(f"files of {org_id} can only be read by its members")
    return read_page(lambda search: rows.files.of_org(search, org_id=org_id), query, model=FileRecord)


def read_file(rows: Rows, file_id: str, *, caller: Caller, owner: str | None = None) -> FileRecord:
    """Return one file of an organization the caller is a member of."""
    record = rows.files.find(file_id) if is_printable(file_id) else None
    if record is None or record.org_id not in caller.organizations or owner not in (None, record.org_id):
        raise NotFound(f'there is no file "{file_id}", or none you may see')
    return record


def read_file_at(rows: Rows, dataset_id: str, path: str, *, caller: Caller, owner: str | None = None) -> FileRecord:
    """Return the file at a path of a dataset."""
    read_dataset(rows, dataset_id, caller=caller, owner=owner)
    record = rows.files.at_path(dataset_id, path) if path == path.encode(errors="replace").decode() else None
    if record is None:
        raise NotFound(f'there is no file "{path}" in dataset "{dataset_id}"')
    return record


def update_file(
    rows: Rows, file_id: str, request: UpdateFileRequest, *, caller: Caller, owner: str | None, now: datetime
) -> FileRecord:
    """Change what the request sets, and keep the rest; triggers hear of changes, and when the file is ingested."""
    current = read_file(rows, file_id, caller=caller, owner=owner)
    moment = after(current.modified, now)
    changes = {**_changes(current, request), "modified": moment, "modified_by": caller.user_id}
    record = current.model_copy(update=changes)
    check_files([record])
    rows.files.put([record])
    if record.ingestion_status is not current.ingestion_status:
        _note(rows, TriggerEvaluationCause.FileIngest, [record], caller=caller, now=moment)
    if not same_json(record.metadata, current.metadata) or record.tags != current.tags:
        changeset = MetadataChangeset.between(
            current.metadata, record.metadata, old_tags=current.tags, new_tags=record.tags
        )
        _note(rows, FILE_METADATA_UPDATE, [record], caller=caller, now=moment, changeset=changeset)
    return record


def delete_file(rows: Rows, file_id: str, *, caller: Caller, owner: str | None) -> FileRecord:
    """Delete the record of a file, and return what it was."""
    record = read_file(rows, file_id, caller=caller, owner=owner)
    rows.files.delete(file_id)
    return record


def _imported(request: ImportFileRequest, dataset: DatasetRecord, *, caller: Caller, now: datetime) -> FileRecord:
    return _draft(
        dataset,
        caller=caller,
        now=now,
        relative_path=request.relative_path,
        uri=request.uri,
        size=request.size or 0,
        storage_type=FileStorageType.Imported,
        file_id=new_file_id(),
        description=request.description,
        device_id=request.device_id or dataset.device_id,
        metadata=request.metadata or {},
        tags=request.tags or [],
    )


def _uploaded(copy: Copy, dataset: DatasetRecord, *, upload_id: str, caller: Caller, now: datetime) -> FileRecord:
    return _draft(
        dataset,
        caller=caller,
        now=now,
        relative_path=copy.relative_path,
        uri=copy.uri,
        size=copy.size,
        storage_type=FileStorageType.Uploaded,
        device_id=dataset.device_id,
        upload_id=upload_id,
        file_id=copy.file_id or new_file_id(),
    )


def _draft(dataset: DatasetRecord, *, caller: Caller, now: datetime, relative_path: str, **facts: Any) -> FileRecord:
    return FileRecord(
        association_id=dataset.dataset_id,
        org_id=dataset.org_id,
        relative_path=relative_path,
        name=relative_path.rpartition("/")[2],
        version=1,
        created=now,
        created_by=caller.user_id,
        modified=now,
        modified_by=caller.user_id,
        **facts,
    )


def _check_distinct(drafts: Iterable[FileRecord]) -> None:
    counts = Counter((draft.association_id, draft.relative_path) for draft in drafts)
    repeated = [path for (_, path), count in counts.items() if count > 1]
    if repeated:
        raise InvalidRequest(
            f'relative_path: "{repeated[0]}" is named more than once: name each path of a dataset once'
        )


def _dataset_id(record: FileRecord) -> str:
    return record.association_id


def _kept(rows: Rows, drafts: Iterable[FileRecord]) -> list[FileRecord]:
    records = [_next_version(rows.files.at_path(draft.association_id, draft.relative_path), draft) for draft in drafts]
    rows.files.put(records)
    return records


def _next_version(current: FileRecord | None, draft: FileRecord) -> FileRecord:
    """Return the draft as the next version of what its path holds; what it does not say stays."""
    if current is None:
        return draft
    return draft.model_copy(
        update={
            "file_id": current.file_id,
            "version": current.version + 1,
            "created": current.created,
            "created_by": current.created_by,
            "modified": after(current.modified, draft.modified),
            "description": current.description if draft.description is None else draft.description,
            "metadata": draft.metadata or current.metadata,
            "tags": draft.tags or current.tags,
        }
    )


def _note(
    rows: Rows,
    cause: TriggerEvaluationCause,
    records: Sequence[FileRecord],
    *,
    caller: Caller,
    now: datetime,
    transaction_id: str | None = None,
    changeset: MetadataChangeset | None = None,
) -> None:
    if not records:
        return
    first = records[0]
    event = DatasetEvent(
        org_id=first.org_id,
        dataset_id=first.association_id,
        cause=cause,
        file_ids=tuple(record.file_id for record in records),
        transaction_id=transaction_id,
        changeset=changeset,
        invocation_id=caller.invocation_id,
    )
    events.note(rows, event, now=now)


def _changes(current: FileRecord, request: UpdateFileRequest) -> Mapping[str, Any]:
    changes: dict[str, Any] = {}
    if not isinstance(request.description, NotSetType):
        changes["description"] = request.description
    if isinstance(request.metadata_changeset, MetadataChangeset):
        changes["metadata"], changes["tags"] = metadata_after(
            request.metadata_changeset, current.metadata, current.tags
        )
    if not isinstance(request.ingestion_complete, NotSetType):
        changes["ingestion_status"] = IngestionStatus.Ingested
    return changes
