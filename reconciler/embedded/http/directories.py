"""The directories of a dataset: no records of their own, but what the paths of its files lead through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, Literal

from pydantic import TypeAdapter

from reconciler.domain.datasets import FileRecord, QueryFilesRequest
from reconciler.domain.queries import Page, each_of_pages
from reconciler.domain.values import WireModel
from reconciler.domain.whole_platform import DatasetPlatform
from reconciler.embedded.tokens import decoded, encoded

#: Directories on a page.
PAGE_SIZE: Final = 1000

_PATH: Final = TypeAdapter(str)


class DirectoryRecord(WireModel):
    """A wire-transmissible representation of a directory; it is as old and as new as the first file found in it."""

    association_id: str
    directory_id: str
    org_id: str
    relative_path: str
    name: str
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str
    parent_id: str | None = None
    fs_type: Literal["directory"] = "directory"
    storage_type: Literal["directory"] = "directory"
    status: Literal["available"] = "available"
    origination: str = ""
    upload_id: str = ""


def directories_of(
    platform: DatasetPlatform, dataset_id: str, *, owner: str | None, page_token: str | None
) -> Page[DirectoryRecord]:
    """Return one page of a dataset's directories, by path."""
    after = "" if page_token is None else decoded(page_token, _PATH)
    found: dict[str, DirectoryRecord] = {}
    for file in _files(platform, dataset_id, owner=owner):
        for path in _leading_to(file.relative_path):
            if path not in found:
                found[path] = _record(file, path)
    pages = islice((found[path] for path in sorted(found) if path > after), PAGE_SIZE + 1)
    records = tuple(pages)
    token = encoded(records[PAGE_SIZE - 1].relative_path) if len(records) > PAGE_SIZE else None
    return Page(records[:PAGE_SIZE], token)


def _files(platform: DatasetPlatform, dataset_id: str, *, owner: str | None) -> Iterator[FileRecord]:
    return each_of_pages(
        lambda token: platform.query_files(dataset_id, QueryFilesRequest(page_token=token), owner=owner)
    )


def _leading_to(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents if parent.name]


def _record(file: FileRecord, path: str) -> DirectoryRecord:
    parent, _, name = path.rpartition("/")
    return DirectoryRecord(
        association_id=file.association_id,
        directory_id=_id(file.association_id, path),
        org_id=file.org_id,
        relative_path=path,
        name=name,
        created=file.created,
        created_by=file.created_by,
        modified=file.modified,
        modified_by=file.modified_by,
        parent_id=_id(file.association_id, parent) if parent else None,
    )


def _id(dataset_id: str, path: str) -> str:
    return "fl_" + hashlib.blake2b(f"{dataset_id}/{path}".encode(), digest_size=8).hexdigest()
