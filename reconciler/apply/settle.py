"""What a lost answer means, decided from what is live afterwards.

A request has landed when applying it to what is live would change nothing. Where it has not, it may be sent once more
only if what is live is still what the request was made for:

=============  =============  ==================  ===============  ================
request        nothing live   live as requested   live as before   live otherwise
=============  =============  ==================  ===============  ================
create         not landed     landed              (nothing was)    moved
update         moved          landed              not landed       moved
accessibility  moved          landed              not landed       moved
delete         landed         (never is)          not landed       moved
=============  =============  ==================  ===============  ================
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from reconciler.apply.effect import action_after, trigger_after
from reconciler.domain.actions import ActionRecord, ActionSpec, normalised_action
from reconciler.domain.live import LiveRecord
from reconciler.domain.triggers import TriggerSpec, normalised_trigger
from reconciler.plan.model import (
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


class Verdict(StrEnum):
    """What became of a request whose answer was lost."""

    LANDED = "landed"
    NOT_LANDED = "not landed"
    MOVED = "moved"


def verdict(request: Request, *, live: LiveRecord | None, base: Observed | None, org_id: str) -> Verdict:
    """Say what became of a lost request by what is ``live`` after it; ``base`` was before it, None for nothing."""
    if live is None:
        return _verdict_on_nothing(request)
    if _is_as_requested(request, live, org_id=org_id):
        return Verdict.LANDED
    return Verdict.NOT_LANDED if base == Observed.of(live) else Verdict.MOVED


def is_delete(request: Request) -> bool:
    """Return True for a request that leaves nothing behind."""
    return isinstance(request, DeleteAction | DeleteTrigger)


def _verdict_on_nothing(request: Request) -> Verdict:
    match request:
        case DeleteAction() | DeleteTrigger():
            return Verdict.LANDED
        case CreateAction() | CreateTrigger():
            return Verdict.NOT_LANDED
        case UpdateAction() | SetAccessibility() | UpdateTrigger():
            return Verdict.MOVED
        case _:
            assert_never(request)


def _is_as_requested(request: Request, live: LiveRecord, *, org_id: str) -> bool:
    if is_delete(request):
        return False
    try:
        return _changes_nothing(request, live, org_id=org_id)
    except ValueError:
        # What is live has another shape than the request was made for.
        return False


def _changes_nothing(request: Request, live: LiveRecord, *, org_id: str) -> bool:
    if isinstance(live, ActionRecord):
        action = ActionSpec.of(live)
        after = normalised_action(action_after(request, action), org_id=org_id)
        return after == normalised_action(action, org_id=org_id)
    trigger = TriggerSpec.of(live)
    return normalised_trigger(trigger_after(request, trigger), org_id=org_id) == normalised_trigger(
        trigger, org_id=org_id
    )
