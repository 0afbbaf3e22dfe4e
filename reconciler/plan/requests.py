"""Requests as JSON and back: what will be sent, readable by people and by a later run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from reconciler.domain.notset import NotSetType
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.values import WireModel
from reconciler.plan.masking import concealed, holds_secret, plain
from reconciler.plan.model import (
    CreateAction,
    CreateTrigger,
    DeleteAction,
    DeleteTrigger,
    Request,
    SetAccessibility,
    UpdateAction,
    UpdateTrigger,
)
from reconciler.plan.shapes import in_order


def request_json(request: Request, *, sensitive: frozenset[str], reveal: bool) -> dict[str, Any]:
    """Return a request with method, path and body; ``masked`` says that a mask stands for a secret in the body."""
    operation, method, path = endpoint_of(request)
    document: dict[str, Any] = {"operation": operation, "method": method, "path": path, "body": None}
    body = body_of(request, sensitive=sensitive)
    if body is not None:
        document["body"] = plain(in_order(body), reveal=reveal)
    if not reveal and holds_secret(body):
        document["masked"] = True
    return document


def members_of(request: Request) -> dict[str, Any] | None:
    """Return the members of the body that will be sent, by name in order, as values; None for a request without one."""
    if isinstance(request, DeleteAction | DeleteTrigger):
        return None
    body: WireModel = request.body
    members = {name: getattr(body, name) for name in sorted(body.model_fields_set)}
    return {name: value for name, value in members.items() if not isinstance(value, NotSetType)}


def body_of(request: Request, *, sensitive: frozenset[str]) -> dict[str, Any] | None:
    """Return the body that will be sent with its secrets wrapped; None for a request without one."""
    if isinstance(request, DeleteAction | DeleteTrigger):
        return None
    body: WireModel = request.body
    return concealed(body.to_wire(), sensitive=sensitive)


def request_of(document: Mapping[str, Any], *, name: str) -> Request:
    """Read the request to the resource of this name from its JSON.

    Raises:
        ValueError: There is no such operation, or its body does not fit.
    """
    body = document["body"]
    match document["operation"]:
        case "create_action":
            return CreateAction(CreateActionRequest.model_validate(body))
        case "update_action":
            return UpdateAction(name, UpdateActionRequest.model_validate(body))
        case "set_action_accessibility":
            return SetAccessibility(name, SetActionAccessibilityRequest.model_validate(body))
        case "delete_action":
            return DeleteAction(name)
        case "create_trigger":
            return CreateTrigger(CreateTriggerRequest.model_validate(body))
        case "update_trigger":
            return UpdateTrigger(name, UpdateTriggerRequest.model_validate(body))
        case "delete_trigger":
            return DeleteTrigger(name)
        case unknown:
            raise ValueError(f"there is no operation {unknown!r}")


def endpoint_of(request: Request) -> tuple[str, str, str]:
    """Return operation, method and path of a request."""
    match request:
        case CreateAction():
            return "create_action", "POST", "v1/actions"
        case UpdateAction(name=name):
            return "update_action", "PUT", f"v1/actions/{name}"
        case SetAccessibility(name=name):
            return "set_action_accessibility", "PUT", f"v1/actions/{name}/accessibility"
        case DeleteAction(name=name):
            return "delete_action", "DELETE", f"v1/actions/{name}"
        case CreateTrigger():
            return "create_trigger", "POST", "v1/triggers"
        case UpdateTrigger(name=name):
            return "update_trigger", "PUT", f"v1/triggers/{name}"
        case DeleteTrigger(name=name):
            return "delete_trigger", "DELETE", f"v1/triggers/{name}"
        case _:
            assert_never(request)
