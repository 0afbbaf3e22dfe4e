"""Datasets and their files, as far as triggers and invocations need them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.values import WireModel


class DatasetRecord(WireModel):
    """A wire-transmissible representation of a dataset: a named set of files with metadata and tags."""

    dataset_id: str
    org_id: str
    created: datetime
    created_by: str
    modified: datetime
    modified_by: str
    name: str | None = None
    description: str | None = None
    device_id: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    roboto_record_version: int = 0
    # Constants that older clients insist on.
    administrator: str = "Roboto"
    storage_location: str = "S3"
    storage_ctx: dict[str, Any] = Field(default_factory=dict)


class IngestionStatus(StrEnum):
    """How much of a file the platform has made searchable."""

    Ingested = "ingested"
    PartlyIngested = "partly_ingested"
    NotIngested = "not_ingested"


class FileStorageType(StrEnum):
    """Where a file's bytes are: with the platform, or where the importer said."""

    Uploaded = "uploaded"
    Imported = "imported"
    Directory = "directory"


class FileRecord(WireModel):
    """A wire-transmissible representation of a file of a dataset; ``size`` in bytes.

    ``association_id`` is the dataset's id, ``relative_path`` the path inside it.
    """

    file_id: str
    association_id: str
    org_id: str
    relative_path: str
    name: str
    uri: str
    size: int
    version: int
    created: datetime
    modified: datetime
    modified_by: str
    created_by: str = ""
    description: str | None = None
    device_id: str | None = None
    ingestion_status: IngestionStatus = IngestionStatus.NotIngested
    status: Literal["available", "deleted", "reserved"] = "available"
    storage_type: FileStorageType = FileStorageType.Uploaded
    fs_type: Literal["file", "directory"] = "file"
    upload_id: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)


class CreateDatasetRequest(WireModel):
    """Request payload to create a dataset; a name has at most 120 characters."""

    name: str | None = Field(default=None, max_length=120)
    description: str | None = None
    device_id: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)


class UpdateDatasetRequest(WireModel):
    """Request payload to update a dataset: only what is set changes, null clears."""

    name: str | NotSetType | None = NotSet
    description: str | NotSetType | None = NotSet
    device_id: str | NotSetType | None = NotSet
    metadata_changeset: MetadataChangeset | NotSetType | None = NotSet


class ImportFileRequest(WireModel):
    """Request payload to register a file without touching its bytes; ``size`` in bytes."""

    dataset_id: str
    relative_path: str
    uri: str
    size: int | None = Field(default=None, ge=0)
    description: str | None = None
    metadata: dict[str, Any] | None = None
    tags: list[str] | None = None
    device_id: str | None = None


class UpdateFileRequest(WireModel):
    """Request payload to update a file's record; ``ingestion_complete`` marks it ingested and raises that event."""

    description: str | NotSetType | None = NotSet
    metadata_changeset: MetadataChangeset | NotSetType | None = NotSet
    ingestion_complete: Literal[True] | NotSetType = NotSet


class QueryFilesRequest(WireModel):
    """Request payload to list a dataset's files by gitignore-style patterns."""

    include_patterns: list[str] | None = None
    exclude_patterns: list[str] | None = None
    page_token: str | None = None
