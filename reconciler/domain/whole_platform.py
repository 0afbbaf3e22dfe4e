"""The rest of the platform port: invocations, evaluations, datasets and files.

The same contract as :mod:`reconciler.domain.platform`: leaves of ``PlatformError`` and nothing else, safe from several
threads, all or nothing. The reconciler itself needs none of this; ``reconciler.actions`` and the commands that run
things do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from reconciler.domain.datasets import (
    CreateDatasetRequest,
    DatasetRecord,
    FileRecord,
    ImportFileRequest,
    QueryFilesRequest,
    UpdateDatasetRequest,
    UpdateFileRequest,
)
from reconciler.domain.evaluations import TriggerEvaluationRecord
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    CancelActiveInvocationsResponse,
    CreateInvocationRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import InvocationRecord, LogRecord
from reconciler.domain.platform import Platform
from reconciler.domain.queries import Page, QuerySpecification

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Stream(Generic[Entry]):
    """A stretch of an ongoing stream: ask again with ``last_read`` while ``has_next``."""

    items: tuple[Entry, ...]
    last_read: str | None
    has_next: bool


class InvocationPlatform(Protocol):
    """Invocations: runs of actions, with their status and logs."""

    def invoke_action(
        self,
        name: str,
        request: CreateInvocationRequest,
        *,
        digest: str | None = None,
        owner: str | None = None,
        caller_org: str | None = None,
    ) -> InvocationRecord:
        """Queue a run of an action; parameters are checked against it.

        Raises:
            InvalidRequest: A required parameter has no value, or one is not declared.
            Conflict: The idempotency id was used before.
        """
        ...

    def get_invocation(self, invocation_id: str) -> InvocationRecord:
        """Return one invocation."""
        ...

    def query_invocations(self, query: QuerySpecification, *, owner: str | None = None) -> Page[InvocationRecord]:
        """Return one page of an organization's invocations, newest first by default."""
        ...

    def cancel_invocation(self, invocation_id: str, *, owner: str | None = None) -> None:
        """Cancel an invocation; one that has ended stays as it is."""
        ...

    def cancel_active_invocations(
        self, request: CancelActiveInvocationsRequest, *, owner: str | None = None
    ) -> CancelActiveInvocationsResponse:
        """Cancel a bounded number of active invocations."""
        ...

    def update_invocation_status(
        self, invocation_id: str, request: UpdateInvocationStatus, *, owner: str | None = None
    ) -> InvocationRecord:
        """Move an invocation to another status.

        Raises:
            InvalidTransition: The transition table forbids it.
        """
        ...

    def set_container_info(
        self, invocation_id: str, request: SetContainerInfoRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        """Record the digest of the image that runs."""
        ...

    def set_logs_location(
        self, invocation_id: str, request: SetLogsLocationRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        """Record where logs are stored."""
        ...

    def invocation_logs(
        self, invocation_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[LogRecord]:
        """Return one page of logs, oldest first."""
        ...

    def stream_invocation_logs(
        self, invocation_id: str, *, last_read: str | None = None, owner: str | None = None
    ) -> Stream[LogRecord]:
        """Return what was logged after ``last_read``."""
        ...


class EvaluationPlatform(Protocol):
    """The history of trigger evaluations, newest first."""

    def trigger_evaluations(
        self, name: str, *, limit: int | None = None, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        """Return one page of a trigger's evaluations."""
        ...

    def dataset_evaluations(
        self, dataset_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        """Return one page of the evaluations of every trigger for a dataset.

        Raises:
            NotFound: No such dataset.
        """
        ...


class DatasetPlatform(Protocol):
    """Datasets and files; what happens to them is what triggers are evaluated for."""

    def create_dataset(self, request: CreateDatasetRequest) -> DatasetRecord:
        """Create a dataset in the caller's organization."""
        ...

    def get_dataset(self, dataset_id: str, *, owner: str | None = None) -> DatasetRecord:
        """Return one dataset."""
        ...

    def query_datasets(self, query: QuerySpecification, *, owner: str | None = None) -> Page[DatasetRecord]:
        """Return one page of datasets, newest first by default."""
        ...

    def update_dataset(
        self, dataset_id: str, request: UpdateDatasetRequest, *, owner: str | None = None
    ) -> DatasetRecord:
        """Change a dataset; a metadata changeset raises the metadata event."""
        ...

    def delete_dataset(self, dataset_id: str, *, owner: str | None = None) -> None:
        """Delete a dataset with its files."""
        ...

    def import_files(self, requests: list[ImportFileRequest]) -> list[FileRecord]:
        """Register files where they are, and raise the ingest event.

        All or none of them, and one event, as long as one request holds them: over HTTP, thousands go in several.
        """
        ...

    def query_files(self, dataset_id: str, request: QueryFilesRequest, *, owner: str | None = None) -> Page[FileRecord]:
        """Return one page of a dataset's files, by path."""
        ...

    def get_file(self, file_id: str, *, owner: str | None = None) -> FileRecord:
        """Return one file."""
        ...

    def update_file(self, file_id: str, request: UpdateFileRequest, *, owner: str | None = None) -> FileRecord:
        """Change a file's record."""
        ...

    def delete_file(self, file_id: str, *, owner: str | None = None) -> None:
        """Delete a file."""
        ...

    def upload_files(self, dataset_id: str, files: dict[str, Path]) -> list[FileRecord]:
        """Copy local files into a dataset, by path inside it; raises the upload event once for all of them."""
        ...


class WholePlatform(Platform, InvocationPlatform, EvaluationPlatform, DatasetPlatform, Protocol):
    """Everything the domain module asks of a platform."""

    def acting_for(self, org_id: str) -> WholePlatform:
        """Return the same platform for the same caller at work for another organization; closing one closes both.

        Raises:
            NotAllowed: The caller is no member of it; a remote platform says so when it is asked for something.
        """
        ...
