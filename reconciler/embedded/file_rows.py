"""The rows of files: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from reconciler.domain.datasets import FileRecord
from reconciler.embedded import columns
from reconciler.embedded.listing import Row, Search, Table, listed

_FILES: Final = Table(
    # A file is of the organization that its dataset is of.
    "(SELECT files.*, datasets.org_id FROM files JOIN datasets USING (dataset_id))",
    key="file_id",
    columns={
        "file_id": columns.text("file_id"),
        "association_id": columns.text("dataset_id"),
        "org_id": columns.text("org_id"),
        "relative_path": columns.text("relative_path"),
    },
)


class FileRow(NamedTuple):
    """One file as a listing finds it: its path is at hand, its record not yet read."""

    relative_path: str
    document: str


class FileRows:
    """The statements about files, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, file_id: str) -> FileRecord | None:
        """Return one file."""
        return self._one("SELECT document FROM files WHERE file_id = ?", (file_id,))

    def at_path(self, dataset_id: str, relative_path: str) -> FileRecord | None:
        """Return the file at this path of a dataset."""
        statement = "SELECT document FROM files WHERE dataset_id = ? AND relative_path = ?"
        return self._one(statement, (dataset_id, relative_path))

    def put(self, records: Iterable[FileRecord]) -> None:
        """Add files, or put them in the place of those of the same ids."""
        self._connection.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?) ON CONFLICT (file_id) DO UPDATE SET document = excluded.document",
            (
                (record.file_id, record.association_id, record.relative_path, record.model_dump_json())
                for record in records
            ),
        )

    def delete(self, file_id: str) -> None:
        """Delete the record of a file."""
        self._connection.execute("DELETE FROM files WHERE file_id = ?", (file_id,))

    def of_dataset(self, dataset_id: str, *, after: str) -> Iterator[FileRow]:
        """Return the files of a dataset by path, from the one that follows ``after`` on."""
        statement = (
            "SELECT relative_path, document FROM files WHERE dataset_id = ? AND relative_path > ?"
            " ORDER BY relative_path"
        )
        return map(FileRow._make, self._connection.execute(statement, (dataset_id, after)))

    def of_org(self, search: Search, *, org_id: str) -> Iterator[Row]:
        """Return the files of one organization, of all its datasets."""
        return listed(self._connection, _FILES, search, where=["org_id = :org_id"], org_id=org_id)

    def _one(self, statement: str, values: tuple[str, ...]) -> FileRecord | None:
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else FileRecord.model_validate_json(row[0])
