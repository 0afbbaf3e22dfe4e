"""The rows of files: SQL, and no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.domain.datasets import FileRecord


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

    def _one(self, statement: str, values: tuple[str, ...]) -> FileRecord | None:
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else FileRecord.model_validate_json(row[0])
