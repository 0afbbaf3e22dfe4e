"""Answers on their way out: what a function gives, in the envelope of its kind."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import FileResponse, Response

from reconciler.domain.queries import Page
from reconciler.domain.whole_platform import Stream
from reconciler.embedded.http.calls import Answer, SentFile
from reconciler.embedded.http.refusals import json_response
from reconciler.embedded.stored_page import StoredPage


def encoded(answer: Answer) -> Response:
    """Return the response to a request that went well."""
    if answer is None:
        return Response(status_code=204)
    if isinstance(answer, SentFile):
        # Whatever it is, no browser is to run it with the rights of this server's pages.
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(answer.path, filename=answer.name, media_type="application/octet-stream", headers=headers)
    if isinstance(answer, StoredPage):
        return Response(_as_stored(answer), media_type="application/json")
    return json_response({"data": _data(answer)})


def _as_stored(page: StoredPage[Any]) -> str:
    """Return what :func:`json_response` would give for the page's records."""
    return f'{{"data":{{"items":[{",".join(page.documents)}],"next_token":{json.dumps(page.next_token)}}}}}'


def _data(answer: Answer) -> Any:
    match answer:
        case Page():
            return {"items": answer.items, "next_token": answer.next_token}
        case Stream():
            return {"items": answer.items, "last_read": answer.last_read, "has_next": answer.has_next}
        case _:
            return answer
