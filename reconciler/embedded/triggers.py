"""The platform's rules for triggers: what is made of a request, and what is refused.

Triggers belong to one organization: members read and write them, nobody else knows of them. The action a trigger
invokes must exist and be visible to the owner whenever a request names it; what happens to it later is not the
trigger's fault, so other updates go through.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

from reconciler.domain.address import Kind, name_problem
from reconciler.domain.notset import NotSetType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateTriggerRequest, UpdateTriggerRequest
from reconciler.domain.triggers import FIRST_CAUSES, TriggerRecord, has_later_cause
from reconciler.domain.values import ActionReference
from reconciler.domain.wire import LATER_CAUSES
from reconciler.embedded.access import Caller, sees_action
from reconciler.embedded.actions import after, described, find_action
from reconciler.embedded.checks import check_trigger
from reconciler.embedded.paging import read_page
from reconciler.embedded.store import Rows
from reconciler.embedded.stored_page import StoredPage
from reconciler.errors import Conflict, InvalidRequest, NotAllowed, NotFound


def read_trigger(rows: Rows, name: str, *, caller: Caller, owner: str | None = None) -> TriggerRecord:
    """Return one trigger of an organization the caller is a member of."""
    owner = owner or caller.org_id
    legal = name_problem(Kind.TRIGGER, name) is None and owner in caller.organizations
    record = rows.trigger(owner, name) if legal else None
    if record is None or (has_later_cause(record.causes) and not caller.knows_later_causes):
        raise NotFound(f'there is no trigger "{name}" in {owner}, or none you may see')
    return record


def query_triggers(
    rows: Rows, query: QuerySpecification, *, caller: Caller, owner: str | None = None
) -> StoredPage[TriggerRecord]:
    """Return one page of an organization's triggers.

    Raises:
        NotAllowed: The caller is no member; an empty page would look like "there are none".
    """
    org_id = owner or caller.org_id
    if org_id not in caller.organizations:
        raise NotAllowed(f"triggers of {org_id} can only be read by its members")
    later = caller.knows_later_causes
    return read_page(
        lambda search: rows.list_triggers(search, org_id=org_id, later_causes=later), query, model=TriggerRecord
    )


def create_trigger(rows: Rows, request: CreateTriggerRequest, *, caller: Caller, now: datetime) -> TriggerRecord:
    """Add a trigger."""
    owner = caller.org_id
    record = TriggerRecord.model_construct(
        **{name: getattr(request, name) for name in _CONFIGURED},
        name=request.name,
        action=ActionReference(
            name=request.action_name, digest=request.action_digest, owner=request.action_owner_id or owner
        ),
        parameter_values=request.parameter_values or {},
        service_user_id=request.service_user_id or f"triggers@{owner}",
        trigger_id=new_trigger_id(owner, request.name, now),
        org_id=owner,
        created=now,
        created_by=caller.user_id,
        modified=now,
        modified_by=caller.user_id,
    )
    _check_causes(record, caller)
    check_trigger(record)
    check_name_is_free(rows, owner, record.name)
    check_action_seen(rows, record.action, org_id=owner)
    kept = _as_read(record)
    rows.add_trigger(kept)
    return kept


def update_trigger(
    rows: Rows, name: str, request: UpdateTriggerRequest, *, caller: Caller, owner: str | None, now: datetime
) -> TriggerRecord:
    """Change what the request sets, and keep the rest."""
    current = read_trigger(rows, name, caller=caller, owner=owner)
    changes = _changes(current, request)
    record = current.model_copy(
        update={**changes, "modified": after(current.modified, now), "modified_by": caller.user_id}
    )
    _check_causes(record, caller)
    check_trigger(record)
    if "action" in changes:
        check_action_seen(rows, record.action, org_id=record.org_id)
    kept = _as_read(record)
    rows.replace_trigger(kept)
    return kept


def delete_trigger(rows: Rows, name: str, *, caller: Caller, owner: str | None) -> None:
    """Delete a trigger."""
    record = read_trigger(rows, name, caller=caller, owner=owner)
    rows.delete_trigger(record.org_id, record.name)


def _check_causes(record: TriggerRecord, caller: Caller) -> None:
    """Refuse what its own maker would not see.

    Raises:
        InvalidRequest: The trigger has a cause that the caller's API version does not have.
    """
    if has_later_cause(record.causes) and not caller.knows_later_causes:
        known = ", ".join(cause.value for cause in FIRST_CAUSES)
        raise InvalidRequest(f"causes: this API version has {known}; for others, speak API version {LATER_CAUSES}")


def check_name_is_free(rows: Rows, org_id: str, name: str) -> None:
    """Refuse a name that a trigger of either shape has.

    Raises:
        Conflict: There is such a trigger.
    """
    if rows.trigger(org_id, name) is not None or rows.targeted.named(org_id, name) is not None:
        raise Conflict(f'trigger "{name}" exists already in {org_id}')


def check_action_seen(rows: Rows, reference: ActionReference, *, org_id: str) -> None:
    """Refuse an action that the trigger's organization does not see.

    Raises:
        NotFound: There is none, or it is somebody else's own.
    """
    action = find_action(rows, reference, org_id=org_id)
    if action is None or not sees_action(action, {org_id}):
        raise NotFound(f"{org_id} sees no {described(reference, org_id)} for the trigger to invoke")


def new_trigger_id(org_id: str, name: str, created: datetime) -> str:
    """Return an identifier for a trigger; one that is deleted and made again has another."""
    text = f"{org_id}/{name}/{created.isoformat()}"
    return "tr_" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


#: Fields of both requests that are the record's field of the same name.
_CONFIGURED: Final = (
    "additional_inputs",
    "causes",
    "compute_requirement_overrides",
    "condition",
    "container_parameter_overrides",
    "enabled",
    "for_each",
    "required_inputs",
    "timeout",
)

#: Fields of an update that name the action, by the reference's field they replace.
_ACTION_FIELDS: Final = {"action_name": "name", "action_digest": "digest", "action_owner_id": "owner"}


def _changes(current: TriggerRecord, request: UpdateTriggerRequest) -> dict[str, Any]:
    given = {name: getattr(request, name) for name in UpdateTriggerRequest.model_fields}
    given = {name: value for name, value in given.items() if not isinstance(value, NotSetType)}
    changes = {name: value for name, value in given.items() if name in _CONFIGURED}
    if "parameter_values" in given:
        changes["parameter_values"] = given["parameter_values"] or {}
    reference = {_ACTION_FIELDS[name]: value for name, value in given.items() if name in _ACTION_FIELDS}
    if reference:
        changes["action"] = current.action.model_copy(update=reference)
    return changes


def _as_read(record: TriggerRecord) -> TriggerRecord:
    """Return the record as every later read gives it: times and decimals in conditions have become texts."""
    try:
        return TriggerRecord.model_validate_json(record.model_dump_json())
    except ValueError as error:
        raise InvalidRequest("the trigger cannot be kept as it is") from error
