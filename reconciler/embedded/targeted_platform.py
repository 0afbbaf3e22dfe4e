"""The platform's operations on triggers in the newer shape, and on scheduled ones in the older: each a transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reconciler.domain.dispatches import TriggerDispatchRecord
from reconciler.domain.dry_runs import TriggerDryRunRequest, TriggerDryRunResponse
from reconciler.domain.evaluations import TriggerEvaluationRecord
from reconciler.domain.newer_triggers import NewerTrigger, newer_triggers
from reconciler.domain.queries import Page
from reconciler.domain.scheduled_triggers import (
    CreateScheduledTriggerRequest,
    ScheduledTriggerRecord,
    UpdateScheduledTriggerRequest,
)
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    TargetedTriggerRecord,
    UpdateTargetedTriggerRequest,
)
from reconciler.embedded import dispatches, scheduled, targeted
from reconciler.embedded.access import Caller
from reconciler.embedded.dry_running import dry_run
from reconciler.embedded.store import Store


class TargetedTriggers:
    """Triggers in the newer shape, for one caller; ``owner`` None means the caller's organization.

    Every method raises leaves of ``PlatformError`` and nothing else, and does all or nothing.
    """

    def __init__(self, store: Store, *, caller: Caller, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._caller = caller
        self._clock = clock

    def create(self, request: CreateTargetedTriggerRequest) -> TargetedTriggerRecord:
        """Create a trigger in the caller's organization."""
        with self._store.atomic() as rows:
            return targeted.create_trigger(rows, request, caller=self._caller, now=self._clock()).record

    def get(self, trigger_id: str, *, owner: str | None = None) -> TargetedTriggerRecord:
        """Return the trigger of this id."""
        with self._store.reading() as rows:
            return targeted.read_trigger(rows, trigger_id, caller=self._caller, owner=owner).record

    def get_named(self, name: str, *, owner: str | None = None) -> TargetedTriggerRecord:
        """Return the trigger of this name."""
        with self._store.reading() as rows:
            return targeted.read_trigger_named(rows, name, caller=self._caller, owner=owner).record

    def list_all(self, *, owner: str | None = None) -> Page[TargetedTriggerRecord]:
        """Return every trigger, newest first."""
        with self._store.reading() as rows:
            return targeted.list_triggers(rows, caller=self._caller, owner=owner)

    def newer_only(self) -> tuple[NewerTrigger, ...]:
        """Return the triggers without an older form, by name."""
        return newer_triggers(self.list_all().items)

    def update(
        self, trigger_id: str, request: UpdateTargetedTriggerRequest, *, owner: str | None = None
    ) -> TargetedTriggerRecord:
        """Change what the request sets."""
        with self._store.atomic() as rows:
            return targeted.update_trigger(
                rows, trigger_id, request, caller=self._caller, owner=owner, now=self._clock()
            ).record

    def delete(self, trigger_id: str, *, owner: str | None = None) -> None:
        """Delete a trigger."""
        with self._store.atomic() as rows:
            targeted.delete_trigger(rows, trigger_id, caller=self._caller, owner=owner)

    def dispatches(
        self, trigger_id: str, *, limit: int | None = None, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerDispatchRecord]:
        """Return one page of what a trigger did, newest first."""
        with self._store.reading() as rows:
            return dispatches.list_dispatches(
                rows, trigger_id, caller=self._caller, owner=owner, limit=limit, page_token=page_token
            )

    def dry_run(
        self, trigger_id: str, request: TriggerDryRunRequest, *, owner: str | None = None
    ) -> TriggerDryRunResponse:
        """Say whether a trigger would fire."""
        with self._store.reading() as rows:
            return dry_run(rows, trigger_id, request, caller=self._caller, owner=owner, now=self._clock())

    def create_scheduled(self, request: CreateScheduledTriggerRequest) -> ScheduledTriggerRecord:
        """Create a scheduled trigger in the caller's organization."""
        with self._store.atomic() as rows:
            return scheduled.create_scheduled(rows, request, caller=self._caller, now=self._clock())

    def get_scheduled(self, trigger_id: str, *, owner: str | None = None) -> ScheduledTriggerRecord:
        """Return the scheduled trigger of this id."""
        with self._store.reading() as rows:
            return scheduled.read_scheduled(rows, trigger_id, caller=self._caller, owner=owner)

    def get_scheduled_named(self, name: str, *, owner: str | None = None) -> ScheduledTriggerRecord:
        """Return the scheduled trigger of this name."""
        with self._store.reading() as rows:
            return scheduled.read_scheduled_named(rows, name, caller=self._caller, owner=owner)

    def update_scheduled(
        self, trigger_id: str, request: UpdateScheduledTriggerRequest, *, owner: str | None = None
    ) -> ScheduledTriggerRecord:
        """Change what the request sets."""
        with self._store.atomic() as rows:
            return scheduled.update_scheduled(
                rows, trigger_id, request, caller=self._caller, owner=owner, now=self._clock()
            )

    def delete_scheduled(self, trigger_id: str, *, owner: str | None = None) -> None:
        """Delete a scheduled trigger."""
        with self._store.atomic() as rows:
            scheduled.delete_scheduled(rows, trigger_id, caller=self._caller, owner=owner)

    def scheduled_evaluations(
        self, name: str, *, limit: int | None = None, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        """Return one page of a scheduled trigger's evaluations, newest first."""
        with self._store.reading() as rows:
            return scheduled.scheduled_evaluations(
                rows, name, caller=self._caller, owner=owner, limit=limit, page_token=page_token
            )
