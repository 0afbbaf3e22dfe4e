"""The rows of datasets: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from reconciler.domain.datasets import DatasetRecord
from reconciler.embedded import columns
from reconciler.embedded.columns import microseconds
from reconciler.embedded.listing import Row, Search, Table, listed

_DATASETS: Final = Table(
    "datasets",
    key="dataset_id",
    columns={
        "dataset_id": columns.text("dataset_id"),
        "org_id": columns.text("org_id"),
        "name": columns.text("name"),
        "created": columns.moment("created"),
        "modified": columns.moment("modified"),
    },
)


class DatasetRows:
    """The statements about datasets, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, dataset_id: str) -> DatasetRecord | None:
        """Return one dataset."""
        statement = "SELECT document FROM datasets WHERE dataset_id = ?"
        row = self._connection.execute(statement, (dataset_id,)).fetchone()
        return None if row is None else DatasetRecord.model_validate_json(row[0])

    def put(self, record: DatasetRecord) -> None:
        """Add a dataset, or put it in the place of the one of the same id."""
        self._connection.execute(
            "INSERT INTO datasets VALUES (:dataset_id, :org_id, :name, :created, :modified, :document)"
            " ON CONFLICT (dataset_id) DO UPDATE SET name = :name, modified = :modified, document = :document",
            {
                "dataset_id": record.dataset_id,
                "org_id": record.org_id,
                "name": record.name or "",
                "created": microseconds(record.created),
                "modified": microseconds(record.modified),
                "document": record.model_dump_json(),
            },
        )

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset with the records of its files."""
        self._connection.execute("DELETE FROM datasets WHERE dataset_id = ?", (dataset_id,))

    def of_org(self, search: Search, *, org_id: str) -> Iterator[Row]:
        """Return the datasets of one organization."""
        return listed(self._connection, _DATASETS, search, where=["org_id = :org_id"], org_id=org_id)
