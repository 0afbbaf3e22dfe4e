"""The embedded platform's database: transactions and rows. All SQL but the schema's, and no rules.

Every write happens inside :meth:`Store.atomic`. Transactions of several threads and processes wait for each other;
a write is on its way to the disk when ``atomic`` ends, so that a killed process loses nothing it was told of.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from reconciler.domain.actions import ActionRecord
from reconciler.domain.triggers import TriggerRecord, has_later_cause
from reconciler.domain.values import Accessibility
from reconciler.embedded import columns
from reconciler.embedded.columns import microseconds
from reconciler.embedded.connections import Connections
from reconciler.embedded.dataset_rows import DatasetRows
from reconciler.embedded.dispatch_rows import DispatchRows
from reconciler.embedded.evaluation_rows import EvaluationRows
from reconciler.embedded.file_rows import FileRows
from reconciler.embedded.invocation_rows import InvocationRows
from reconciler.embedded.listing import Row, Search, Table, listed
from reconciler.embedded.memory_rows import MemoryRows
from reconciler.embedded.receipt_rows import ReceiptRows
from reconciler.embedded.schema import check_place
from reconciler.embedded.targeted_rows import TargetedRows
from reconciler.embedded.turns import Turns
from reconciler.errors import PlatformUnavailable

#: Seconds between two of many transactions: long enough for one in ten of those who ask to find it.
_GAP: Final = 0.01


class Store:
    """The database file: opens connections, keeps them, and runs transactions. Safe for several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connections = Connections(path)
        self._writer = Turns()

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the database, making or migrating it where needed.

        Raises:
            ConfigurationError: The path cannot hold our database, or holds something else or something newer.
        """
        store = cls(path)
        store._connections.prepare()
        return store

    @classmethod
    def at(cls, path: Path) -> Store:
        """Open the database that is there; where there is none, it is empty until the first write makes it.

        Raises:
            ConfigurationError: The path cannot hold the database, or holds something else or something newer.
        """
        if os.path.lexists(path):
            return cls.open(path)
        check_place(path)
        return cls(path)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Give the rows as they stand at one moment."""
        with self._transaction(self._connections.reading(), "BEGIN") as connection:
            yield Rows(connection)

    @contextmanager
    def atomic(self) -> Iterator[Rows]:
        """Give the rows for writing: all of what is done takes effect, or, when an exception leaves, none."""
        # Threads queue here rather than in SQLite, whose waiting is polling and not fair.
        with self._writer, self._transaction(self._connections.writing(), "BEGIN IMMEDIATE") as connection:
            yield Rows(connection)

    def give_way(self) -> None:
        """Leave others a moment between two of many transactions.

        Threads queue for theirs, but other processes ask from time to time, and have to find a gap.
        """
        time.sleep(_GAP)

    def close(self) -> None:
        """Close every connection; calling it twice is harmless."""
        self._connections.close()

    @contextmanager
    def _transaction(
        self, taken: AbstractContextManager[sqlite3.Connection], begin: str
    ) -> Iterator[sqlite3.Connection]:
        try:
            with taken as connection:
                connection.execute(begin)
                try:
                    yield connection
                    connection.execute("COMMIT")
                finally:
                    # Whatever went wrong, a full disk included, which ends the transaction by itself.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise PlatformUnavailable(f"the embedded platform's database {self._path} failed: {error}") from error


_COMMON: Final = {
    "created": columns.moment("created"),
    "modified": columns.moment("modified"),
    "name": columns.text("name"),
    "org_id": columns.text("org_id"),
}
_ACTIONS: Final = Table("actions", key="name", columns=_COMMON)
_TRIGGERS: Final = Table("triggers", key="name", columns=_COMMON)


