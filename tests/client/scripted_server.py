"""A real HTTP server on loopback that answers what a test has written down, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer of the script; ``data`` goes into the envelope, ``body`` goes out as it is."""

    status: int = 200
    data: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Claim more bytes than are sent, and close.
    cut_off: bool = False
    #: Close with a reset before any byte.
    reset: bool = False
    #: Say nothing until the test is over.
    hang: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return json.dumps({"data": self.data}).encode() if self.body is None else self.body


def refusal(status: int, *, code: str = "", message: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer in the platform's error envelope."""
    envelope = {"error": {"error_code": code, "message": message}}
    return Answer(status=status, body=json.dumps(envelope).encode(), headers=headers or {})


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class ScriptedServer:
    """Answers from ``script`` in order, the last one for ever."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.connections = 0
        self.over = threading.Event()
        self._lock = threading.Lock()

    def answer_with(self, *answers: Answer) -> None:
        """Write the script."""
        self.script[:] = answers

    def next_answer(self, asked: Asked) -> Answer:
        """Remember the request and return what the script says."""
        with self._lock:
            self.asked.append(asked)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripted = ScriptedServer(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that give up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body would otherwise go out as two packets, the second waiting for the first one's acknowledgement.
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.scripted.connections += 1

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self._play(self.server.scripted.next_answer(asked))

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
        """Say nothing."""

    def _play(self, answer: Answer) -> None:
        if answer.hang:
            self.server.scripted.over.wait(10)
            self.close_connection = True
            return
        if answer.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.content) + (10 if answer.cut_off else 0)))
        self.end_headers()
        self.wfile.write(answer.content)
        self.close_connection = self.close_connection or answer.cut_off


@contextmanager
def serving() -> Iterator[ScriptedServer]:
    """Run a server for the length of a ``with`` block."""
    with _Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield listener.scripted
        finally:
            listener.scripted.over.set()
            listener.shutdown()
            thread.join()
