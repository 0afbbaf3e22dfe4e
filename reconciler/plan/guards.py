"""Guards: what a plan may not do, and how to tell that live state moved since it was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Final

from reconciler.domain.address import Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.triggers import TriggerRecord, TriggerSpec
from reconciler.errors import GuardRefused, StalePlan
from reconciler.inventory.document import Entry, Inventory
from reconciler.manifests.desired import Resource
from reconciler.plan.model import Change, Observed, Op, Plan
from reconciler.plan.ownership import as_recorded
from reconciler.plan.references import users_left

#: How many of the resources that moved are named.
_SHOWN: Final = 5


def service_user_refusal(resource: Resource, record: LiveRecord | None) -> str | None:
    """Say why a trigger cannot get the service user it asks for: the platform only takes one at creation."""
    if not isinstance(resource.spec, TriggerSpec) or not isinstance(record, TriggerRecord):
        return None
    wanted = resource.spec.service_user_id
    if wanted is None or wanted == record.service_user_id:
        return None
    return f"{resource.address} runs as {record.service_user_id} and cannot be made to run as {wanted}"


def refuse_service_users(refusals: Iterable[str]) -> None:
    """Stop the plan where a service user would have to change.

    Raises:
        GuardRefused: With every trigger concerned.
    """
    sentences = sorted(refusals)
    if sentences:
        raise GuardRefused(
            "; ".join(sentences),
            hint="a service user is chosen at creation: leave service_user_id out, or delete the trigger on the "
            "platform yourself and apply again",
        )


def refuse_stale(sentences: Sequence[str]) -> None:
    """Stop a plan of which something moved since it was made; the sentences say what did.

    Raises:
        StalePlan: With the first few of them and how many more there are.
    """
    if not sentences:
        return
    shown = "; ".join(sentences[:_SHOWN])
    more = f"; and {len(sentences) - _SHOWN:,} more moved" if len(sentences) > _SHOWN else ""
    raise StalePlan(f"the plan is stale: {shown}{more}", hint="plan again and review what changed")


def moved(plan: Plan, live: Live) -> tuple[str, ...]:
    """Return one sentence for each resource of the plan that is not what it was when the plan was made.

    It moved when its version or the time it was modified did, when it appeared, or when it vanished.
    """
    touching = (change for change in plan.changes if change.op is not Op.FORGET)
    judged = (_movement(change, live.records.get(change.address)) for change in touching)
    return tuple(sentence for sentence in judged if sentence is not None)


def deletes_actions(plan: Plan) -> bool:
    """Return True when a plan deletes an action."""
    return any(_is_action_deletion(change) for change in plan.changes)


def taken_up(plan: Plan, live: Live) -> tuple[str, ...]:
    """Return one sentence for each action a plan deletes that something else rests on by now."""
    others = users_left(live, {change.address for change in plan.changes})
    return tuple(
        f"{change.address} is used by {', '.join(sorted(map(str, others[change.address])))} by now"
        for change in plan.changes
        if _is_action_deletion(change) and change.address in others
    )


def _is_action_deletion(change: Change) -> bool:
    return change.op is Op.DELETE and change.address.kind is Kind.ACTION


def ownership_moved(plan: Plan, inventory: Inventory) -> tuple[str, ...]:
    """Return one sentence for each resource of the plan whose ownership is not what it was when the plan was made."""
    judged = (_ownership_movement(change, inventory.entries.get(change.address)) for change in plan.changes)
    return tuple(sentence for sentence in judged if sentence is not None)


def _ownership_movement(change: Change, entry: Entry | None) -> str | None:
    if change.op is Op.FORGET and entry is not None and as_recorded(entry) != change.observed:
        return f"{change.address} was applied since the plan was made"
    if change.op in {Op.UPDATE, Op.DELETE} and change.observed is not None:
        if entry is None:
            return f"{change.address} is not in the inventory any more"
        if entry.server_id not in {None, change.observed.server_id}:
            return f"{change.address} is another one in the inventory now"
        if change.op is Op.DELETE and entry.protect:
            return f"{change.address} is protected by now"
    return None


def _movement(change: Change, record: LiveRecord | None) -> str | None:
    if record is None:
        return None if change.observed is None else f"{change.address} is gone from the platform"
    if change.observed is None:
        return f"{change.address} appeared on the platform: {_by(record)}"
    if change.observed == Observed.of(record):
        return None
    return f"{change.address} was modified since the plan was made: {_by(record)}"


def _by(record: LiveRecord) -> str:
    return f"by {record.modified_by} at {record.modified.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
