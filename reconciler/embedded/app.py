"""The embedded platform over HTTP: the port's methods on the platform's own routes. Needs the ``serve`` extra.

A route is a line in ``OPERATIONS`` and a small function from a :class:`Call` to the answer's data. Reading requests,
finding the caller, encoding answers and errors happen once, for all of them. Functions run on worker threads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.domain.actions import ActionRecord
from reconciler.domain.platform import Platform
from reconciler.domain.queries import Page, QuerySpecification
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import Accessibility
from reconciler.domain.wire import HEADER_API_VERSION, HEADER_CALLER_ORG, HEADER_OWNER_ORG, STATUS, error_code
from reconciler.embedded.access import Caller
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest, NotAuthenticated, PlatformError

#: Bytes of a request body; the largest definition anybody wrote is a thousandth of it.
BODY_LIMIT: Final = 4 * 1024 * 1024

#: From this API version on the platform speaks of triggers in another shape.
NEW_TRIGGERS_VERSION: Final = "2026-08-27"

UNKNOWN_OPERATION: Final = "RobotoUnknownOperationException"
NO_ORG_PROVIDED: Final = "RobotoNoOrgProvidedException"
INTERNAL: Final = "RobotoInternalException"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its caller found and its headers read."""

    platform: Platform
    caller: Caller
    owner: str | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The resource's name in the path."""
        return self.path["name"]

    def argument(self, name: str) -> str | None:
        """Return a query argument; the official client writes ``None`` for "not given"."""
        return _given(self.query.get(name))

    def body_as(self, model: type[Model]) -> Model:
        """Read the body.

        Raises:
            InvalidRequest: It is not JSON, or not such a request; the message names every problem.
        """
        try:
            return model.model_validate_json(self.body, strict=True)
        except ValidationError as error:
            raise InvalidRequest("; ".join(_problems(error))) from error


Answer = BaseModel | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method on a path does. ``creates``: the organization must be beyond doubt."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    creates: bool = False


def create_action(call: Call) -> ActionRecord:
    """Create an action for the caller's organization."""
    return call.platform.create_action(call.body_as(CreateActionRequest))


def get_action(call: Call) -> ActionRecord:
    """Read an action, or the version that ``?digest`` names."""
    return call.platform.get_action(call.name, digest=call.argument("digest"), owner=call.owner)


def update_action(call: Call) -> ActionRecord:
    """Make a new version of an action."""
    return call.platform.update_action(call.name, call.body_as(UpdateActionRequest), owner=call.owner)


def delete_action(call: Call) -> None:
    """Delete an action with all its versions."""
    call.platform.delete_action(call.name, owner=call.owner)


def set_action_accessibility(call: Call) -> ActionRecord:
    """Publish an action or take it back."""
    request = call.body_as(SetActionAccessibilityRequest)
    return call.platform.set_action_accessibility(call.name, request, owner=call.owner)


def query_actions(call: Call) -> Answer:
    """List actions of an organization."""
    return _paged(call.platform.query_actions(call.body_as(QuerySpecification), owner=call.owner))


def query_action_hub(call: Call) -> Answer:
    """List published actions."""
    query = call.body_as(QuerySpecification)
    return _paged(call.platform.query_actions(query, owner=call.owner, accessibility=Accessibility.ActionHub))


def create_trigger(call: Call) -> TriggerRecord:
    """Create a trigger for the caller's organization."""
    return call.platform.create_trigger(call.body_as(CreateTriggerRequest))


def get_trigger(call: Call) -> TriggerRecord:
    """Read a trigger."""
    return call.platform.get_trigger(call.name, owner=call.owner)


def update_trigger(call: Call) -> TriggerRecord:
    """Change a trigger."""
    return call.platform.update_trigger(call.name, call.body_as(UpdateTriggerRequest), owner=call.owner)


def delete_trigger(call: Call) -> None:
    """Delete a trigger."""
    call.platform.delete_trigger(call.name, owner=call.owner)


def query_triggers(call: Call) -> Answer:
    """List triggers of an organization."""
    return _paged(call.platform.query_triggers(call.body_as(QuerySpecification), owner=call.owner))


def list_organizations(call: Call) -> Answer:
    """List the organizations the caller is a member of."""
    return [_organization(org_id) for org_id in sorted(call.caller.organizations)]


def _organization(org_id: str) -> Mapping[str, Any]:
    # An embedded organization is no more than its name; the rest is what the official client's record requires.
    return {"org_id": org_id, "name": org_id, "tier": "free", "status": "active", "created": "1970-01-01T00:00:00Z"}


#: Fixed paths stand before those with a name in their place.
OPERATIONS: Final = (
    Operation("POST", "/v1/actions", create_action, creates=True),
    Operation("POST", "/v1/actions/query", query_actions),
    Operation("POST", "/v1/actions/query/actionhub", query_action_hub),
    Operation("GET", "/v1/actions/{name}", get_action),
    Operation("PUT", "/v1/actions/{name}", update_action),
    Operation("DELETE", "/v1/actions/{name}", delete_action),
    Operation("PUT", "/v1/actions/{name}/accessibility", set_action_accessibility),
    Operation("POST", "/v1/triggers", create_trigger, creates=True),
    Operation("POST", "/v1/triggers/query", query_triggers),
    Operation("GET", "/v1/triggers/{name}", get_trigger),
    Operation("PUT", "/v1/triggers/{name}", update_trigger),
    Operation("DELETE", "/v1/triggers/{name}", delete_trigger),
    Operation("GET", "/v1/orgs/caller", list_organizations),
)


