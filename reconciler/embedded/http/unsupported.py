"""Operations of the platform's that this one does not have: refused in words, where "not found" would mislead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.errors import InvalidRequest

_TERMS: Final = "this platform has no search for words: submit a structured query, or one in RoboQL"

_REFUSED: Final = (("POST", "/v1/query/submit/term", _TERMS),)


def _refusing(reason: str) -> Callable[..., Any]:
    def refuse(call: Call, **path: str) -> NoReturn:
        raise InvalidRequest(reason)

    return refuse


OPERATIONS: Final = tuple(Operation(method, path, _refusing(reason)) for method, path, reason in _REFUSED)
