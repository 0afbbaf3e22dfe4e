"""Which dispatches a trigger has made, newest first: of a targeted one its slots, of an older one what it invoked."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from pydantic import Field, TypeAdapter

from reconciler.domain.dispatches import TriggerDispatchRecord, TriggerDispatchStatus
from reconciler.domain.platform_events import OncePer, slot_token
from reconciler.domain.queries import PAGE_LIMIT, Page
from reconciler.domain.trigger_projection import EVENTS
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.embedded.access import Caller
from reconciler.embedded.dispatch_rows import Dispatched
from reconciler.embedded.memory_rows import Invoked
from reconciler.embedded.paging import DEFAULT_LIMIT
from reconciler.embedded.shapes import Kept
from reconciler.embedded.store import Rows
from reconciler.embedded.targeted import read_trigger
from reconciler.embedded.tokens import decoded, encoded
from reconciler.errors import InvalidRequest


def list_dispatches(
    rows: Rows, trigger_id: str, *, caller: Caller, owner: str | None, limit: int | None, page_token: str | None
) -> Page[TriggerDispatchRecord]:
    """Return one page of a trigger's dispatches, newest first."""
    kept = read_trigger(rows, trigger_id, caller=caller, owner=owner)
    if kept.older is None:
        found, token = page_of(rows, trigger_id, limit=limit, page_token=page_token)
        return Page(tuple(each.record for each in found), token)
    size, before = _size(limit), _before(page_token)
    invoked = rows.memory.invoked(kept.record.org_id, trigger_id, before=before, limit=size + 1)
    token = encoded((invoked[size - 1].evaluation_id, invoked[size - 1].invocation_id)) if len(invoked) > size else None
    return Page(tuple(_of_older(kept, each) for each in invoked[:size]), token)


def page_of(
    rows: Rows, trigger_id: str, *, limit: int | None, page_token: str | None
) -> tuple[list[Dispatched], str | None]:
    """Return one page of the slots a targeted trigger has taken, newest first, and the token of the next page."""
    size = _size(limit)
    found = rows.dispatches.of_trigger(trigger_id, before=_before(page_token)[0], limit=size + 1)
    return found[:size], encoded((found[size - 1].sequence, "")) if len(found) > size else None


def _size(limit: int | None) -> int:
    size = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= size <= PAGE_LIMIT:
        raise InvalidRequest(f"limit {size} is out of range: a page holds 1 to {PAGE_LIMIT} records")
    return size


class _Place(NamedTuple):
    sequence: Annotated[int, Field(ge=0, lt=2**63)]
    key: str


_PLACE: Final = TypeAdapter(_Place)
_NEWEST: Final = _Place(2**63 - 1, "")


def _before(page_token: str | None) -> _Place:
    return _NEWEST if page_token is None else decoded(page_token, _PLACE)


def _of_older(kept: Kept, invoked: Invoked) -> TriggerDispatchRecord:
    assert kept.older is not None
    event = EVENTS[invoked.cause]
    # The idempotency id is the trigger's id, then the dataset's, or a file's and its version.
    entity_id = invoked.idempotency_id.split("/")[1]
    per_file = kept.older.for_each is TriggerForEachPrimitive.DatasetFile
    return TriggerDispatchRecord(
        trigger_id=kept.record.trigger_id,
        idempotency_token=slot_token(event, OncePer.File if per_file else OncePer.Dataset, entity_id),
        target_id=kept.record.targets[0].target_id,
        org_id=kept.record.org_id,
        target_type=kept.record.targets[0].type,
        event_type=event,
        event_id=f"evt:{invoked.evaluation_id}",
        subject=f"roboto://{'file' if per_file else 'dataset'}/{entity_id}",
        dataset_id=invoked.dataset_id,
        status=TriggerDispatchStatus.Dispatched,
        result_ref=invoked.invocation_id,
        claimed_at=invoked.started,
        finalized_at=invoked.ended,
    )
