"""Names of objects: where clients that expect an object store find the bytes of uploaded files, and bring new ones.

A key is ``dataset/upload/path``: of an upload that is under way, or of the one that brought the file. Over HTTP the
records of uploaded files name these objects; where this machine keeps the bytes is nobody else's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.domain.datasets import FileRecord, FileStorageType
from reconciler.domain.queries import Page

#: The one bucket there is. With its underscore it is no part of a host's name, so that clients put it into the path.
BUCKET: Final = "reconciler_files"


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """What a key says."""

    dataset_id: str
    upload_id: str
    path: str

    @classmethod
    def read(cls, text: str) -> ObjectKey | None:
        """Read a key; None when it is none of ours."""
        dataset_id, _, rest = text.partition("/")
        upload_id, _, path = rest.partition("/")
        return cls(dataset_id, upload_id, path) if dataset_id and upload_id and path else None

    @classmethod
    def of_uri(cls, uri: str) -> ObjectKey | None:
        """Return the key that an object's URI holds; None when it is none of ours."""
        start = f"s3://{BUCKET}/"
        return cls.read(uri.removeprefix(start)) if uri.startswith(start) else None

    @property
    def uri(self) -> str:
        """The object's URI."""
        return f"s3://{BUCKET}/{self.dataset_id}/{self.upload_id}/{self.path}"


def seen(record: FileRecord) -> FileRecord:
    """Return the record of a file as clients see it."""
    if record.storage_type is not FileStorageType.Uploaded:
        return record
    key = ObjectKey(record.association_id, record.upload_id, record.relative_path)
    return record.model_copy(update={"uri": key.uri})


def all_seen(page: Page[FileRecord]) -> Page[FileRecord]:
    """Return a page of files as clients see it."""
    return Page(tuple(map(seen, page.items)), page.next_token)
