"""The application: operations by path, and the one way every request goes.

Recognise the caller, admit the call, read the body, run the function on a worker thread, encode its answer. Whatever
is refused on the way becomes an envelope.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.http.accounts import Accounts
from reconciler.embedded.http.calls import Call, Site
from reconciler.embedded.http.decoding import body_of, check_content_type, check_query, read_body
from reconciler.embedded.http.door import Door, version_of
from reconciler.embedded.http.encoding import encoded
from reconciler.embedded.http.object_store import METHODS, PATH, object_refusal, object_store
from reconciler.embedded.http.openapi import openapi_document
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.receiving import received
from reconciler.embedded.http.refusals import (
    INTERNAL,
    UNAVAILABLE,
    UNKNOWN_OPERATION,
    Refused,
    envelope,
    json_response,
    refusal,
)
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.http.staging import Received, Staging
from reconciler.embedded.http.table import OPERATIONS, REFUSED
from reconciler.embedded.http.welcome import welcome
from reconciler.embedded.http.witness import USER, Log, Witness
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest, PlatformError, PlatformUnavailable

Endpoint = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[PlatformError | Refused], Response]


def application(
    platform: EmbeddedPlatform, *, accounts: Accounts, seals: Seals | None = None, log: Log | None = None
) -> Starlette:
    """Return the application that serves this platform to these accounts, and to runs with a token of ``seals``.

    ``log`` takes a line for every request, and what is known of a bug that one met.
    """
    database = Path(platform.identity().endpoint)
    door = Door(platform, Site(accounts, Staging.beside(database), seals or Seals()))
    app = Starlette(
        routes=[
            Route("/", welcome),
            Route("/health", _health(platform, log)),
            Route("/openapi.json", _openapi),
            Route(f"{PATH}/{{bucket}}/{{key:path}}", _objects(platform, door.site, log), methods=METHODS),
            *_routes((*OPERATIONS, *REFUSED), door, log),
        ],
        middleware=[] if log is None else [Middleware(Witness, log=log)],
        exception_handlers={HTTPException: _no_such_operation},
    )
    app.router.redirect_slashes = False
    return app


def _routes(operations: Iterable[Operation], door: Door, log: Log | None) -> Iterable[Route]:
    for path, group in groupby(sorted(operations, key=_place), key=lambda each: each.path):
        here = tuple(group)
        methods = sorted({operation.method for operation in here})
        yield Route(path, _guarded(_endpoint(here, door), log), methods=methods)


def _place(operation: Operation) -> tuple[tuple[int, ...], str]:
    """Order paths so that the first one that fits is the right one: fixed segments before names in their place."""
    segments = operation.path.split("/")
    return tuple(0 if "{" not in each else 2 if ":path" in each else 1 for each in segments), operation.path


def _endpoint(operations: tuple[Operation, ...], door: Door) -> Endpoint:
    """Return what answers requests to one path."""
    linkable = any(operation.linkable for operation in operations)

    async def answer(request: Request) -> Response:
        check_query(request)
        account = door.know(request, linkable=linkable)
        setattr(request.state, USER, account.user_id)
        operation = _chosen(operations, request)
        call = door.admit(request, operation, account)
        if operation.signature.body is Received:
            async with received(request, door.site.staging) as file:
                return await run_in_threadpool(_answered, operation, call, request, file)
        if operation.signature.body is not None:
            check_content_type(request)
        content = await body_of(request)
        return await run_in_threadpool(_answered, operation, call, request, content)

    return answer


def _chosen(operations: tuple[Operation, ...], request: Request) -> Operation:
    """Return the operation that this method is in the client's API version."""
    version = version_of(request)
    method = "GET" if request.method == "HEAD" else request.method
    for operation in operations:
        if operation.method == method and operation.is_in(version):
            return operation
    raise InvalidRequest(
        f"there is no operation {method} {request.url.path} in API version {version or 'before 2025-07-14'}: "
        "the platform has it in another one, in another shape"
    )


def _answered(operation: Operation, call: Call, request: Request, content: bytes | Received) -> Response:
    signature = operation.signature
    arguments: dict[str, Any] = dict(request.path_params)
    arguments |= {each.name: each.read(request.query_params) for each in signature.query}
    if isinstance(content, Received):
        arguments["body"] = content
    elif signature.body is not None:
        arguments["body"] = read_body(signature.reader, content)
    return encoded(operation.answer(call, **arguments))


def _objects(platform: EmbeddedPlatform, site: Site, log: Log | None) -> Endpoint:
    return _guarded(object_store(platform, site), log, refuse=object_refusal)


def _guarded(answer: Endpoint, log: Log | None, *, refuse: Refuse = refusal) -> Endpoint:
    """Return an endpoint that turns whatever is refused, and what goes wrong, into an answer."""

    async def handle(request: Request) -> Response:
        try:
            return await answer(request)
        except (PlatformError, Refused) as error:
            return refuse(_outward(error, log))
        except Exception as bug:  # noqa: BLE001  the edge: a bug must become an answer, and leave what it was
            if log is not None:
                # Not its message, which may quote what the client sent, secrets included.
                log(f"bug: {type(bug).__name__}\n{''.join(traceback.format_tb(bug.__traceback__))}")
            return refuse(Refused(500, "the platform failed; its log says why", code=INTERNAL))

    return handle


def _outward(error: PlatformError | Refused, log: Log | None) -> PlatformError | Refused:
    """Return what clients are told; what failed here, and under which path, is for the log alone."""
    if not isinstance(error, PlatformUnavailable):
        return error
    if log is not None:
        # Operations quote names that clients chose: nobody else writes lines into the log.
        log(f"unavailable: {error.operation}: {error.message}".encode("unicode_escape").decode())
    return PlatformUnavailable(UNAVAILABLE)


def _health(platform: EmbeddedPlatform, log: Log | None) -> Endpoint:
    def look() -> None:
        platform.query_actions(QuerySpecification(limit=1))

    async def answer(request: Request) -> Response:
        await run_in_threadpool(look)
        return json_response({"status": "ok"})

    return _guarded(answer, log)


async def _openapi(request: Request) -> Response:
    return json_response(await run_in_threadpool(_document))


@cache
def _document() -> dict[str, Any]:
    return openapi_document(OPERATIONS)


async def _no_such_operation(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"there is no operation {request.method} {request.url.path}"
    return envelope(error.status_code, UNKNOWN_OPERATION, message, headers=error.headers)
