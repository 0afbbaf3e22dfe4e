"""Dispatches: what targeted triggers did, each target at most once for each thing it may fire for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from reconciler.domain.platform_events import PlatformEventType
from reconciler.domain.values import WireModel


class TriggerDispatchStatus(StrEnum):
    """How far a dispatch has come; ``Unknown`` means that nobody saw its end."""

    Claimed = "claimed"
    Dispatched = "dispatched"
    Failed = "failed"
    Unknown = "unknown"


class TriggerDispatchRecord(WireModel):
    """One target's turn. Trigger, token and target together name the slot, which is taken at most once.

    ``result_ref`` is the id of what was made, such as an invocation; ``subject`` is what the event happened to.
    """

    trigger_id: str
    idempotency_token: str
    target_id: str
    org_id: str
    target_type: str
    event_type: PlatformEventType
    event_id: str
    subject: str
    dataset_id: str | None = None
    status: TriggerDispatchStatus
    status_detail: str | None = None
    result_ref: str | None = None
    claimed_at: datetime
    finalized_at: datetime | None = None
