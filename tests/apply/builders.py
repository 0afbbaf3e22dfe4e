"""Plans with valid defaults, and a run of one as lines of text."""

from __future__ import annotations

import itertools
import threading

from reconciler.apply.events import (
    ApplyEnded,
    ApplyReport,
    ApplyStarted,
    ChangeEnded,
    ChangeStarted,
    Event,
)
from reconciler.apply.executor import execute
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import LiveRecord
from reconciler.domain.platform import Platform, PlatformIdentity
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import Accessibility
from reconciler.plan.model import (
    Change,
    CreateAction,
    CreateTrigger,
    DeleteAction,
    DeleteTrigger,
    Observed,
    Op,
    Plan,
    Request,
    SetAccessibility,
    Source,
    UpdateAction,
    UpdateTrigger,
)
from tests.apply.memory import ORG

IDENTITY = PlatformIdentity("embedded", "memory", ORG)


def action(name: str) -> Address:
    """Return the address of an action."""
    return Address(Kind.ACTION, name)


def trigger(name: str) -> Address:
    """Return the address of a trigger."""
    return Address(Kind.TRIGGER, name)


def create(name: str, *after: str, publish: bool = False) -> Change:
    """Return the creation of an action that waits for the actions named in ``after``."""
    requests: list[Request] = [CreateAction(CreateActionRequest(name=name, uri=f"registry/{name}:1"))]
    if publish:
        requests.append(SetAccessibility(name, SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)))
    return Change(action(name), Op.CREATE, tuple(requests), depends_on=tuple(map(action, after)))


def create_trigger(name: str, on: str) -> Change:
    """Return the creation of a trigger on an action."""
    request = CreateTriggerRequest(
        name=name, action_name=on, required_inputs=["**/*.bag"], for_each=TriggerForEachPrimitive.Dataset
    )
    return Change(trigger(name), Op.CREATE, (CreateTrigger(request),), depends_on=(action(on),))


def update(record: LiveRecord, *, timeout: int = 30) -> Change:
    """Return the change that gives what is live another timeout, in minutes."""
    observed = Observed.of(record)
    if isinstance(record, ActionRecord):
        request: Request = UpdateAction(record.name, UpdateActionRequest(timeout=timeout))
        return Change(action(record.name), Op.UPDATE, (request,), observed=observed)
    request = UpdateTrigger(record.name, UpdateTriggerRequest(timeout=timeout))
    return Change(trigger(record.name), Op.UPDATE, (request,), observed=observed)


def delete(record: LiveRecord) -> Change:
    """Return the deletion of what is live."""
    observed = Observed.of(record)
    if isinstance(record, ActionRecord):
        return Change(action(record.name), Op.DELETE, (DeleteAction(record.name),), observed=observed)
    return Change(trigger(record.name), Op.DELETE, (DeleteTrigger(record.name),), observed=observed)


def plan_of(*changes: Change) -> Plan:
    """Return a plan of these changes."""
    return Plan(IDENTITY, Source("digest"), changes)


def run(
    platform: Platform, *changes: Change, parallelism: int = 1, stop: threading.Event | None = None
) -> tuple[ApplyReport, list[str]]:
    """Apply the changes; return the report and every event as a line."""
    events: list[Event] = []
    report = execute(
        plan_of(*changes),
        platform,
        plan_id="plan-1",
        parallelism=parallelism,
        emit=events.append,
        stop=stop,
        clock=itertools.count().__next__,
    )
    return report, [line(event) for event in events]


def line(event: Event) -> str:
    """Return what a test compares of an event."""
    match event:
        case ApplyStarted(total=total):
            return f"begin {total}"
        case ChangeStarted(address=address):
            return f"start {address}"
        case ChangeEnded(address=address, outcome=outcome, reason=reason):
            return f"{outcome} {address}" + (f": {reason}" if reason else "")
        case ApplyEnded(applied=applied, failed=failed, skipped=skipped, unknown=unknown, interrupted=interrupted):
            return f"end {applied}/{failed}/{skipped}/{unknown}" + (" interrupted" if interrupted else "")