class Rows:
    """The statements, within one transaction: those on actions and triggers, and the other tables'."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.datasets = DatasetRows(connection)
        self.dispatches = DispatchRows(connection)
        self.evaluations = EvaluationRows(connection)
        self.files = FileRows(connection)
        self.invocations = InvocationRows(connection)
        self.memory = MemoryRows(connection)
        self.receipts = ReceiptRows(connection)
        self.targeted = TargetedRows(connection)

    def action(self, org_id: str, name: str, digest: str | None = None) -> ActionRecord | None:
        """Return one version of an action, the latest unless ``digest`` names another."""
        statement = "SELECT document FROM actions WHERE org_id = :org_id AND name = :name"
        document = self._one(
            f"{statement} AND latest" if digest is None else f"{statement} AND digest = :digest",
            {"org_id": org_id, "name": name, "digest": digest},
        )
        return None if document is None else ActionRecord.model_validate_json(document)

    def add_action_version(self, record: ActionRecord) -> None:
        """Add a version, the latest one from now on."""
        values = _action_values(record)
        self._connection.execute(
            "UPDATE actions SET latest = 0 WHERE org_id = :org_id AND name = :name AND latest", values
        )
        self._connection.execute(
            "INSERT INTO actions VALUES (:org_id, :name, :digest, 1, :accessibility, :parent_org_id, :parent_name,"
            " :created, :modified, :document)",
            values,
        )

    def replace_action_version(self, record: ActionRecord) -> None:
        """Put a version in the place of the one of the same digest."""
        self._connection.execute(
            "UPDATE actions SET accessibility = :accessibility, modified = :modified, document = :document"
            " WHERE org_id = :org_id AND name = :name AND digest = :digest",
            _action_values(record),
        )

    def delete_action(self, org_id: str, name: str) -> None:
        """Delete every version of an action."""
        self._connection.execute("DELETE FROM actions WHERE org_id = ? AND name = ?", (org_id, name))

    def inheritors(self, org_id: str, name: str) -> list[str]:
        """Return the names of the owner's actions that inherit from this one, in order."""
        return self._names(
            "SELECT name FROM actions WHERE parent_org_id = :org_id AND parent_name = :name AND latest"
            " AND org_id = :org_id ORDER BY name",
            {"org_id": org_id, "name": name},
        )

    def triggers_on(self, org_id: str, name: str) -> list[str]:
        """Return the names of the owner's triggers on this action, whichever shape they need, in order."""
        names = self._names(
            "SELECT name FROM triggers WHERE action_org_id = :org_id AND action_name = :name AND org_id = :org_id",
            {"org_id": org_id, "name": name},
        )
        return sorted([*names, *self.targeted.invoking(org_id, org_id, name)])

    def list_actions(self, search: Search, *, org_id: str | None, only_hub: bool) -> Iterator[Row]:
        """Return the latest versions, of one organization or of all."""
        where = ["latest"]
        if org_id is not None:
            where.append("org_id = :org_id")
        if only_hub:
            where.append(f"accessibility = '{Accessibility.ActionHub.value}'")
        return listed(self._connection, _ACTIONS, search, where=where, org_id=org_id)

    def trigger(self, org_id: str, name: str) -> TriggerRecord | None:
        """Return one trigger."""
        document = self._one(
            "SELECT document FROM triggers WHERE org_id = :org_id AND name = :name", {"org_id": org_id, "name": name}
        )
        return None if document is None else TriggerRecord.model_validate_json(document)

    def trigger_by_id(self, org_id: str, trigger_id: str) -> TriggerRecord | None:
        """Return the trigger of this id."""
        document = self._one(
            "SELECT document FROM triggers WHERE org_id = :org_id"
            " AND json_extract(document, '$.trigger_id') = :trigger_id",
            {"org_id": org_id, "trigger_id": trigger_id},
        )
        return None if document is None else TriggerRecord.model_validate_json(document)

    def add_trigger(self, record: TriggerRecord) -> None:
        """Add a trigger."""
        self._connection.execute(
            "INSERT INTO triggers VALUES (:org_id, :name, :action_org_id, :action_name,"
            " :created, :modified, :document, :has_later_cause)",
            _trigger_values(record),
        )

    def replace_trigger(self, record: TriggerRecord) -> None:
        """Put a trigger in the place of the one of the same name."""
        self._connection.execute(
            "UPDATE triggers SET action_org_id = :action_org_id, action_name = :action_name, modified = :modified,"
            " document = :document, has_later_cause = :has_later_cause WHERE org_id = :org_id AND name = :name",
            _trigger_values(record),
        )

    def delete_trigger(self, org_id: str, name: str) -> None:
        """Delete a trigger."""
        self._connection.execute("DELETE FROM triggers WHERE org_id = ? AND name = ?", (org_id, name))

    def list_triggers(self, search: Search, *, org_id: str, later_causes: bool) -> Iterator[Row]:
        """Return the triggers of one organization, those with causes that came later only where they are known."""
        where = ["org_id = :org_id"] if later_causes else ["org_id = :org_id", "NOT has_later_cause"]
        return listed(self._connection, _TRIGGERS, search, where=where, org_id=org_id)

    def _one(self, statement: str, values: Mapping[str, str | None]) -> str | None:
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else str(row[0])

    def _names(self, statement: str, values: Mapping[str, str]) -> list[str]:
        return [str(name) for (name,) in self._connection.execute(statement, values)]


def _action_values(record: ActionRecord) -> dict[str, str | int | None]:
    parent = record.inherits
    return {
        "org_id": record.org_id,
        "name": record.name,
        "digest": record.digest,
        "accessibility": record.accessibility.value,
        "parent_org_id": None if parent is None else parent.owner or record.org_id,
        "parent_name": None if parent is None else parent.name,
        "created": microseconds(record.created),
        "modified": microseconds(record.modified),
        "document": record.model_dump_json(),
    }


def _trigger_values(record: TriggerRecord) -> dict[str, str | int]:
    return {
        "org_id": record.org_id,
        "name": record.name,
        "action_org_id": record.action.owner or record.org_id,
        "action_name": record.action.name,
        "created": microseconds(record.created),
        "modified": microseconds(record.modified),
        "document": record.model_dump_json(),
        "has_later_cause": has_later_cause(record.causes),
    }
