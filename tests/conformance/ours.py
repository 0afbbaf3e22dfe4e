"""Our package in the places of :mod:`tests.conformance.sdk`, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import Any, Final

import reconciler.actions
from reconciler.client.http import HttpPlatform
from reconciler.domain import conditions, queries
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    ImportFileRequest,
    QueryFilesRequest,
    UpdateDatasetRequest,
    UpdateFileRequest,
)
from reconciler.errors import Conflict, InvalidRequest, InvalidTransition, NotAllowed, NotAuthenticated, NotFound
from tests.conformance.sdk import Client, Sdk
from tests.conformance.serving import Served

#: What the official client calls what ours calls so.
OFFICIAL_NAMES: Final[dict[type[Exception], str]] = {
    Conflict: "RobotoConflictException",
    InvalidRequest: "RobotoInvalidRequestException",
    InvalidTransition: "RobotoInvalidStateTransitionException",
    NotAllowed: "RobotoUnauthorizedException",
    NotAuthenticated: "RobotoUnauthorizedException",
    NotFound: "RobotoNotFoundException",
}


@contextmanager
def our_sdk(served: Served) -> Iterator[Sdk]:
    """Give our package, with a client for each token of the served platform."""
    with (
        closing(client(served, served.ours)) as asking,
        closing(client(served, served.theirs)) as foreign,
        closing(client(served, served.unknown)) as stranger,
    ):
        yield Sdk(
            **vars(our_client(asking)),
            foreign=foreign,
            stranger=stranger,
            datasets=OurDatasets(asking),
            refused=refused,
        )


def our_client(asking: HttpPlatform) -> Client:
    """Return our package, with this HTTP client."""
    return Client(
        actions=reconciler.actions,
        query=SimpleNamespace(**{**vars(conditions), **vars(queries)}),
        changeset=MetadataChangeset,
        client=asking,
    )


def client(served: Served, token: str) -> HttpPlatform:
    """Return our HTTP client."""
    return HttpPlatform.connect(endpoint=served.endpoint, token=token)


def refused(call: Callable[[], object]) -> str:
    """Return the official name of the exception that a call raises; empty when it raises none."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  which one it is, is the question
        return OFFICIAL_NAMES.get(type(error), type(error).__name__)
    return ""


class OurDatasets:
    """Datasets and files through the port."""

    def __init__(self, platform: HttpPlatform) -> None:
        self._platform = platform

    def create(self, name: str, *, metadata: dict[str, Any], tags: list[str]) -> str:
        request = CreateDatasetRequest(name=name, metadata=metadata, tags=tags)
        return self._platform.create_dataset(request).dataset_id

    def tag(self, dataset_id: str, tag: str) -> None:
        changeset = MetadataChangeset(put_tags=[tag])
        self._platform.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))

    def tags(self, dataset_id: str) -> list[str]:
        return self._platform.get_dataset(dataset_id).tags

    def named(self, name: str) -> list[str]:
        query = queries.QuerySpecification().where("name").equals(name)
        return [each.dataset_id for each in self._platform.query_datasets(query).items]

    def import_file(self, dataset_id: str, path: str, *, uri: str) -> str:
        request = ImportFileRequest(dataset_id=dataset_id, relative_path=path, uri=uri)
        return self._platform.import_files([request])[0].file_id

    def files(self, dataset_id: str, *, include: list[str]) -> list[str]:
        page = self._platform.query_files(dataset_id, QueryFilesRequest(include_patterns=include))
        return [each.relative_path for each in page.items]

    def mark_ingested(self, file_id: str) -> str:
        return self._platform.update_file(file_id, UpdateFileRequest(ingestion_complete=True)).ingestion_status.value

    def delete_file(self, file_id: str) -> None:
        self._platform.delete_file(file_id)

    def delete(self, dataset_id: str) -> None:
        self._platform.delete_dataset(dataset_id)
