"""A platform in a dictionary, and a line to it that fails on request."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from reconciler.domain.actions import ActionRecord
from reconciler.domain.newer_triggers import NewerTrigger
from reconciler.domain.notset import NotSetType
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.queries import Page, QuerySpecification, UnreadPage
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerRecord
from reconciler.domain.values import Accessibility, ActionReference
from reconciler.embedded.stored_page import StoredPage
from reconciler.errors import Conflict, NotFound, OutcomeUnknown, PlatformError

ORG = "og_test"
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
Answer = TypeVar("Answer")


class Line(StrEnum):
    """What happens to one call."""

    LOST_BEFORE = "the request never arrives"
    LOST_AFTER = "the request lands and its answer is lost"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Somebody else acts, then the answer is lost."""

    act: Callable[[], object]


Fault = Line | Meanwhile | PlatformError


class MemoryPlatform:
    """Implements the platform port; ``faults`` are used up call by call, ``calls`` lists what was asked."""

    def __init__(self) -> None:
        self.actions: dict[str, ActionRecord] = {}
        self.triggers: dict[str, TriggerRecord] = {}
        self.calls: list[str] = []
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.before_call: Callable[[str], None] = lambda call: None
        self._lock = threading.Lock()
        self._writes = 0

    def fail(self, call: str, *faults: Fault) -> None:
        """Let the next calls of this name, such as ``create_action ingest``, meet these faults."""
        self.faults[call].extend(faults)

    def writes(self) -> list[str]:
        """Return what was asked for except reads."""
        return [call for call in self.calls if not call.startswith("get_")]

    def identity(self) -> PlatformIdentity:
        return PlatformIdentity("embedded", "memory", ORG)

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        return self._call(f"get_action {name}", lambda: _found(self.actions, name))

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        return self._call(f"get_trigger {name}", lambda: _found(self.triggers, name))

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        return Page(tuple(self.actions.values()), None)

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        return Page(tuple(self.triggers.values()), None)

    def unread_actions(self, query: QuerySpecification) -> UnreadPage[ActionRecord]:
        return StoredPage(ActionRecord, tuple(record.model_dump_json() for record in self.actions.values()), None)

    def unread_triggers(self, query: QuerySpecification) -> UnreadPage[TriggerRecord]:
        return StoredPage(TriggerRecord, tuple(record.model_dump_json() for record in self.triggers.values()), None)

    def newer_triggers(self) -> tuple[NewerTrigger, ...]:
        return ()

    def close(self) -> None:
        return None

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        def create() -> ActionRecord:
            _refuse_taken(self.actions, request.name)
            record = ActionRecord(**dict(request), **self._stamp(), org_id=ORG, digest=self._digest())
            self.actions[request.name] = record
            return record

        return self._call(f"create_action {request.name}", create)

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        return self._call(f"update_action {name}", lambda: self.edit_action(name, request, by="us@example.com"))

    def edit_action(self, name: str, request: UpdateActionRequest, *, by: str) -> ActionRecord:
        """Make a new version; tests call it to be somebody else."""
        record = _found(self.actions, name)
        updates = _assigned(request)
        changeset = updates.pop("metadata_changeset", None)
        if changeset is not None:
            updates["metadata"], updates["tags"] = changeset.apply_to(record.metadata, record.tags)
        changeset = updates.pop("parameter_changeset", None)
        if changeset is not None:
            updates["parameters"] = changeset.apply_to(record.parameters)
        stamp = {"modified": self._now(), "modified_by": by, "digest": self._digest()}
        self.actions[name] = record.model_copy(update=updates | stamp)
        return self.actions[name]

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        def publish() -> ActionRecord:
            record = _found(self.actions, name)
            self.actions[name] = record.model_copy(update={"accessibility": request.accessibility})
            return self.actions[name]

        return self._call(f"set_action_accessibility {name}", publish)

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        self._call(f"delete_action {name}", lambda: _removed(self.actions, name))

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        def create() -> TriggerRecord:
            _refuse_taken(self.triggers, request.name)
            members = {name: value for name, value in dict(request).items() if name in TriggerRecord.model_fields}
            action = ActionReference(
                name=request.action_name, digest=request.action_digest, owner=request.action_owner_id or ORG
            )
            members |= {
                "action": action,
                "trigger_id": f"tr_{request.name}",
                "org_id": ORG,
                "service_user_id": request.service_user_id or "service@example.com",
                "parameter_values": request.parameter_values or {},
                "causes": request.causes or [TriggerEvaluationCause.FileUpload],
            }
            self.triggers[request.name] = TriggerRecord(**members, **self._stamp())
            return self.triggers[request.name]

        return self._call(f"create_trigger {request.name}", create)

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        return self._call(f"update_trigger {name}", lambda: self.edit_trigger(name, request, by="us@example.com"))

    def edit_trigger(self, name: str, request: UpdateTriggerRequest, *, by: str) -> TriggerRecord:
        """Change a trigger in place; tests call it to be somebody else."""
        record = _found(self.triggers, name)
        stamp = {"modified": self._now(), "modified_by": by}
        self.triggers[name] = record.model_copy(update=_assigned(request) | stamp)
        return self.triggers[name]

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        self._call(f"delete_trigger {name}", lambda: _removed(self.triggers, name))

    def _call(self, call: str, act: Callable[[], Answer]) -> Answer:
        self.before_call(call)
        with self._lock:
            self.calls.append(call)
            fault = self.faults[call].popleft() if self.faults[call] else None
            if isinstance(fault, PlatformError):
                raise fault
            if fault is Line.LOST_BEFORE:
                raise OutcomeUnknown("no answer", operation=call)
            answer = act()
            if isinstance(fault, Meanwhile):
                fault.act()
            if fault is not None:
                raise OutcomeUnknown("no answer", operation=call)
            return answer

    def _stamp(self) -> dict[str, Any]:
        now = self._now()
        return {"created": now, "modified": now, "created_by": "us@example.com", "modified_by": "us@example.com"}

    def _now(self) -> datetime:
        self._writes += 1
        return EPOCH + timedelta(seconds=self._writes)

    def _digest(self) -> str:
        return f"digest-{self._writes}"


def _found(records: dict[str, Answer], name: str) -> Answer:
    if name not in records:
        raise NotFound(f"there is no {name}")
    return records[name]


def _removed(records: dict[str, Answer], name: str) -> None:
    _found(records, name)
    del records[name]


def _refuse_taken(records: dict[str, Answer], name: str) -> None:
    if name in records:
        raise Conflict(f"{name} exists already")


def _assigned(request: UpdateActionRequest | UpdateTriggerRequest) -> dict[str, Any]:
    values = {name: getattr(request, name) for name in request.model_fields_set}
    return {name: value for name, value in values.items() if not isinstance(value, NotSetType)}
