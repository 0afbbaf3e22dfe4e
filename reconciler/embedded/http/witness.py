"""The request log: one line a request, without bodies and without what looks secret in a query string."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.domain.secrets import names_a_secret

#: Takes one line of the log.
Log = Callable[[str], None]

#: Where the door leaves who called, in the scope's state.
USER: Final = "user_id"


class Witness:
    """Middleware that logs every request when its answer is out."""

    def __init__(self, app: ASGIApp, *, log: Log) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 0, time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._log(_line(scope, status=status, milliseconds=1000 * (time.perf_counter() - start)))


def _line(scope: Scope, *, status: int, milliseconds: float) -> str:
    state: dict[str, Any] = scope.get("state") or {}
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    user = quote(str(state.get(USER, "-")), safe="@.+-_")
    # As it came, percent signs and all: whoever calls writes no lines of their own into the log.
    path = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "backslashreplace")
    return f"{moment} {user} {scope['method']} {path}{_query(scope)} {status or '-'} {milliseconds:.0f}ms"


def _query(scope: Scope) -> str:
    text = scope["query_string"].decode("ascii", "backslashreplace")
    if not text:
        return ""
    shown = (
        f"{quote(name)}={'***' if names_a_secret(name) else quote(value)}"
        for name, value in parse_qsl(text, keep_blank_values=True)
    )
    return "?" + "&".join(shown)
