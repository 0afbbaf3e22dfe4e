"""A bad line to a server: what is written gets lost on the way there, or its answer on the way back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx


class Fate(Enum):
    """What becomes of a request that writes."""

    #: It arrives, and its answer does not.
    ANSWER_LOST = 1
    #: It does not arrive, and the server is said to be overloaded.
    OVERLOADED = 2
    #: It arrives, and the server says to have failed.
    FAILED = 3


class BadLine:
    """Hands requests on to a server; writes meet the fates in ``fates``, in order, and none when there are no more."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.url = ""
        self.fates: list[Fate] = []
        self.writes = 0


@contextmanager
def bad_line(server: str) -> Iterator[BadLine]:
    """Listen on a free port for the length of a ``with``."""
    line = BadLine(server)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(self._handed_on())

        def do_PUT(self) -> None:
            line.writes += 1
            fate = line.fates.pop(0) if line.fates else None
            if fate is Fate.OVERLOADED:
                self.rfile.read(int(self.headers["content-length"]))
                self._answer(httpx.Response(503))
                return
            answer = self._handed_on()
            if fate is not Fate.ANSWER_LOST:
                self._answer(httpx.Response(500) if fate is Fate.FAILED else answer)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

        def _handed_on(self) -> httpx.Response:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            return httpx.request(self.command, line.server + self.path, headers=dict(self.headers), content=body)

        def _answer(self, answer: httpx.Response) -> None:
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in {"content-length", "connection", "server", "date"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        line.url = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield line
        finally:
            listener.shutdown()
            thread.join()
