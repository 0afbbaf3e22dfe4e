"""A forge on loopback that keeps what it is told: the part that GitHub's and GitLab's endpoints have in common."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "ghs_5up3r53cr3t"
BOT: Final = "robot[bot]"


@dataclass(frozen=True)
class Answer:
    """An answer; a ``content`` of bytes goes out as it is, anything else as JSON."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Do what was asked, and close without a word.
    lost: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any


#: A route: method, pattern of the path, and what answers it with the groups of the pattern.
Route = tuple[str, str, Callable[..., Answer]]


class FakeForge:
    """The state of one repository, and the requests that were made of it.

    ``answers`` are given before anything else, to whoever asks next; one with ``lost`` lets the request do its work.
    ``meanwhile`` runs once, right before the next thing is added: what another run does at the same time.
    """

    page_size: ClassVar[int] = 2

    def __init__(self) -> None:
        self.url = ""
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self.meanwhile: Callable[[], None] | None = None
        self.number = 100
        self.lock = threading.RLock()

    def routes(self) -> list[Route]:
        """Return what this forge answers."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """Do what was asked."""
        with self.lock:
            self.asked.append(asked)
            planned = self.answers.pop(0) if self.answers else None
            if planned is not None and not planned.lost:
                return planned
            done = self._routed(asked)
            return planned or done

    def _routed(self, asked: Asked) -> Answer:
        for method, pattern, respond in self.routes():
            if method == asked.method and (found := re.fullmatch(pattern, asked.path)):
                return respond(asked, *found.groups())
        return Answer(404, {"message": "Not Found"})

    def next_number(self) -> int:
        """Return a number that nothing has yet."""
        self.number += 1
        return self.number

    def add(self, entries: list[dict[str, Any]], made: Callable[[], dict[str, Any]]) -> Answer:
        """Keep a new entry, after whatever happens meanwhile."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        entry = made()
        entries.append(entry)
        return Answer(201, entry)

    def page(self, asked: Asked, entries: list[Any], *, wrap: str = "") -> Answer:
        """Return a page of entries, and where the next one is."""
        number = int(asked.query.get("page", "1"))
        start = (number - 1) * self.page_size
        content = entries[start : start + self.page_size]
        headers = {}
        if start + self.page_size < len(entries):
            query = "&".join(f"{name}={value}" for name, value in {**asked.query, "page": number + 1}.items())
            headers["Link"] = f'<{self.url}{asked.path}?{query}>; rel="next", <{self.url}/>; rel="first"'
        return Answer(200, {wrap: content} if wrap else content, headers)

    def sent(self, *methods: str) -> list[tuple[str, str]]:
        """Return method and path of the requests of these methods."""
        return [(each.method, each.path) for each in self.asked if each.method in methods]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, forge: FakeForge) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forge = forge
        forge.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections that break are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, query, headers, json.loads(content) if content else None)
        self._play(self.server.forge.answer(asked))

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
        """Say nothing."""

    def _play(self, answer: Answer) -> None:
        if answer.lost:
            self.close_connection = True
            return
        content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(content)


@contextmanager
def serving(forge: FakeForge) -> Iterator[None]:
    """Serve a forge for the length of a ``with`` block."""
    with _Listener(forge) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown()
            thread.join()
