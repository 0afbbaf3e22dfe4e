"""Actions over HTTP."""

from __future__ import annotations

from typing import Final

from reconciler.domain.actions import ActionRecord
from reconciler.domain.invocation_requests import CreateInvocationRequest
from reconciler.domain.invocations import InvocationRecord, InvocationSource
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import Accessibility
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.stored_page import StoredPage
from reconciler.errors import NotAllowed


def create_action(call: Call, body: CreateActionRequest) -> ActionRecord:
    """Create an action for the caller's organization."""
    return call.platform.create_action(body)


def get_action(call: Call, name: str, *, digest: str | None = None) -> ActionRecord:
    """Read an action, or the version that ``digest`` names."""
    return call.platform.get_action(name, digest=digest, owner=call.owner)


def update_action(call: Call, name: str, body: UpdateActionRequest) -> ActionRecord:
    """Make a new version of an action."""
    return call.platform.update_action(name, body, owner=call.owner)


def delete_action(call: Call, name: str) -> None:
    """Delete an action with all its versions."""
    call.platform.delete_action(name, owner=call.owner)


def set_action_accessibility(call: Call, name: str, body: SetActionAccessibilityRequest) -> ActionRecord:
    """Publish an action or take it back."""
    return call.platform.set_action_accessibility(name, body, owner=call.owner)


def query_actions(call: Call, body: QuerySpecification) -> StoredPage[ActionRecord]:
    """List actions of an organization."""
    return call.platform.stored_actions(body, owner=call.owner)


def query_action_hub(call: Call, body: QuerySpecification) -> StoredPage[ActionRecord]:
    """List published actions."""
    return call.platform.stored_actions(body, owner=call.owner, accessibility=Accessibility.ActionHub)


def invoke_action(
    call: Call, name: str, body: CreateInvocationRequest, *, digest: str | None = None
) -> InvocationRecord:
    """Queue a run of an action for the caller's organization."""
    _check_own_name(call, body)
    return call.platform.invoke_action(name, body, digest=digest, owner=call.owner)


def _check_own_name(call: Call, body: CreateInvocationRequest) -> None:
    """Let those who may not write invoke in their own name only: a run may do what whoever started it may.

    Raises:
        NotAllowed: They speak for a trigger or for another user.
    """
    if call.account.access is Access.WRITE:
        return
    in_own_name = body.invocation_source_id in {None, "", call.account.user_id}
    if body.invocation_source is InvocationSource.Trigger or not in_own_name:
        raise NotAllowed(f"{call.account.user_id} may invoke in its own name only")


OPERATIONS: Final = (
    Operation("POST", "/v1/actions", create_action, Access.WRITE, creates=True),
    Operation("POST", "/v1/actions/query", query_actions),
    Operation("POST", "/v1/actions/query/actionhub", query_action_hub),
    Operation("GET", "/v1/actions/{name}", get_action),
    Operation("PUT", "/v1/actions/{name}", update_action, Access.WRITE),
    Operation("DELETE", "/v1/actions/{name}", delete_action, Access.WRITE),
    Operation("PUT", "/v1/actions/{name}/accessibility", set_action_accessibility, Access.WRITE),
    Operation("POST", "/v1/actions/{name}/invoke", invoke_action, Access.INVOKE, creates=True),
)
