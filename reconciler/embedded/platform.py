"""The embedded platform: the port, in process, on an SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from reconciler.domain.actions import ActionRecord
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import Accessibility
from reconciler.embedded import actions, triggers
from reconciler.embedded.access import LOCAL_CALLER, Caller
from reconciler.embedded.store import Rows, Store
from reconciler.errors import PlatformError

__all__ = ["LOCAL_CALLER", "Caller", "EmbeddedPlatform"]

#: Tells the time, in UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class EmbeddedPlatform:
    """A platform of one's own on one machine; implements :class:`reconciler.domain.platform.Platform`.

    Several threads and several processes may work on the same file.
    """

    def __init__(self, store: Store, *, caller: Caller, clock: Clock) -> None:
        self._store = store
        self._caller = caller
        self._clock = clock

    @classmethod
    def open(cls, path: Path | str, *, caller: Caller = LOCAL_CALLER, clock: Clock = utc_now) -> EmbeddedPlatform:
        """Open the platform kept in this file, making the file where there is none.

        Raises:
            ConfigurationError: The path cannot hold the database, or holds something else or something newer.
        """
        return cls(Store.open(Path(path)), caller=caller, clock=clock)

    def as_caller(self, caller: Caller) -> EmbeddedPlatform:
        """Return the same platform for another caller; closing one closes both."""
        return EmbeddedPlatform(self._store, caller=caller, clock=self._clock)

    @property
    def caller(self) -> Caller:
        """Who is at work."""
        return self._caller

    def identity(self) -> PlatformIdentity:
        """Return which file and which organization this is."""
        return PlatformIdentity("embedded", str(self._store.path), self._caller.org_id)

    def close(self) -> None:
        """Close the file; calling it twice is harmless."""
        self._store.close()

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        with self._reading(f'read action "{name}"') as rows:
            return actions.read_action(rows, name, caller=self._caller, digest=digest, owner=owner)

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        with self._reading("query actions") as rows:
            return actions.query_actions(rows, query, caller=self._caller, owner=owner, accessibility=accessibility)

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        with self._writing(f'create action "{request.name}"') as rows:
            return actions.create_action(rows, request, caller=self._caller, now=self._clock())

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        with self._writing(f'update action "{name}"') as rows:
            return actions.update_action(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        with self._writing(f'set accessibility of action "{name}"') as rows:
            return actions.set_accessibility(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        with self._writing(f'delete action "{name}"') as rows:
            actions.delete_action(rows, name, caller=self._caller, owner=owner)

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        with self._reading(f'read trigger "{name}"') as rows:
            return triggers.read_trigger(rows, name, caller=self._caller, owner=owner)

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        with self._reading("query triggers") as rows:
            return triggers.query_triggers(rows, query, caller=self._caller, owner=owner)

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        with self._writing(f'create trigger "{request.name}"') as rows:
            return triggers.create_trigger(rows, request, caller=self._caller, now=self._clock())

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        with self._writing(f'update trigger "{name}"') as rows:
            return triggers.update_trigger(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        with self._writing(f'delete trigger "{name}"') as rows:
            triggers.delete_trigger(rows, name, caller=self._caller, owner=owner)

    @contextmanager
    def _reading(self, operation: str) -> Iterator[Rows]:
        with _doing(operation), self._store.reading() as rows:
            yield rows

    @contextmanager
    def _writing(self, operation: str) -> Iterator[Rows]:
        with _doing(operation), self._store.atomic() as rows:
            yield rows


@contextmanager
def _doing(operation: str) -> Iterator[None]:
    """Say in every error what was asked."""
    try:
        yield
    except PlatformError as error:
        error.operation = error.operation or operation
        raise
