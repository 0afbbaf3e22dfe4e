"""Sends a change: its requests in order, each until the platform is known to have taken it or not."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final, assert_never

from reconciler.apply.delivery import PLAN_AGAIN, Delivery
from reconciler.apply.events import Outcome
from reconciler.apply.settle import Verdict, is_delete, verdict
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address
from reconciler.domain.live import LiveRecord
from reconciler.domain.platform import Platform, PlatformReader
from reconciler.domain.triggers import TriggerRecord
from reconciler.errors import Conflict, NotFound, OutcomeUnknown, PlatformError, PlatformUnavailable
from reconciler.plan.model import (
    Change,
    CreateAction,
    CreateTrigger,
    DeleteAction,
    DeleteTrigger,
    Observed,
    Request,
    SetAccessibility,
    UpdateAction,
    UpdateTrigger,
)

#: How often one request is sent at most: once, and once more when it is known not to have landed.
TRIES: Final = 2


def deliver(change: Change, platform: Platform, *, org_id: str, stop: threading.Event) -> Delivery:
    """Send the requests of a change in order, stopping at the first that does not land or when ``stop`` is set."""
    base = change.observed
    record: LiveRecord | None = None
    for done, request in enumerate(change.requests):
        if stop.is_set():
            return replace(_interrupted(done, total=len(change.requests)), record=record)
        try:
            record = _land(request, platform, address=change.address, base=base, org_id=org_id, stop=stop)
        except PlatformError as error:
            return replace(_stopped(error, done, total=len(change.requests)), record=record)
        base = base if record is None else Observed.of(record)
    return Delivery(Outcome.APPLIED, len(change.requests), record=record)


def _land(
    request: Request,
    platform: Platform,
    *,
    address: Address,
    base: Observed | None,
    org_id: str,
    stop: threading.Event,
) -> LiveRecord | None:
    """Return the record that a request left behind.

    Raises:
        OutcomeUnknown: The answer was lost and so was that of the read-back.
        PlatformError: The request did not land.
    """
    lost: OutcomeUnknown | None = None
    for _ in range(TRIES):
        if lost is not None and stop.is_set():
            break
        try:
            return send(request, platform)
        except OutcomeUnknown as error:
            lost = error
        except (Conflict, NotFound) as error:
            # Gone already is what a delete wants. After a lost answer "exists already" may be our own doing, too.
            if isinstance(error, NotFound) and is_delete(request):
                return None
            if lost is None:
                raise
        live = _read_back(request, platform, address=address, lost=lost)
        match verdict(request, live=live, base=base, org_id=org_id):
            case Verdict.LANDED:
                return live
            case Verdict.MOVED:
                raise Conflict(_moved(request, address=address, live=live), hint=PLAN_AGAIN) from lost
            case Verdict.NOT_LANDED:
                continue
    assert lost is not None
    raise PlatformUnavailable(f"{lost.reason}; read back, it did not take effect", hint=PLAN_AGAIN) from lost


def send(request: Request, platform: Platform) -> ActionRecord | TriggerRecord | None:
    """Send one request and return the record the platform answers with; deletes have none."""
    match request:
        case CreateAction(body=body):
            return platform.create_action(body)
        case UpdateAction(name=name, body=body):
            return platform.update_action(name, body)
        case SetAccessibility(name=name, body=body):
            return platform.set_action_accessibility(name, body)
        case DeleteAction(name=name):
            platform.delete_action(name)
        case CreateTrigger(body=body):
            return platform.create_trigger(body)
        case UpdateTrigger(name=name, body=body):
            return platform.update_trigger(name, body)
        case DeleteTrigger(name=name):
            platform.delete_trigger(name)
        case _:
            assert_never(request)
    return None


def _read_back(
    request: Request, platform: PlatformReader, *, address: Address, lost: OutcomeUnknown
) -> LiveRecord | None:
    """Return what is live after an answer was lost; None when nothing is.

    Raises:
        OutcomeUnknown: Nobody can say.
    """
    try:
        match request:
            case CreateAction() | UpdateAction() | DeleteAction():
                return platform.get_action(address.name)
            case SetAccessibility(body=body):
                return platform.get_action(address.name, digest=body.digest)
            case CreateTrigger() | UpdateTrigger() | DeleteTrigger():
                return platform.get_trigger(address.name)
            case _:
                assert_never(request)
    except NotFound:
        return None
    except PlatformError as error:
        message = f"{lost.reason}, and what became of it could not be read back: {error.message}"
        raise OutcomeUnknown(message, hint=PLAN_AGAIN) from error


def _moved(request: Request, *, address: Address, live: LiveRecord | None) -> str:
    if live is None:
        return f"{address} was deleted by somebody else while it was being changed"
    if isinstance(request, CreateAction | CreateTrigger):
        return (
            f"{address} exists, but not as requested: "
            f"somebody else created it ({live.created_by}), or the platform changed what it was sent"
        )
    return f"{address} was modified by {live.modified_by} while it was being changed"


def _interrupted(done: int, *, total: int) -> Delivery:
    if done == 0:
        return Delivery(Outcome.SKIPPED, 0, reason="interrupted")
    return Delivery(Outcome.FAILED, done, reason=_with_progress("interrupted", done, total=total), hint=PLAN_AGAIN)


def _stopped(error: PlatformError, done: int, *, total: int) -> Delivery:
    outcome = Outcome.UNKNOWN if isinstance(error, OutcomeUnknown) else Outcome.FAILED
    hint = error.hint or (PLAN_AGAIN if isinstance(error, Conflict | NotFound) else "")
    return Delivery(outcome, done, reason=_with_progress(error.message, done, total=total), hint=hint, error=error)


def _with_progress(reason: str, done: int, *, total: int) -> str:
    return f"{reason}; {done} of {total} requests were applied" if done else reason
