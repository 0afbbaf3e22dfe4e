"""Actions and triggers: the requests of the reconciler itself.

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
newer triggers     GET ``v1/triggers``                      owner             none
own organizations  GET ``v1/orgs/caller``                   none              none
=================  =======================================  ================  ==================================

Triggers have the same calls below ``v1/triggers``, without accessibility and hub.
"""

from __future__ import annotations

from typing import Final, assert_never

from reconciler.client.calls.call import (
    Call,
    Effect,
    acting_for,
    every_field,
    listing,
    owned_by,
    query_string,
    segment,
    set_fields,
)
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
from reconciler.domain.wire import HEADER_API_VERSION, NEWER_TRIGGERS

_ROOTS: Final = {Kind.ACTION: "v1/actions", Kind.TRIGGER: "v1/triggers"}

#: List the organizations the caller belongs to.
OWN_ORGANIZATIONS: Final = Call("list own organizations", "GET", "v1/orgs/caller")


def create(request: CreateActionRequest | CreateTriggerRequest, *, caller: str | None) -> Call:
    """Create a resource in the caller's organization."""
    match request:
        case CreateActionRequest():
            kind = Kind.ACTION
        case CreateTriggerRequest():
            kind = Kind.TRIGGER
        case _:
            assert_never(request)
    operation = _operation("create", kind, request.name)
    headers = acting_for(caller, operation)
    return Call(operation, "POST", _ROOTS[kind], Effect.EACH_TIME, headers, every_field(request, operation))


def read(kind: Kind, name: str, *, owner: str | None, digest: str | None = None) -> Call:
    """Read one resource, or one version of an action."""
    operation = _operation("read", kind, name)
    path = _path(kind, name, operation) + query_string(digest=digest)
    return Call(operation, "GET", path, headers=owned_by(owner, operation))


def update(kind: Kind, name: str, request: UpdateActionRequest | UpdateTriggerRequest, *, owner: str | None) -> Call:
    """Change what the request sets."""
    operation = _operation("update", kind, name)
    path = _path(kind, name, operation)
    return Call(operation, "PUT", path, Effect.EACH_TIME, owned_by(owner, operation), set_fields(request, operation))


def set_accessibility(name: str, request: SetActionAccessibilityRequest, *, owner: str | None) -> Call:
    """Publish an action or take it back."""
    operation = _operation("change accessibility of", Kind.ACTION, name)
    path = f"{_path(Kind.ACTION, name, operation)}/accessibility"
    return Call(operation, "PUT", path, Effect.EACH_TIME, owned_by(owner, operation), set_fields(request, operation))


def delete(kind: Kind, name: str, *, owner: str | None) -> Call:
    """Delete a resource."""
    operation = _operation("delete", kind, name)
    return Call(operation, "DELETE", _path(kind, name, operation), Effect.EACH_TIME, owned_by(owner, operation))


def query_actions(query: QuerySpecification, *, owner: str | None, accessibility: Accessibility) -> Call:
    """List one page of an organization's actions, or of the Action Hub."""
    if accessibility is Accessibility.ActionHub:
        return listing("list actions of the Action Hub", "v1/actions/query/actionhub", query, owner=owner)
    return listing("list actions", "v1/actions/query", query, owner=owner)


def query_triggers(query: QuerySpecification, *, owner: str | None) -> Call:
    """List one page of an organization's triggers."""
    return listing("list triggers", "v1/triggers/query", query, owner=owner)


def newer_triggers(*, owner: str | None) -> Call:
    """List every trigger of an organization in the newer shape."""
    operation = "list triggers of the newer shape"
    headers = (*owned_by(owner, operation), (HEADER_API_VERSION, NEWER_TRIGGERS))
    return Call(operation, "GET", "v1/triggers", headers=headers)


def _operation(verb: str, kind: Kind, name: str) -> str:
    return f'{verb} {kind.value.lower()} "{name}"'


def _path(kind: Kind, name: str, operation: str) -> str:
    return f"{_ROOTS[kind]}/{segment(name, operation)}"
