"""Connections to the database file, kept for the next transaction; what is not there yet reads as empty."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.embedded.schema import connect, connect_to_nothing, prepare
from reconciler.errors import PlatformUnavailable


class Connections:
    """Connections that any thread may take. The file is made by the first that is to write, never by one that reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._to_file: deque[sqlite3.Connection] = deque()
        self._to_nothing: deque[sqlite3.Connection] = deque()
        self._is_prepared = False
        self._preparing = threading.Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to what is there: to an empty database of ours in memory, where there is no file.

        Raises:
            ConfigurationError: The file is not our database, or something newer.
        """
        if self._is_prepared or self._path.exists():
            with self.writing() as connection:
                yield connection
            return
        with self._taken(self._to_nothing, connect_to_nothing) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to the file, made or migrated where needed.

        Raises:
            ConfigurationError: The path cannot hold our database, or holds something else or something newer.
        """
        self.prepare()
        with self._taken(self._to_file, lambda: connect(self._path)) as connection:
            yield connection

    def prepare(self) -> None:
        """Make or migrate the file where needed; once is enough.

        Raises:
            ConfigurationError: The path cannot hold our database, or holds something else or something newer.
        """
        if self._is_prepared:
            return
        with self._preparing:
            if not self._is_prepared:
                prepare(self._path)
                self._is_prepared = True

    def close(self) -> None:
        """Close every connection; calling it twice is harmless."""
        self._closed = True
        for kept in (self._to_file, self._to_nothing):
            while kept:
                kept.pop().close()

    @contextmanager
    def _taken(
        self, kept: deque[sqlite3.Connection], make: Callable[[], sqlite3.Connection]
    ) -> Iterator[sqlite3.Connection]:
        if self._closed:
            raise PlatformUnavailable("the embedded platform is closed")
        try:
            connection = kept.pop()
        except IndexError:
            connection = make()
        try:
            yield connection
        finally:
            self._keep(connection, kept)

    def _keep(self, connection: sqlite3.Connection, kept: deque[sqlite3.Connection]) -> None:
        if self._closed or connection.in_transaction:
            connection.close()
            return
        kept.append(connection)
