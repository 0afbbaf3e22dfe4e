"""A server that is killed at any moment has lost nothing of what it said was done."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import httpx

KILLS: Final = 50
WRITERS: Final = 4
#: A server is killed after at most so many answers, while the other writers wait for theirs.
ANSWERS: Final = 24

#: Forks processes off one that has everything imported: starting Python fifty times takes longer than all the rest.
FORKING: Final = multiprocessing.get_context("forkserver")


def serve(database: Path, stdout: Connection) -> None:
    """Be ``reconciler serve``."""
    from reconciler.cli.main import main

    os.dup2(stdout.fileno(), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.argv = ["reconciler", "serve", "--port", "0", "--database", str(database)]
    main()


@dataclass
class Acknowledged:
    """What the server said was done, and how often; counted by many threads."""

    actions: set[str] = field(default_factory=set)
    datasets: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    answers: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, into: set[str], name: str) -> int:
        """Remember one answer, and return how many there were."""
        with self.lock:
            into.add(name)
            self.answers += 1
            return self.answers


@dataclass(frozen=True)
class Victim:
    """A server that is to be killed."""

    pid: int
    url: str
    token: str

    def client(self) -> httpx.Client:
        """Return a client of its own."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=False, timeout=30)

    def kill(self) -> None:
        """Leave it no time for anything."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def started(database: Path) -> Iterator[Victim]:
    """Start a server; in the end it is dead."""
    here, there = FORKING.Pipe()
    process = FORKING.Process(target=serve, args=(database, there))
    process.start()
    there.close()
    try:
        url = os.read(here.fileno(), 1000).decode().split()[0]
        assert process.pid is not None
        yield Victim(process.pid, url, database.with_name(f"{database.name}.token").read_text().strip())
    finally:
        process.kill()
        process.join()
        here.close()


def write_until_killed(victim: Victim, done: Acknowledged, *, writer: str, kill_after: int) -> None:
    """Write as long as there are answers, and kill the server after one of them."""
    number = 0
    with victim.client() as client:
        while True:
            number += 1
            name = f"{writer}-{number}"
            try:
                answers = written(client, done, name, kind=number % 3)
            except httpx.TransportError:
                return
            if answers == kill_after:
                victim.kill()


def written(client: httpx.Client, done: Acknowledged, name: str, *, kind: int) -> int:
    """Make one write, remember it once it is acknowledged, and return how many there were."""
    match kind:
        case 0:
            response, into = client.post("/v1/actions", json={"name": name, "uri": "img:1"}), done.actions
        case 1:
            response, into = client.post("/v1/datasets", json={"name": name}), done.datasets
        case _:
            body = {"metadata_changeset": {"put_fields": {name: 1}}}
            response, into = client.put("/v1/actions/shared", json=body), done.fields
    assert response.status_code == 200, response.text
    return done.note(into, name)


def check(victim: Victim, done: Acknowledged) -> None:
    """See that everything acknowledged is there."""
    with victim.client() as client:
        shared = client.get("/v1/actions/shared").json()["data"]
        assert dict.fromkeys(done.fields, 1).items() <= shared["metadata"].items()
        assert done.actions <= listed(client, "actions")
        assert done.datasets <= listed(client, "datasets")


def listed(client: httpx.Client, kind: str) -> set[str]:
    """Return the names of all records of a kind."""
    names: set[str] = set()
    token: str | None = None
    while True:
        page = client.post(f"/v1/{kind}/query", json={"limit": 1000, "after": token}).json()["data"]
        names |= {record["name"] for record in page["items"]}
        token = page["next_token"]
        if token is None:
            return names


def test_no_acknowledged_write_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """Killed fifty times in the middle of writes, it comes back each time with all it had acknowledged until then."""
    FORKING.set_forkserver_preload(["reconciler.cli.main", "reconciler.cli.serve", "reconciler.serving.server"])
    database, moments, done = tmp_path / "platform.db", random.Random(7), Acknowledged()
    with started(database) as first, first.client() as client:
        client.post("/v1/actions", json={"name": "shared", "uri": "img:1"})

    for kill in range(KILLS):
        done.answers, kill_after = 0, moments.randint(1, ANSWERS)
        with started(database) as victim, ThreadPoolExecutor(WRITERS) as pool:
            check(victim, done)
            writers = [f"w{kill}-{writer}" for writer in range(WRITERS)]
            for write in [
                pool.submit(write_until_killed, victim, done, writer=writer, kill_after=kill_after)
                for writer in writers
            ]:
                write.result()

    with started(database) as last:
        check(last, done)
    assert len(done.actions) + len(done.datasets) + len(done.fields) >= KILLS
