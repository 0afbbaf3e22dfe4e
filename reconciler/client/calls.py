"""The requests of the port, one function each: what travels, and what the answer is called in words.

=================  =======================================  ================  ==================================
call               method, path                             organization      body
=================  =======================================  ================  ==================================
create             POST ``v1/actions``, ``v1/triggers``     caller            every field, null where not given
read               GET ``v1/actions/{name}?digest=``        owner             none
update             PUT ``v1/actions/{name}``                owner             what is set
accessibility      PUT ``v1/actions/{name}/accessibility``  owner             what is set
delete             DELETE ``v1/actions/{name}``             owner             none
list               POST ``v1/actions/query``                owner             the query, without nulls
list the hub       POST ``v1/actions/query/actionhub``      owner, if given   the query, without nulls
own organizations  GET ``v1/orgs/caller``                   none              none
=================  =======================================  ================  ==================================

Triggers have the same calls below ``v1/triggers``, without accessibility and hub.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from reconciler.domain.address import Kind
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.values import Accessibility
from reconciler.domain.wire import HEADER_CALLER_ORG, HEADER_OWNER_ORG
from reconciler.errors import InvalidRequest

#: What can travel in a header.
_SENDABLE: Final = re.compile(r"[!-~]+")

_ROOTS: Final = {Kind.ACTION: "v1/actions", Kind.TRIGGER: "v1/triggers"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the ``operation`` it carries out in words; ``writes`` when sending it twice could matter."""

    operation: str
    method: str
    path: str
    writes: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    # Bodies may hold secrets, such as environment variables of a container.
    body: bytes | None = field(default=None, repr=False)


def create(request: CreateActionRequest | CreateTriggerRequest, *, caller: str | None) -> Call:
    """Create a resource in the caller's organization."""
    kind = Kind.ACTION if isinstance(request, CreateActionRequest) else Kind.TRIGGER
    operation = _operation("create", kind, request.name)
    # The platform expects every field of the request itself; inside of them, what was not set stays absent.
    body = request.model_dump(mode="json") | request.to_wire()
    headers = _organization(HEADER_CALLER_ORG, caller, operation)
    return Call(operation, "POST", _ROOTS[kind], True, headers, _json(body))


def read(kind: Kind, name: str, *, owner: str | None, digest: str | None = None) -> Call:
    """Read one resource, or one version of an action."""
    operation = _operation("read", kind, name)
    query = "" if digest is None else f"?digest={quote(digest, safe='')}"
    return Call(
        operation,
        "GET",
        _path(kind, name, operation) + query,
        headers=_organization(HEADER_OWNER_ORG, owner, operation),
    )


def update(kind: Kind, name: str, request: UpdateActionRequest | UpdateTriggerRequest, *, owner: str | None) -> Call:
    """Change what the request sets."""
    operation = _operation("update", kind, name)
    body = _json(request.to_wire())
    return Call(
        operation, "PUT", _path(kind, name, operation), True, _organization(HEADER_OWNER_ORG, owner, operation), body
    )


def set_accessibility(name: str, request: SetActionAccessibilityRequest, *, owner: str | None) -> Call:
    """Publish an action or take it back."""
    operation = _operation("change accessibility of", Kind.ACTION, name)
    path = f"{_path(Kind.ACTION, name, operation)}/accessibility"
    return Call(
        operation, "PUT", path, True, _organization(HEADER_OWNER_ORG, owner, operation), _json(request.to_wire())
    )


def delete(kind: Kind, name: str, *, owner: str | None) -> Call:
    """Delete a resource."""
    operation = _operation("delete", kind, name)
    return Call(
        operation, "DELETE", _path(kind, name, operation), True, _organization(HEADER_OWNER_ORG, owner, operation)
    )


def query_actions(query: QuerySpecification, *, owner: str | None, accessibility: Accessibility) -> Call:
    """List one page of an organization's actions, or of the Action Hub."""
    if accessibility is Accessibility.ActionHub:
        return _query("list actions of the Action Hub", "v1/actions/query/actionhub", query, owner)
    return _query("list actions", "v1/actions/query", query, owner)


def query_triggers(query: QuerySpecification, *, owner: str | None) -> Call:
    """List one page of an organization's triggers."""
    return _query("list triggers", "v1/triggers/query", query, owner)


#: List the organizations the caller belongs to.
OWN_ORGANIZATIONS: Final = Call("list own organizations", "GET", "v1/orgs/caller")


def _query(operation: str, path: str, query: QuerySpecification, owner: str | None) -> Call:
    body = {name: member for name, member in query.to_wire().items() if member is not None}
    return Call(operation, "POST", path, headers=_organization(HEADER_OWNER_ORG, owner, operation), body=_json(body))


def _operation(verb: str, kind: Kind, name: str) -> str:
    return f'{verb} {kind.value.lower()} "{name}"'


def _path(kind: Kind, name: str, operation: str) -> str:
    # A dot segment would be resolved away, and the request would reach another resource.
    if name in {"", ".", ".."}:
        raise InvalidRequest(f'"{name}" is not a name', operation=operation, hint="correct the name")
    return f"{_ROOTS[kind]}/{quote(name, safe='')}"


def _organization(header: str, org_id: str | None, operation: str) -> tuple[tuple[str, str], ...]:
    if org_id is None:
        return ()
    if not _SENDABLE.fullmatch(org_id):
        raise InvalidRequest(
            f"{org_id!r} is not the id of an organization", operation=operation, hint="ids look like og_1a2b3c"
        )
    return ((header, org_id),)


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
