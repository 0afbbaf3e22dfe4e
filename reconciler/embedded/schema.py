"""The embedded platform's database file: its schema, how it comes to be, and how it is opened."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from reconciler.errors import ConfigurationError

#: Marks a database as ours in its file header ("Reco").
APPLICATION_ID: Final = 0x5265636F

#: Seconds a transaction waits for those of other processes.
BUSY_TIMEOUT: Final = 60.0

#: One entry per version of the schema, statement by statement. Append only: never change what was released.
#: Times are microseconds since 1970; ``document`` is the whole record as JSON, the columns are what is searched.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE actions (
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            latest INTEGER NOT NULL,
            accessibility TEXT NOT NULL,
            parent_org_id TEXT,
            parent_name TEXT,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (org_id, name, digest)
        )
        """,
        "CREATE UNIQUE INDEX latest_actions ON actions (org_id, name) WHERE latest",
        "CREATE INDEX newest_actions ON actions (org_id, created, name) WHERE latest",
        """
        CREATE INDEX newest_hub_actions ON actions (created, name, org_id)
        WHERE latest AND accessibility = 'action_hub'
        """,
        """
        CREATE INDEX inheriting_actions ON actions (parent_org_id, parent_name)
        WHERE latest AND parent_name IS NOT NULL
        """,
        """
        CREATE TABLE triggers (
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            action_org_id TEXT NOT NULL,
            action_name TEXT NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (org_id, name)
        )
        """,
        "CREATE INDEX newest_triggers ON triggers (org_id, created, name)",
        "CREATE INDEX triggers_by_action ON triggers (action_org_id, action_name)",
    ),
    (
        "CREATE INDEX triggers_by_id ON triggers (org_id, json_extract(document, '$.trigger_id'))",
        """
        CREATE TABLE datasets (
            dataset_id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            document TEXT NOT NULL
        )
        """,
        "CREATE INDEX newest_datasets ON datasets (org_id, created, dataset_id)",
        "CREATE INDEX datasets_by_name ON datasets (org_id, name, created, dataset_id)",
        """
        CREATE TABLE files (
            file_id TEXT PRIMARY KEY,
            dataset_id TEXT NOT NULL REFERENCES datasets ON DELETE CASCADE,
            relative_path TEXT NOT NULL,
            document TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX files_by_path ON files (dataset_id, relative_path)",
        """
        CREATE TABLE invocations (
            invocation_id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            idempotency_id TEXT,
            source_id TEXT NOT NULL,
            data_source_id TEXT NOT NULL,
            last_status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            last_sign INTEGER NOT NULL, -- of life: a heartbeat, or a change of status
            parameters TEXT NOT NULL, -- what the run is given: defaults, and over them the values of the request
            downloads_inputs INTEGER NOT NULL,
            logs_location TEXT,
            document TEXT NOT NULL
        )
        """,
        "CREATE INDEX newest_invocations ON invocations (org_id, created, invocation_id)",
        "CREATE INDEX invocations_by_source ON invocations (org_id, source_id, created, invocation_id)",
        "CREATE INDEX invocations_by_data_source ON invocations (org_id, data_source_id, created, invocation_id)",
        "CREATE INDEX active_invocations ON invocations (org_id, created, invocation_id) WHERE last_status < 5",
        "CREATE INDEX queued_invocations ON invocations (created, invocation_id) WHERE last_status = 0",
        "CREATE INDEX invocations_under_way ON invocations (last_sign) WHERE last_status BETWEEN 1 AND 4",
        """
        CREATE UNIQUE INDEX idempotent_invocations ON invocations (org_id, idempotency_id)
        WHERE idempotency_id IS NOT NULL
        """,
        """
        CREATE TABLE logs (
            sequence INTEGER PRIMARY KEY, -- one writer at a time: who reads on after a number misses nothing
            invocation_id TEXT NOT NULL REFERENCES invocations,
            document TEXT NOT NULL
        )
        """,
        "CREATE INDEX logs_by_invocation ON logs (invocation_id, sequence)",
    ),
    (
        """
        CREATE TABLE trigger_evaluations (
            evaluation_id INTEGER PRIMARY KEY,
            org_id TEXT NOT NULL,
            trigger_id TEXT NOT NULL,
            trigger_name TEXT NOT NULL,
            dataset_id TEXT NOT NULL,
            cause TEXT NOT NULL,
            transaction_id TEXT,
            event_id INTEGER, -- while it waits: the files it is about; null for all of the dataset
            started INTEGER NOT NULL,
            ended INTEGER,
            status TEXT NOT NULL,
            detail TEXT,
            outcome TEXT,
            reason TEXT
        )
        """,
        "CREATE INDEX evaluations_by_trigger ON trigger_evaluations (trigger_id, evaluation_id)",
        "CREATE INDEX evaluations_by_dataset ON trigger_evaluations (dataset_id, evaluation_id)",
        "CREATE INDEX pending_evaluations ON trigger_evaluations (evaluation_id) WHERE status = 'pending'",
        "CREATE INDEX evaluations_by_event ON trigger_evaluations (event_id) WHERE event_id IS NOT NULL",
        "CREATE TABLE pending_files (event_id INTEGER PRIMARY KEY, file_ids TEXT NOT NULL)",
        """
        CREATE TABLE trigger_memory (
            trigger_id TEXT NOT NULL,
            dataset_id TEXT NOT NULL,
            file_id TEXT NOT NULL, -- empty: the dataset as a whole
            version INTEGER NOT NULL,
            PRIMARY KEY (trigger_id, dataset_id, file_id, version)
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        CREATE TABLE targeted_triggers ( -- those that only the newer shape can say
            trigger_id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            next_occurrence INTEGER, -- of a schedule that is enabled
            service_user_id TEXT NOT NULL,
            document TEXT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX targeted_triggers_by_name ON targeted_triggers (org_id, name)",
        """
        CREATE INDEX scheduled_triggers ON targeted_triggers (next_occurrence) WHERE next_occurrence IS NOT NULL
        """,
        """
        CREATE TABLE trigger_target_ids (
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            target_id TEXT NOT NULL,
            PRIMARY KEY (org_id, name),
            FOREIGN KEY (org_id, name) REFERENCES triggers ON DELETE CASCADE
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE waiting_events (
            waiting_id INTEGER PRIMARY KEY,
            org_id TEXT NOT NULL,
            trigger_id TEXT NOT NULL,
            document TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE trigger_dispatches (
            dispatch_id INTEGER PRIMARY KEY,
            trigger_id TEXT NOT NULL,
            token TEXT NOT NULL,
            target_id TEXT NOT NULL,
            org_id TEXT NOT NULL,
            target_type TEXT NOT NULL,
            event_type TEXT NOT NULL,
            event_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            dataset_id TEXT,
            status TEXT NOT NULL,
            detail TEXT,
            result_ref TEXT,
            claimed INTEGER NOT NULL,
            finalized INTEGER
        )
        """,
        "CREATE UNIQUE INDEX dispatch_slots ON trigger_dispatches (trigger_id, token, target_id)",
        "CREATE INDEX dispatches_by_trigger ON trigger_dispatches (trigger_id, dispatch_id)",
    ),
    (
        # The ids of the triggers that led to an invocation, and the invocation whose run caused an evaluation.
        "ALTER TABLE invocations ADD COLUMN lineage TEXT",
        "ALTER TABLE trigger_evaluations ADD COLUMN caused_by TEXT",
    ),
    (
        # What came of the uploads that were received over HTTP, for whoever asks again.
        """
        CREATE TABLE completed_uploads (
            upload_id TEXT PRIMARY KEY,
            dataset_id TEXT NOT NULL REFERENCES datasets ON DELETE CASCADE,
            completed INTEGER NOT NULL,
            file_ids TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX oldest_completed_uploads ON completed_uploads (completed)",
        "CREATE INDEX completed_uploads_of_datasets ON completed_uploads (dataset_id)",
    ),
    (
        # Whether a trigger has a cause that older clients do not know; none had when this came.
        "ALTER TABLE triggers ADD COLUMN has_later_cause INTEGER NOT NULL DEFAULT 0",
    ),
)


def prepare(path: Path) -> None:
    """Make or migrate the database where needed.

    Raises:
        ConfigurationError: The path cannot hold our database, or holds something else or something newer.
    """
    try:
        _make_private_file(path)
        with closing(connect(path)) as connection:
            _migrate(connection, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(path, reason, "name a file in a directory you may write to") from error
    except sqlite3.OperationalError as error:
        raise _unusable(path, str(error), "name a file in a directory you may write to") from error
    except sqlite3.DatabaseError as error:
        raise _unusable(path, "it is not an SQLite database", "name another file, or move this one away") from error


def check_place(path: Path) -> None:
    """See whether a file could be made here one day.

    Raises:
        ConfigurationError: Something that is no directory is in the way.
    """
    nearest = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise _unusable(path, f"{nearest} is not a directory", "name a file in a directory you may write to")


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that any thread may use, outside of a transaction."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # With the log this is safe against a killed process; only a power cut may undo the last moments.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Pages of 4 KiB: copying the log into the file less often, an apply waits for the disk less often.
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_nothing() -> sqlite3.Connection:
    """Return a connection to an empty database of ours in memory, which takes no write."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for statements in MIGRATIONS:
        for statement in statements:
            connection.execute(statement)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _make_private_file(path: Path) -> None:
    """Make the file readable for its owner alone: environment variables and parameters may hold secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    with path.open("r+b"):
        pass


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _pragma(connection, "user_version") == len(MIGRATIONS) and _pragma(connection, "application_id"):
        _check_ours(connection, path)
        return
    _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").close())
    connection.execute("BEGIN IMMEDIATE")
    try:
        _check_ours(connection, path)
        for statements in MIGRATIONS[_pragma(connection, "user_version") :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    version = _pragma(connection, "user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and _pragma(connection, "application_id") != APPLICATION_ID:
        raise _unusable(path, "it is the database of another program", "name another file")
    if version > len(MIGRATIONS):
        reason = f"it was written by a newer version of reconciler (schema {version}, this one knows {len(MIGRATIONS)})"
        raise _unusable(path, reason, "upgrade reconciler, or name another file")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _patiently(action: Callable[[], None]) -> None:
    """Repeat while other processes hold the file; SQLite does not wait itself when the journal mode changes."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _unusable(path: Path, reason: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"cannot use {path} as the embedded platform's database: {reason}", hint=hint)
