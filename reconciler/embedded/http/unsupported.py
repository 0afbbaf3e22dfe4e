"""Operations of the platform's that this one does not have: refused in words, where "not found" would mislead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.operations import Operation
from reconciler.errors import InvalidRequest

_UPLOADS: Final = (
    "this platform has no object store: import files by reference (POST v1/files/import), "
    "or send their bytes here (POST v1/datasets/{id}/uploads, see /openapi.json)"
)
_TERMS: Final = "this platform has no search for words: submit a structured query, or one in RoboQL"

_REFUSED: Final = (
    ("POST", "/v2/datasets/{id}/batch_uploads", _UPLOADS),
    ("PUT", "/v2/datasets/{id}/batch_uploads/{transaction_id}/progress", _UPLOADS),
    ("PUT", "/v2/datasets/{id}/batch_uploads/{transaction_id}/complete", _UPLOADS),
    ("GET", "/v1/datasets/id/{id}/credentials", _UPLOADS),
    ("POST", "/v1/files/upload", _UPLOADS),
    ("POST", "/v1/files/upload/{rest:path}", _UPLOADS),
    ("PUT", "/v1/files/upload/{rest:path}", _UPLOADS),
    ("POST", "/v1/query/submit/term", _TERMS),
)


def _refusing(reason: str) -> Callable[..., Any]:
    def refuse(call: Call, **path: str) -> NoReturn:
        raise InvalidRequest(reason)

    return refuse


OPERATIONS: Final = tuple(Operation(method, path, _refusing(reason)) for method, path, reason in _REFUSED)
