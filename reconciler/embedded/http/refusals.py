"""Errors on their way out: the envelope that the platform's clients read, and the refusals that only HTTP knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import to_json
from starlette.responses import Response

from reconciler.domain.wire import STATUS, error_code
from reconciler.errors import InvalidRequest, NotAuthenticated, PlatformError

INVALID_REQUEST: Final = error_code(InvalidRequest)
UNKNOWN_OPERATION: Final = "RobotoUnknownOperationException"
NO_ORG_PROVIDED: Final = "RobotoNoOrgProvidedException"
INTERNAL: Final = "RobotoInternalException"

#: What clients hear when the database or the disk fails.
UNAVAILABLE: Final = "the platform cannot read or write what it keeps; its log says why"


#: Characters of a message; what it quotes of a request may be of any length.
MESSAGE_LIMIT: Final = 2_000


class Refused(Exception):
    """A refusal that only HTTP knows, with the status and code it travels with."""

    def __init__(
        self, status: int, message: str, *, code: str = INVALID_REQUEST, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


def refusal(error: PlatformError | Refused) -> Response:
    """Return the answer that an error travels in."""
    if isinstance(error, Refused):
        return envelope(error.status, error.code, str(error), headers=error.headers)
    kind = type(error)
    text = f"{error.message}; {error.hint}" if error.hint else error.message
    headers = {"WWW-Authenticate": "Bearer"} if kind is NotAuthenticated else None
    return envelope(STATUS[kind], error_code(kind), text, headers=headers)


def envelope(status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error; nothing else may stand in it, for the official client makes keyword arguments of it."""
    # Half a surrogate pair, which a client may have sent and a message quotes, is no character of any encoding.
    text = message.encode(errors="replace").decode()
    if len(text) > MESSAGE_LIMIT:
        text = f"{text[: MESSAGE_LIMIT - 1]}…"
    return json_response({"error": {"error_code": code, "message": text}}, status=status, headers=headers)


def json_response(body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer of JSON."""
    return Response(to_json(body), status_code=status, headers=headers, media_type="application/json")
