"""Requests about runs and data, with valid defaults."""

from __future__ import annotations

from typing import Any

from reconciler.domain.datasets import CreateDatasetRequest, ImportFileRequest
from reconciler.domain.invocation_requests import CreateInvocationRequest, UpdateInvocationStatus
from reconciler.domain.invocations import (
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
)
from reconciler.domain.whole_platform import WholePlatform


def new_invocation(**given: Any) -> CreateInvocationRequest:
    """A request for a run by hand, without inputs."""
    defaults: dict[str, Any] = {
        "data_source_id": InvocationDataSource.unspecified().data_source_id,
        "data_source_type": InvocationDataSourceType.Dataset,
        "input_data": [],
        "invocation_source": InvocationSource.Manual,
    }
    return CreateInvocationRequest(**{**defaults, **given})


def new_dataset(name: str = "run-42", **given: Any) -> CreateDatasetRequest:
    """A request for a dataset without files."""
    return CreateDatasetRequest(name=name, **given)


def new_import(dataset_id: str, relative_path: str = "logs/run.bag", **given: Any) -> ImportFileRequest:
    """A request to register a file of a bucket."""
    defaults: dict[str, Any] = {"uri": f"s3://bucket/{len(relative_path)}", "size": 7}
    return ImportFileRequest(dataset_id=dataset_id, relative_path=relative_path, **{**defaults, **given})


def moved(platform: WholePlatform, invocation_id: str, *statuses: InvocationStatus) -> InvocationRecord:
    """Take an invocation through these statuses, and return what it is then."""
    for status in statuses:
        platform.update_invocation_status(invocation_id, UpdateInvocationStatus(status=status, detail=status.name))
    return platform.get_invocation(invocation_id)
