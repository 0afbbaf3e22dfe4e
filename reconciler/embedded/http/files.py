"""Files over HTTP: their records, wherever the bytes are."""

from __future__ import annotations

from typing import Final

from reconciler.domain.datasets import FileRecord, ImportFileRequest, QueryFilesRequest, UpdateFileRequest
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.values import WireModel
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.directories import DirectoryRecord, directories_of
from reconciler.embedded.http.objects import all_seen, seen
from reconciler.embedded.http.operations import Operation
from reconciler.errors import NotFound


class ImportFilesRequest(WireModel):
    """Request payload to register several files at once."""

    requests: list[ImportFileRequest]


def import_file(call: Call, body: ImportFileRequest) -> FileRecord:
    """Register a file where it is."""
    [record] = call.platform.import_files([body])
    return seen(record)


def import_files(call: Call, body: ImportFilesRequest) -> list[FileRecord]:
    """Register files where they are: all, or none when one is refused."""
    return [seen(record) for record in call.platform.import_files(body.requests)]


def query_files(
    call: Call, dataset_id: str, body: QueryFilesRequest, *, page_token: str | None = None
) -> Page[FileRecord]:
    """List a dataset's files by path; the page token may stand in the body or in the query string."""
    query = body if body.page_token is not None else body.model_copy(update={"page_token": page_token})
    return all_seen(call.platform.query_files(dataset_id, query, owner=call.owner))


def find_files(call: Call, body: QuerySpecification) -> Page[FileRecord]:
    """List files of all datasets of an organization."""
    return all_seen(call.platform.find_files(body, owner=call.owner).read())


def list_directories(call: Call, dataset_id: str, *, page_token: str | None = None) -> Page[DirectoryRecord]:
    """List the directories of a dataset by path."""
    return directories_of(call.platform, dataset_id, owner=call.owner, page_token=page_token)


def get_file(call: Call, file_id: str, *, version_id: int | None = None) -> FileRecord:
    """Read a file's record; of its versions the latest is kept."""
    return _of_version(call.platform.get_file(file_id, owner=call.owner), version_id)


def get_file_at(call: Call, path: str, dataset_id: str, *, version_id: int | None = None) -> FileRecord:
    """Read the record of the file at a path of a dataset."""
    return _of_version(call.platform.get_file_at(dataset_id, path, owner=call.owner), version_id)


def update_file(call: Call, file_id: str, body: UpdateFileRequest) -> FileRecord:
    """Change a file's record, or mark the file ingested."""
    return seen(call.platform.update_file(file_id, body, owner=call.owner))


def delete_file(call: Call, file_id: str) -> None:
    """Delete a file."""
    call.platform.delete_file(file_id, owner=call.owner)


def _of_version(record: FileRecord, version_id: int | None) -> FileRecord:
    if version_id not in (None, record.version):
        raise NotFound(f'version {version_id} of file "{record.file_id}" is not kept; the latest is {record.version}')
    return seen(record)


OPERATIONS: Final = (
    Operation("POST", "/v1/datasets/{dataset_id}/files/query", query_files),
    Operation("POST", "/v1/files/query", find_files),
    Operation("GET", "/v1/files/association/id/{dataset_id}/directories", list_directories),
    Operation("POST", "/v1/files/import", import_file, Access.WRITE),
    Operation("POST", "/v1/files/import/batch", import_files, Access.WRITE),
    Operation("GET", "/v1/files/record/{file_id}", get_file),
    Operation("GET", "/v1/files/record/path/{path:path}/association/{dataset_id}", get_file_at),
    Operation("PUT", "/v1/files/record/{file_id}", update_file, Access.WRITE),
    Operation("DELETE", "/v1/files/{file_id}", delete_file, Access.WRITE),
)
