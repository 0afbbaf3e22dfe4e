"""Answers on their way out: what a function gives, in the envelope of its kind."""

from __future__ import annotations

from typing import Any

from starlette.responses import FileResponse, Response

from reconciler.domain.queries import Page
from reconciler.domain.whole_platform import Stream
from reconciler.embedded.http.calls import Answer, SentFile
from reconciler.embedded.http.refusals import json_response


def encoded(answer: Answer) -> Response:
    """Return the response to a request that went well."""
    if answer is None:
        return Response(status_code=204)
    if isinstance(answer, SentFile):
        # Whatever it is, no browser is to run it with the rights of this server's pages.
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(answer.path, filename=answer.name, media_type="application/octet-stream", headers=headers)
    return json_response({"data": _data(answer)})


def _data(answer: Answer) -> Any:
    match answer:
        case Page():
            return {"items": answer.items, "next_token": answer.next_token}
        case Stream():
            return {"items": answer.items, "last_read": answer.last_read, "has_next": answer.has_next}
        case _:
            return answer
