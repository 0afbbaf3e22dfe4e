"""Bodies of requests: bounded, of the right kind, and read into models with every problem named."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request

from reconciler.embedded.http.refusals import Refused
from reconciler.errors import InvalidRequest

#: Bytes of a request body; the largest definition anybody wrote is a thousandth of it.
BODY_LIMIT: Final = 4 * 1024 * 1024

#: Bytes of a query string; the longest page token has a third of it.
QUERY_LIMIT: Final = 16 * 1024


def check_query(request: Request) -> None:
    """Refuse a query string beyond measure.

    Raises:
        Refused: It is too long.
    """
    if len(request.scope["query_string"]) > QUERY_LIMIT:
        raise Refused(414, f"the query string is longer than {QUERY_LIMIT} bytes")


async def body_of(request: Request) -> bytes:
    """Return the body.

    Raises:
        Refused: It is larger than :data:`BODY_LIMIT`.
        InvalidRequest: The client left before its end.
    """
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Refused(413, f"the body is larger than {BODY_LIMIT} bytes")
            chunks.append(chunk)
    except ClientDisconnect:
        raise InvalidRequest("the request ended before its body did") from None
    return b"".join(chunks)


def check_content_type(request: Request) -> None:
    """Refuse a body that says it is no JSON; one that says nothing is taken for JSON.

    Raises:
        Refused: The body says it is something else.
    """
    kind, _, parameters = request.headers.get("Content-Type", "application/json").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip('" ') or "utf-8"
    if kind.strip() != "application/json" or charset not in ("utf-8", "utf8"):
        raise Refused(415, "send a body of JSON in UTF-8 with Content-Type: application/json")


def read_body(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """Read a body of JSON.

    Raises:
        InvalidRequest: It is not JSON, or not such a request; the message names what is wrong.
    """
    try:
        return adapter.validate_json(body, strict=True)
    except ValidationError as error:
        raise InvalidRequest(_told(problems_of(error))) from error


#: Problems that one message names; a body can have hundreds of thousands.
PROBLEMS_TOLD: Final = 20


def _told(problems: list[str]) -> str:
    more = len(problems) - PROBLEMS_TOLD
    return "; ".join(problems[:PROBLEMS_TOLD]) + (f"; and {more:,} more" if more > 0 else "")


def problems_of(error: ValidationError) -> list[str]:
    """Return what is wrong, without the input, which may hold secrets."""
    problems = [
        f"{_place(problem['loc'])}{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
        if problem["type"] not in _BRANCHES_OF_NOT_SET
    ]
    return list(dict.fromkeys(problems)) or ["this is not such a request"]


#: The branch for NotSet, which no JSON value takes.
_BRANCHES_OF_NOT_SET: Final = frozenset({"needs_python_object", "is_instance_of"})


def _place(location: tuple[int | str, ...]) -> str:
    # Steps such as "list[str]" and "ActionReference" are branches of a union and not places in the body.
    steps = [str(step) for step in location if isinstance(step, int) or (step.isidentifier() and not _is_branch(step))]
    return ".".join(steps) + ": " if steps else ""


def _is_branch(step: str) -> bool:
    # Fields are written in small letters, but for one; models and the types of Python are what else a step can be.
    return step in _TYPES or (step[:1].isupper() and step.isidentifier())


_TYPES: Final = frozenset({"str", "int", "bool", "float", "decimal", "datetime", "dict", "list"})
