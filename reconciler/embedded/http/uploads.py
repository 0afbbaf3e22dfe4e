"""Uploading local files over HTTP, an extension of ours that needs no client of an object store.

Begin an upload, send each file, complete it. The files are the dataset's from then on, all of them at once, and the
upload event is raised once for all of them.
"""

from __future__ import annotations

from typing import Final

from reconciler.domain.datasets import FileRecord
from reconciler.domain.values import WireModel
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.completing import completed
from reconciler.embedded.http.objects import seen
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.staging import Received


class UploadRecord(WireModel):
    """An upload under way."""

    upload_id: str


class ReceivedFile(WireModel):
    """A file of an upload that was received; ``size`` in bytes."""

    relative_path: str
    size: int


def begin_upload(call: Call, dataset_id: str) -> UploadRecord:
    """Begin an upload of files into a dataset; one that nobody completes is given up after a day."""
    dataset = call.platform.get_dataset(dataset_id, owner=call.owner)
    return UploadRecord(upload_id=call.site.staging.begin(dataset.dataset_id))


def send_file(call: Call, dataset_id: str, upload_id: str, path: str, body: Received) -> ReceivedFile:
    """Send the bytes of one file, of any content type; sending a path again replaces it."""
    dataset = call.platform.get_dataset(dataset_id, owner=call.owner)
    call.site.staging.put(dataset.dataset_id, upload_id, path, body)
    return ReceivedFile(relative_path=path, size=body.size)


def complete_upload(call: Call, dataset_id: str, upload_id: str) -> list[FileRecord]:
    """Make the files that were sent the dataset's, all at once; asked again, say which they are."""
    dataset = call.platform.get_dataset(dataset_id, owner=call.owner)
    ids = completed(call.site.staging, call.platform.uploads, dataset.dataset_id, upload_id)
    return [seen(call.platform.get_file(file_id)) for file_id in ids]


def give_up_upload(call: Call, dataset_id: str, upload_id: str) -> None:
    """Give an upload up; nothing of it stays."""
    dataset = call.platform.get_dataset(dataset_id, owner=call.owner)
    call.site.staging.discard(dataset.dataset_id, upload_id)


_UPLOADS: Final = "/v1/datasets/{dataset_id}/uploads"

OPERATIONS: Final = (
    Operation("POST", _UPLOADS, begin_upload, Access.WRITE, extension=True),
    Operation("PUT", _UPLOADS + "/{upload_id}/files/{path:path}", send_file, Access.WRITE, extension=True),
    Operation("POST", _UPLOADS + "/{upload_id}/complete", complete_upload, Access.WRITE, extension=True),
    Operation("DELETE", _UPLOADS + "/{upload_id}", give_up_upload, Access.WRITE, extension=True),
)
