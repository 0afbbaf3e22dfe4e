"""``reconciler serve`` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx


def environment() -> dict[str, str]:
    """Return this environment without what configures the tool or sends requests elsewhere."""
    own = ("ROBOTO_", "RECONCILER_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(own) and not name.lower().endswith("_proxy")
    }


@dataclass(frozen=True)
class Server:
    """A server that runs; ``token`` is its local user's."""

    process: subprocess.Popen[str]
    first_line: str
    url: str
    token: str
    said: IO[str]

    def client(self) -> httpx.Client:
        """Return a client for the local user."""
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
            verify=False,
            timeout=30,
        )

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, wait for the end, and return the exit code and what was said on standard error."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.said.seek(0)
        return code, self.said.read()


def command(database: Path, *arguments: str) -> list[str]:
    """Return the command line that serves a database at a free port."""
    return [sys.executable, "-m", "reconciler", "serve", "--port", "0", "--database", str(database), *arguments]


@contextmanager
def serving(database: Path, *arguments: str) -> Iterator[Server]:
    """Serve a database until the end of the ``with``."""
    # A file takes as much of a log as there is; a pipe that nobody reads would hold the server up.
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(
            command(database, *arguments),
            stdout=subprocess.PIPE,
            stderr=said,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment(),
        ) as process,
    ):
        assert process.stdout is not None
        try:
            first_line = process.stdout.readline().strip()
            token_file = database.with_name(f"{database.name}.token")
            token = token_file.read_text().strip() if token_file.exists() else ""
            yield Server(process, first_line, first_line, token, said)
        finally:
            process.kill()


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``reconciler serve`` with what makes it end by itself, and return how it did."""
    line = [sys.executable, "-m", "reconciler", "serve", *arguments]
    return subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=60, check=False)
