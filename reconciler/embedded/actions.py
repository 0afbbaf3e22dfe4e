"""The platform's rules for actions: what is made of a request, and what is refused.

A version is never changed by an update: each update adds one, with a digest of its own. Only publishing changes a
version in place, since it says who may read it and not what it is.

====================  ===============================================================================
read                  members of the owner, and everybody while the version is in the Action Hub
write                 members of the owner; for others a published action is refused, a private one
                      not found
delete                refused while the owner's own triggers or actions refer to it; those of other
                      organizations do not count, or they could hold an action hostage
inherits              the parent must exist and be visible to the owner; no cycles, by name; the record
                      spells its organization out, as the official program expects to find it
====================  ===============================================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.domain.actions import ActionRecord, normalised_reference
from reconciler.domain.address import Kind, name_problem
from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.notset import NotSetType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import Accessibility, ActionReference
from reconciler.embedded.access import Caller, sees_action
from reconciler.embedded.checks import check_action
from reconciler.embedded.metadata import metadata_after
from reconciler.embedded.paging import read_page
from reconciler.embedded.store import Rows
from reconciler.embedded.stored_page import StoredPage
from reconciler.errors import Conflict, InvalidRequest, NotAllowed, NotFound


def read_action(
    rows: Rows, name: str, *, caller: Caller, digest: str | None = None, owner: str | None = None
) -> ActionRecord:
    """Return one version the caller may see, the latest by default."""
    reference = ActionReference(name=name, digest=digest, owner=owner)
    record = find_action(rows, reference, org_id=caller.org_id)
    if record is None or not sees_action(record, caller.organizations):
        raise _not_found(reference, caller.org_id)
    return record


def query_actions(
    rows: Rows, query: QuerySpecification, *, caller: Caller, owner: str | None, accessibility: Accessibility
) -> StoredPage[ActionRecord]:
    """Return one page: of the Action Hub, or of an organization; of a foreign one what it has published."""
    from_hub = accessibility is Accessibility.ActionHub
    org_id = owner if from_hub or owner is not None else caller.org_id
    if org_id is not None and not is_printable(org_id):
        return StoredPage(ActionRecord, (), None)
    only_hub = from_hub or org_id not in caller.organizations
    return read_page(
        lambda search: rows.list_actions(search, org_id=org_id, only_hub=only_hub), query, model=ActionRecord
    )


def create_action(rows: Rows, request: CreateActionRequest, *, caller: Caller, now: datetime) -> ActionRecord:
    """Add the first version of an action."""
    record = ActionRecord(
        **{name: getattr(request, name) for name in CreateActionRequest.model_fields if name != "uri"},
        uri=request.uri and request.uri.strip(),
        org_id=caller.org_id,
        created=now,
        created_by=caller.user_id,
        modified=now,
        modified_by=caller.user_id,
        accessibility=Accessibility.Organization,
        published=None,
        digest=None,
    )
    record = _with_parents_owner(record)
    check_action(record)
    if rows.action(caller.org_id, record.name) is not None:
        raise Conflict(f'action "{record.name}" exists already in {caller.org_id}')
    _check_parent(rows, record)
    return _added(rows, record)


def update_action(
    rows: Rows, name: str, request: UpdateActionRequest, *, caller: Caller, owner: str | None, now: datetime
) -> ActionRecord:
    """Add a version: what the request sets is changed, the rest is taken over."""
    latest = _writable(rows, ActionReference(name=name, owner=owner), caller)
    changes = _changes(latest, request)
    record = latest.model_copy(
        update={**changes, "modified": after(latest.modified, now), "modified_by": caller.user_id, "digest": None}
    )
    record = _with_parents_owner(record)
    check_action(record)
    if "inherits" in changes:
        _check_parent(rows, record)
    return _added(rows, record)


def set_accessibility(
    rows: Rows,
    name: str,
    request: SetActionAccessibilityRequest,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> ActionRecord:
    """Publish one version, the latest by default, or take it back; its digest stays, and no version is added."""
    record = _writable(rows, ActionReference(name=name, digest=request.digest, owner=owner), caller)
    if record.accessibility is request.accessibility:
        return record
    moment = after(record.modified, now)
    changed = record.model_copy(
        update={
            "accessibility": request.accessibility,
            "published": moment if request.accessibility is Accessibility.ActionHub else None,
            "modified": moment,
            "modified_by": caller.user_id,
        }
    )
    rows.replace_action_version(changed)
    return changed


def delete_action(rows: Rows, name: str, *, caller: Caller, owner: str | None) -> None:
    """Delete every version of an action that nothing of its owner refers to."""
    record = _writable(rows, ActionReference(name=name, owner=owner), caller)
    dependents = [
        *(f'trigger "{trigger}"' for trigger in rows.triggers_on(record.org_id, name)),
        *(f'action "{child}"' for child in rows.inheritors(record.org_id, name)),
    ]
    if dependents:
        shown = ", ".join(dependents[:_SHOWN]) + (f" and {len(dependents) - _SHOWN} more" * (len(dependents) > _SHOWN))
        raise Conflict(
            f'action "{name}" is in use by {shown}', hint="delete or change what refers to it, then delete it"
        )
    rows.delete_action(record.org_id, name)


_SHOWN: Final = 5


def find_action(rows: Rows, reference: ActionReference, *, org_id: str) -> ActionRecord | None:
    """Return what a reference made by this organization leads to, whoever may see it."""
    # A name that no action can have never reaches the database, nor does text that is no Unicode.
    if name_problem(Kind.ACTION, reference.name) is not None:
        return None
    owner = reference.owner or org_id
    if not is_printable(owner) or not is_printable(reference.digest or ""):
        return None
    return rows.action(owner, reference.name, reference.digest)


def after(previous: datetime, now: datetime) -> datetime:
    """Return ``now``, or the moment just after ``previous`` where the clock has not moved on."""
    return max(now, previous + timedelta(microseconds=1))


def described(reference: ActionReference, org_id: str) -> str:
    """Return words for an action a message is about."""
    version = "" if reference.digest is None else f' with the digest "{reference.digest}"'
    return f'action "{reference.name}"{version} in {reference.owner or org_id}'


def is_printable(text: str) -> bool:
    """Return True for text that the database takes, and that a message can show."""
    return all(character.isprintable() for character in text)


def _not_found(reference: ActionReference, org_id: str) -> NotFound:
    return NotFound(f"there is no {described(reference, org_id)}, or none you may see")


def _writable(rows: Rows, reference: ActionReference, caller: Caller) -> ActionRecord:
    record = find_action(rows, reference, org_id=caller.org_id)
    if record is None or not sees_action(record, caller.organizations):
        raise _not_found(reference, caller.org_id)
    if record.org_id not in caller.organizations:
        raise NotAllowed(f"{described(reference, caller.org_id)} can only be changed by members of {record.org_id}")
    return record


#: Fields of an update that replace the record's field of the same name.
_REPLACED: Final = (
    "compute_requirements",
    "container_parameters",
    "description",
    "inherits",
    "requires_downloaded_inputs",
    "short_description",
    "timeout",
    "uri",
)


def _changes(latest: ActionRecord, request: UpdateActionRequest) -> dict[str, Any]:
    changes = {name: getattr(request, name) for name in _REPLACED}
    changes = {name: value for name, value in changes.items() if not isinstance(value, NotSetType)}
    if isinstance(request.metadata_changeset, MetadataChangeset):
        changes["metadata"], changes["tags"] = metadata_after(request.metadata_changeset, latest.metadata, latest.tags)
    if isinstance(request.parameter_changeset, ActionParameterChangeset):
        changes["parameters"] = request.parameter_changeset.apply_to(latest.parameters)
    # An inheriting action has null here, which an update cannot say: True, which null means, and silence stand for it.
    if changes.get("inherits", latest.inherits) is not None and changes.get("requires_downloaded_inputs", True):
        changes["requires_downloaded_inputs"] = None
    return changes


def _with_parents_owner(record: ActionRecord) -> ActionRecord:
    if record.inherits is None:
        return record
    return record.model_copy(update={"inherits": normalised_reference(record.inherits, org_id=record.org_id)})


def _check_parent(rows: Rows, record: ActionRecord) -> None:
    """Refuse a parent the owner cannot see, and one that inherits from this very action."""
    if record.inherits is None:
        return
    parent = find_action(rows, record.inherits, org_id=record.org_id)
    if parent is None or not sees_action(parent, {record.org_id}):
        raise InvalidRequest(f"inherits: {record.org_id} sees no {described(record.inherits, record.org_id)}")
    line = [record.name]
    for ancestor in line_of(rows, parent):
        line.append(ancestor.name)
        if (ancestor.org_id, ancestor.name) == (record.org_id, record.name):
            raise InvalidRequest(f"inherits: an action cannot inherit from itself: {' -> '.join(line)}")


def line_of(rows: Rows, record: ActionRecord | None) -> Iterator[ActionRecord]:
    """Return the action and its ancestors, up to one that is missing or was there before."""
    seen: set[tuple[str, str]] = set()
    while record is not None and (record.org_id, record.name) not in seen:
        yield record
        seen.add((record.org_id, record.name))
        parent = record.inherits
        record = None if parent is None else find_action(rows, parent, org_id=record.org_id)


def _added(rows: Rows, record: ActionRecord) -> ActionRecord:
    digested = record.model_copy(update={"digest": _digest(record)})
    rows.add_action_version(digested)
    return digested


def _digest(record: ActionRecord) -> str:
    """Return what the platform's client computes for a record without digest."""
    text = json.dumps(record.model_dump(mode="json", exclude={"digest"}), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16, person=b"ActionRecord").hexdigest()
