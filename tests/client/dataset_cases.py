"""What the client sends for datasets and files."""

from __future__ import annotations

from typing import Final

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    ImportFileRequest,
    QueryFilesRequest,
    UpdateDatasetRequest,
    UpdateFileRequest,
)
from reconciler.domain.queries import QuerySpecification
from tests.client.builders import ORGANIZATION, dataset_data, file_data, page_data
from tests.client.case import CALLER, OWNER, Case

_OWN: Final = {OWNER: ORGANIZATION}
_CALLER: Final = {CALLER: ORGANIZATION}

#: The version from which on null clears a dataset's field; see reconciler.client.calls.datasets.
_NULL_CLEARS: Final = "2026-01-02"

DATASET_CASES: Final[list[Case]] = [
    Case("create dataset", lambda p: p.create_dataset(CreateDatasetRequest()), "POST", "/v1/datasets", _CALLER,
     {"name": None, "description": None, "device_id": None, "metadata": {}, "tags": []}, dataset_data()),
    Case("create dataset with everything", lambda p: p.create_dataset(CreateDatasetRequest(
        name="run", description="d", device_id="dv", metadata={"a": {"b": [1, None]}}, tags=["x"])), "POST",
     "/v1/datasets", _CALLER,
     {"name": "run", "description": "d", "device_id": "dv", "metadata": {"a": {"b": [1, None]}}, "tags": ["x"]},
     dataset_data()),
    Case("get dataset", lambda p: p.get_dataset("ds_1"), "GET", "/v1/datasets/ds_1", {}, None, dataset_data()),
    Case("get foreign dataset", lambda p: p.get_dataset("ds_1", owner="og_lab"), "GET", "/v1/datasets/ds_1",
     {OWNER: "og_lab"}, None, dataset_data()),
    Case("list datasets", lambda p: p.query_datasets(QuerySpecification()), "POST", "/v1/datasets/query", _OWN, {},
     page_data()),
    Case("next page of datasets", lambda p: p.query_datasets(QuerySpecification(limit=2, after="t1")), "POST",
     "/v1/datasets/query", _OWN, {"limit": 2, "after": "t1"}, page_data()),
    Case("update dataset", lambda p: p.update_dataset("ds_1", UpdateDatasetRequest(name="n", description=None)), "PUT",
     "/v1/datasets/ds_1", {}, {"name": "n", "description": None}, dataset_data(), _NULL_CLEARS),
    Case("tag dataset", lambda p: p.update_dataset("ds_1", UpdateDatasetRequest(
        metadata_changeset=MetadataChangeset(put_tags=["a"]))), "PUT", "/v1/datasets/ds_1", {},
     {"metadata_changeset": {"put_tags": ["a"]}}, dataset_data(), _NULL_CLEARS),
    Case("delete dataset", lambda p: p.delete_dataset("ds_1"), "DELETE", "/v1/datasets/ds_1", {}, None, None),
    Case("import files", lambda p: p.import_files([
        ImportFileRequest(dataset_id="ds_1", relative_path="a/b.bag", uri="s3://x/b.bag"),
        ImportFileRequest(dataset_id="ds_1", relative_path="c", uri="s3://x/c", size=4, tags=["t"], metadata={"k": 1},
                          description="d")]), "POST", "/v1/files/import/batch", _CALLER,
     {"requests": [{"dataset_id": "ds_1", "relative_path": "a/b.bag", "uri": "s3://x/b.bag"},
                   {"dataset_id": "ds_1", "relative_path": "c", "uri": "s3://x/c", "size": 4, "tags": ["t"],
                    "metadata": {"k": 1}, "description": "d"}]}, [file_data("fl_1"), file_data("fl_2")]),
    Case("list files", lambda p: p.query_files("ds_1", QueryFilesRequest()), "POST", "/v1/datasets/ds_1/files/query",
     {}, {"page_token": None, "include_patterns": None, "exclude_patterns": None}, page_data()),
    Case("next page of files", lambda p: p.query_files("ds_1", QueryFilesRequest(
        include_patterns=["**/*.bag"], exclude_patterns=["x/**"], page_token="t 1")), "POST",
     "/v1/datasets/ds_1/files/query?page_token=t+1", {},
     {"page_token": "t 1", "include_patterns": ["**/*.bag"], "exclude_patterns": ["x/**"]}, page_data(file_data())),
    Case("get file", lambda p: p.get_file("fl_1"), "GET", "/v1/files/record/fl_1", {}, None, file_data()),
    Case("get foreign file", lambda p: p.get_file("fl_1", owner="og_lab"), "GET", "/v1/files/record/fl_1",
     {OWNER: "og_lab"}, None, file_data()),
    Case("update file", lambda p: p.update_file("fl_1", UpdateFileRequest(
        description=None, metadata_changeset=MetadataChangeset(put_fields={"a": 1}))), "PUT", "/v1/files/record/fl_1",
     {}, {"description": None, "metadata_changeset": {"put_fields": {"a": 1}}}, file_data()),
    Case("mark file ingested", lambda p: p.update_file("fl_1", UpdateFileRequest(ingestion_complete=True)), "PUT",
     "/v1/files/record/fl_1", {}, {"ingestion_complete": True}, file_data()),
    Case("delete file", lambda p: p.delete_file("fl_1"), "DELETE", "/v1/files/fl_1", {}, None, None),
]  # fmt: skip
