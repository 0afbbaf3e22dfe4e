"""Datasets over HTTP."""

from __future__ import annotations

from typing import Any, Final

from reconciler.domain.datasets import CreateDatasetRequest, DatasetRecord, UpdateDatasetRequest
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.values import WireModel
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import NULL_CLEARS, Call
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.roboql_bodies import read_roboql
from reconciler.embedded.roboql import DATASETS
from reconciler.errors import InvalidRequest


class UpdateDatasetBody(UpdateDatasetRequest):
    """The update of a dataset as clients send it; ``conditions`` on the present state are none this platform checks."""

    conditions: list[Any] | None = None


def create_dataset(call: Call, body: CreateDatasetRequest) -> DatasetRecord:
    """Create a dataset for the caller's organization."""
    return call.platform.create_dataset(body)


class CreateDatasetIfNotExistsRequest(WireModel):
    """Request payload to create a dataset unless a query in RoboQL finds one."""

    match_roboql_query: str
    create_request: CreateDatasetRequest


def create_dataset_if_not_exists(call: Call, body: CreateDatasetIfNotExistsRequest) -> DatasetRecord:
    """Read the oldest of the caller's datasets that a query finds, or create one where it finds none."""
    found = read_roboql(body.match_roboql_query, DATASETS)
    return call.platform.create_dataset(body.create_request, unless=found)


def get_dataset(call: Call, dataset_id: str) -> DatasetRecord:
    """Read a dataset."""
    return call.platform.get_dataset(dataset_id, owner=call.owner)


def query_datasets(call: Call, body: QuerySpecification) -> Page[DatasetRecord]:
    """List datasets of an organization."""
    return call.platform.query_datasets(body, owner=call.owner)


def update_dataset(call: Call, dataset_id: str, body: UpdateDatasetBody) -> DatasetRecord:
    """Change a dataset; null clears a field from API version 2026-01-02 on, and leaves it before."""
    if body.conditions:
        raise InvalidRequest("conditions: this platform updates datasets without conditions; leave them out")
    given = {name: getattr(body, name) for name in body.model_fields_set - {"conditions"}}
    if call.version < NULL_CLEARS:
        given = {name: value for name, value in given.items() if value is not None}
    return call.platform.update_dataset(dataset_id, UpdateDatasetRequest(**given), owner=call.owner)


def delete_dataset(call: Call, dataset_id: str) -> None:
    """Delete a dataset with its files."""
    call.platform.delete_dataset(dataset_id, owner=call.owner)


OPERATIONS: Final = (
    Operation("POST", "/v1/datasets", create_dataset, Access.WRITE, creates=True),
    Operation("POST", "/v1/datasets/create_if_not_exists", create_dataset_if_not_exists, Access.WRITE, creates=True),
    Operation("POST", "/v1/datasets/query", query_datasets),
    Operation("GET", "/v1/datasets/{dataset_id}", get_dataset),
    Operation("PUT", "/v1/datasets/{dataset_id}", update_dataset, Access.WRITE),
    Operation("DELETE", "/v1/datasets/{dataset_id}", delete_dataset, Access.WRITE),
)