def build_app(platform: EmbeddedPlatform, *, tokens: Mapping[str, Caller] | None) -> Starlette:
    """Return the application that serves this platform.

    ``tokens`` says who each bearer token is; None lets everybody in as the platform's own caller.
    """
    callers = None if tokens is None else {_fingerprint(token): caller for token, caller in tokens.items()}
    door = _Door(platform, callers)
    app = Starlette(
        routes=[
            Route("/health", _health),
            *(Route(op.path, _endpoint(op, door), methods=[op.method]) for op in OPERATIONS),
        ],
        exception_handlers={
            PlatformError: _platform_error,
            _Refused: _refused,
            HTTPException: _no_such_operation,
            Exception: _bug,
        },
    )
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, slots=True)
class _Door:
    """Lets callers in: tokens are kept and looked up as hashes, which neither print nor time gives away."""

    platform: EmbeddedPlatform
    callers: Mapping[bytes, Caller] | None

    def admit(self, request: Request, operation: Operation) -> Caller:
        """Return who calls, working for the organization the request names."""
        caller = self._known(request.headers.get("Authorization", ""))
        org_id = _header(request, HEADER_CALLER_ORG, "robotoOrgId")
        if org_id is not None:
            return caller.acting_for(org_id)
        if operation.creates and caller.other_orgs:
            message = f"did not provide a org for single-org operation: name one in {HEADER_CALLER_ORG}"
            raise _Refused(400, NO_ORG_PROVIDED, message)
        return caller

    def _known(self, authorization: str) -> Caller:
        if self.callers is None:
            return self.platform.caller
        scheme, _, token = authorization.partition(" ")
        caller = self.callers.get(_fingerprint(token.strip()))
        if scheme.lower() != "bearer" or caller is None:
            raise NotAuthenticated("send Authorization: Bearer with a token this platform knows")
        return caller


def _endpoint(operation: Operation, door: _Door) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        caller = door.admit(request, operation)
        _check_version(request)
        call = Call(
            platform=door.platform.as_caller(caller),
            caller=caller,
            owner=_header(request, HEADER_OWNER_ORG, "robotoResourceOwnerId"),
            path=request.path_params,
            query=request.query_params,
            body=await _body(request),
        )
        return await run_in_threadpool(lambda: _encoded(operation.answer(call)))

    return handle


def _check_version(request: Request) -> None:
    version = request.headers.get(HEADER_API_VERSION, "")
    if version >= NEW_TRIGGERS_VERSION and request.url.path.startswith("/v1/triggers"):
        raise InvalidRequest(
            f"triggers are served in the shape before {NEW_TRIGGERS_VERSION}; "
            f"send an older {HEADER_API_VERSION} than {version[:20]!r}"
        )


async def _body(request: Request) -> bytes:
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise _Refused(413, error_code(InvalidRequest), f"the body is larger than {BODY_LIMIT} bytes")
            chunks.append(chunk)
    except ClientDisconnect:
        raise InvalidRequest("the request ended before its body did") from None
    return b"".join(chunks)


def _problems(error: ValidationError) -> list[str]:
    """Return what is wrong, without the input, which may hold secrets."""
    problems = [
        f"{_place(problem['loc'])}{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
        if problem["type"] != "needs_python_object"  # the branch for NotSet, which no JSON value takes
    ]
    return list(dict.fromkeys(problems))


def _place(location: tuple[int | str, ...]) -> str:
    # Steps such as "list[str]" and "ActionReference" are branches of a union and not places in the body.
    steps = [str(step) for step in location if isinstance(step, int) or (step.isidentifier() and step not in _BRANCHES)]
    return ".".join(steps) + ": " if steps else ""


_BRANCHES: Final = frozenset(
    {"str", "int", "bool", "float", "decimal", "datetime", "Condition", "ConditionGroup", "ActionReference"}
    | {"ComputeRequirements", "ContainerParameters", "MetadataChangeset", "ActionParameterChangeset"}
)


def _header(request: Request, name: str, twin: str) -> str | None:
    return _given(request.headers.get(name) or request.query_params.get(twin))


def _given(text: str | None) -> str | None:
    return None if text in (None, "", "None") else text


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _paged(page: Page[Any]) -> Answer:
    return {"items": page.items, "next_token": page.next_token}


def _encoded(data: Answer) -> Response:
    if data is None:
        return Response(status_code=204)
    return _json({"data": data}, status=200)


def _json(body: Mapping[str, Any], *, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(to_json(body), status_code=status, headers=headers, media_type="application/json")


async def _health(request: Request) -> Response:
    return _json({"status": "ok"}, status=200)


class _Refused(Exception):
    """A refusal that only HTTP knows, with the status and code it travels with."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def _error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    # Nothing else may stand in there: the official client makes keyword arguments of it.
    return _json({"error": {"error_code": code, "message": message}}, status=status, headers=headers)


async def _platform_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlatformError)
    kind = type(error)
    text = f"{error.message}; {error.hint}" if error.hint else error.message
    headers = {"WWW-Authenticate": "Bearer"} if kind is NotAuthenticated else None
    return _error(STATUS[kind], error_code(kind), text, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, _Refused)
    return _error(error.status, error.code, str(error))


async def _no_such_operation(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"there is no operation {request.method} {request.url.path}"
    return _error(error.status_code, UNKNOWN_OPERATION, message, error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    return _error(500, INTERNAL, "the platform failed; its log says why")
