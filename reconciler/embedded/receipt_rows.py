"""The rows of completed uploads, and what came of them: SQL, and no rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from reconciler.embedded.columns import microseconds

#: How long a receipt is kept: whoever lost an answer asks again within moments.
KEPT: Final = timedelta(days=1)


class ReceiptRows:
    """The statements about completed uploads, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, dataset_id: str, upload_id: str) -> list[str] | None:
        """Return the ids of the files that came of an upload into a dataset; None when no receipt is kept."""
        statement = "SELECT file_ids FROM completed_uploads WHERE dataset_id = ? AND upload_id = ?"
        row = self._connection.execute(statement, (dataset_id, upload_id)).fetchone()
        return None if row is None else [str(file_id) for file_id in json.loads(row[0])]

    def add(self, dataset_id: str, upload_id: str, file_ids: Sequence[str], *, now: datetime) -> None:
        """Keep a receipt, and forget those that are old."""
        self._connection.execute("DELETE FROM completed_uploads WHERE completed < ?", (microseconds(now - KEPT),))
        self._connection.execute(
            "INSERT INTO completed_uploads VALUES (?, ?, ?, ?)",
            (upload_id, dataset_id, microseconds(now), json.dumps(list(file_ids))),
        )
