"""The bytes of uploaded files over HTTP; those of imported ones are where the importer said, and not ours to give."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from reconciler.domain.datasets import FileRecord, FileStorageType
from reconciler.domain.values import WireModel
from reconciler.embedded.copies import local_path
from reconciler.embedded.http.calls import Call, SentFile
from reconciler.embedded.http.operations import Operation
from reconciler.errors import InvalidRequest, NotFound


class SignedUrl(WireModel):
    """A link that lets whoever has it read a file for an hour."""

    url: str


def signed_url(call: Call, file_id: str) -> SignedUrl:
    """Return a link to the bytes of an uploaded file, good for an hour and without a token of the caller's."""
    record = _uploaded(call, file_id)
    token = call.site.seals.link(record.file_id, user_id=call.account.user_id)
    return SignedUrl(url=f"{call.url}/v1/files/{quote(record.file_id)}/content?token={quote(token)}")


def file_content(call: Call, file_id: str, *, token: str | None = None) -> SentFile:
    """Read the bytes of an uploaded file; the token of a signed URL, which the door reads, lets in as well."""
    record = _uploaded(call, file_id)
    path = local_path(record.uri)
    if path is None or not path.is_file():
        raise NotFound(f'the bytes of file "{file_id}" are gone')
    return SentFile(path, record.name)


def _uploaded(call: Call, file_id: str) -> FileRecord:
    record = call.platform.get_file(file_id, owner=call.owner)
    if record.storage_type is not FileStorageType.Uploaded:
        raise InvalidRequest(f'file "{file_id}" was imported: its bytes are not here but where its uri says')
    return record


OPERATIONS: Final = (
    Operation("GET", "/v1/files/{file_id}/signed-url", signed_url),
    Operation("GET", "/v1/files/{file_id}/content", file_content, linkable=True, extension=True),
)
