"""Datasets and their files.

===============  =======================================================  ===============  ==================
call             method, path                                             organization     body
===============  =======================================================  ===============  ==================
create           POST ``v1/datasets``                                     caller           every field
read             GET ``v1/datasets/{id}``                                 owner, if given  none
list             POST ``v1/datasets/query``                               owner            the query
update           PUT ``v1/datasets/{id}``                                 owner, if given  what is set
delete           DELETE ``v1/datasets/{id}``                              owner, if given  none
import           POST ``v1/files/import/batch``                           caller           all imports at once
list files       POST ``v1/datasets/{id}/files/query?page_token=``        owner, if given  every field
read a file      GET ``v1/files/record/{id}``                             owner, if given  none
update a file    PUT ``v1/files/record/{id}``                             owner, if given  what is set
delete a file    DELETE ``v1/files/{id}``                                 owner, if given  none
===============  =======================================================  ===============  ==================

No write is sent again when its answer was lost: a second update raises its events a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.client.calls.call import (
    Call,
    Effect,
    acting_for,
    every_field,
    json_body,
    listing,
    owned_by,
    query_string,
    segment,
    set_fields,
    wire_content,
)
from reconciler.domain.wire import HEADER_API_VERSION

# Planning sends none of these: their models are not loaded for it.
if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.domain.datasets import (
        CreateDatasetRequest,
        ImportFileRequest,
        QueryFilesRequest,
        UpdateDatasetRequest,
        UpdateFileRequest,
    )
    from reconciler.domain.queries import QuerySpecification

#: From this version on, null in an update of a dataset clears a field; before, it leaves the field alone.
NULL_CLEARS: Final = "2026-01-02"

_LOOK: Final = "list the datasets and their files to see what is there"


def create(request: CreateDatasetRequest, *, caller: str | None) -> Call:
    """Create a dataset in the caller's organization."""
    operation = "create dataset" if request.name is None else f'create dataset "{request.name}"'
    headers = acting_for(caller, operation)
    return Call(
        operation, "POST", "v1/datasets", Effect.EACH_TIME, headers, every_field(request, operation), look=_LOOK
    )


def read(dataset_id: str, *, owner: str | None) -> Call:
    """Read one dataset."""
    operation = _operation("read", dataset_id)
    return Call(operation, "GET", _path(dataset_id, operation), headers=owned_by(owner, operation))


def query(specification: QuerySpecification, *, owner: str | None) -> Call:
    """List one page of an organization's datasets."""
    return listing("list datasets", "v1/datasets/query", specification, owner=owner)


def update(dataset_id: str, request: UpdateDatasetRequest, *, owner: str | None) -> Call:
    """Change what the request sets."""
    operation = _operation("update", dataset_id)
    headers = (*owned_by(owner, operation), (HEADER_API_VERSION, NULL_CLEARS))
    path = _path(dataset_id, operation)
    return Call(operation, "PUT", path, Effect.EACH_TIME, headers, set_fields(request, operation), look=_LOOK)


def delete(dataset_id: str, *, owner: str | None) -> Call:
    """Delete a dataset with its files."""
    operation = _operation("delete", dataset_id)
    headers = owned_by(owner, operation)
    return Call(operation, "DELETE", _path(dataset_id, operation), Effect.EACH_TIME, headers, look=_LOOK)


def import_files(requests: Sequence[ImportFileRequest], *, caller: str | None) -> Call:
    """Register files where they are, all in one request."""
    operation = f"import {len(requests)} {'file' if len(requests) == 1 else 'files'}"
    body = json_body({"requests": [wire_content(request, operation) for request in requests]})
    headers = acting_for(caller, operation)
    return Call(operation, "POST", "v1/files/import/batch", Effect.EACH_TIME, headers, body, look=_LOOK)


def query_files(dataset_id: str, request: QueryFilesRequest, *, owner: str | None) -> Call:
    """List one page of a dataset's files."""
    operation = _operation("list files of", dataset_id)
    # The official client sends the token in both places, and which one counts is not documented.
    path = f"{_path(dataset_id, operation)}/files/query{query_string(page_token=request.page_token)}"
    return Call(operation, "POST", path, headers=owned_by(owner, operation), body=every_field(request, operation))


def read_file(file_id: str, *, owner: str | None) -> Call:
    """Read one file's record."""
    operation = f'read file "{file_id}"'
    return Call(operation, "GET", f"v1/files/record/{_file(file_id, operation)}", headers=owned_by(owner, operation))


def update_file(file_id: str, request: UpdateFileRequest, *, owner: str | None) -> Call:
    """Change what the request sets in a file's record."""
    operation = f'update file "{file_id}"'
    path, headers = f"v1/files/record/{_file(file_id, operation)}", owned_by(owner, operation)
    return Call(operation, "PUT", path, Effect.EACH_TIME, headers, set_fields(request, operation), look=_LOOK)


def delete_file(file_id: str, *, owner: str | None) -> Call:
    """Delete a file."""
    operation = f'delete file "{file_id}"'
    path, headers = f"v1/files/{_file(file_id, operation)}", owned_by(owner, operation)
    return Call(operation, "DELETE", path, Effect.EACH_TIME, headers, look=_LOOK)


def _operation(verb: str, dataset_id: str) -> str:
    return f'{verb} dataset "{dataset_id}"'


def _path(dataset_id: str, operation: str) -> str:
    return f"v1/datasets/{segment(dataset_id, operation, called='the id of a dataset')}"


def _file(file_id: str, operation: str) -> str:
    return segment(file_id, operation, called="the id of a file")
