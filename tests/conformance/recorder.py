"""What clients send: requests for the same use, recorded one after the other by a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final, NamedTuple

from tests.client.scripted_server import Answer, Asked, ScriptedServer, serving
from tests.conformance.environments import ROOT, Environment

#: What the HTTP libraries say of themselves and of the connection.
_OF_THE_LIBRARY: Final = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}


class Request(NamedTuple):
    """One request, as far as two clients have to agree on it.

    ``headers`` are without those that say who asks: of ``requester`` the schema is kept, and ``version`` stands apart.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    requester: list[str]
    version: str

    @classmethod
    def of(cls, asked: Asked) -> Request:
        """Return what was asked, without what HTTP libraries may do as they like."""
        headers = {name: text for name, text in asked.headers.items() if name not in _OF_THE_LIBRARY}
        requester = json.loads(headers.pop("x-roboto-requester"))
        version = headers.pop("x-roboto-api-version")
        schema = [requester["schema_version"], *sorted(requester)]
        return cls(asked.method, asked.path, headers, asked.json if asked.body else None, schema, version)


@dataclass(frozen=True)
class Recorder:
    """The official client, which sends what it is asked for by title, and the server that remembers."""

    server: ScriptedServer
    questions: IO[str]
    answers: IO[str]

    def official(self, title: str, *answers: Any) -> list[Request]:
        """Return what the official client sends when it is answered so, the last answer for ever."""
        return self._sent(lambda: self._ask(title), *answers)

    def ours(self, use: Callable[[], object], *answers: Any) -> list[Request]:
        """Return what ours sends."""
        return self._sent(use, *answers)

    def _ask(self, title: str) -> None:
        self.questions.write(json.dumps(title) + "\n")
        self.questions.flush()
        broken_off = json.loads(self.answers.readline())
        assert not broken_off, broken_off

    def _sent(self, use: Callable[[], object], *answers: Any) -> list[Request]:
        self.server.answer_with(*(Answer(data=data) for data in answers))
        self.server.asked.clear()
        use()
        return [Request.of(asked) for asked in self.server.asked]


@contextmanager
def recording(official: Environment, *, token: str) -> Iterator[Recorder]:
    """Give the recorder of one environment; the official client takes all it needs from the environment."""
    with serving() as server:
        environ = {**os.environ, "ROBOTO_API_KEY": token, "ROBOTO_SERVICE_ENDPOINT": server.endpoint}
        command = [str(official.python), "-m", "tests.conformance.drivers.requests"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            yield Recorder(server, process.stdin, process.stdout)
            process.stdin.close()
