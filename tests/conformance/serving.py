"""``reconciler serve``, as a process of its own, with two organizations."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.environments import ROOT

_TOKENS: Final = {"ours": "token-of-ann-0001", "theirs": "token-of-bob-0001", "unknown": "token-of-nobody-1"}

_CONFIG: Final = f"""\
organizations:
  - {{id: og_ours, name: Ours}}
  - {{id: og_theirs, name: Theirs}}
users:
  - id: ann@ours.example
    organizations: [og_ours]
    tokens: [{{token: {_TOKENS["ours"]}}}]
  - id: bob@theirs.example
    organizations: [og_theirs]
    tokens: [{{token: {_TOKENS["theirs"]}}}]
"""


@dataclass(frozen=True)
class Served:
    """A platform that answers at ``endpoint``, to a member of our organization and one of another."""

    endpoint: str
    ours: str = _TOKENS["ours"]
    theirs: str = _TOKENS["theirs"]
    unknown: str = _TOKENS["unknown"]


@contextmanager
def serving(folder: Path, *, executor: str) -> Iterator[Served]:
    """Serve a new platform, kept in ``folder``, for the length of a ``with``."""
    config = folder / "server.yaml"
    config.write_text(_CONFIG, encoding="utf-8")
    config.chmod(0o600)
    options = [f"--database={folder / 'platform.db'}", f"--config={config}", f"--executor={executor}"]
    command = [sys.executable, "-m", "reconciler", "serve", "--port=0", "--output=json", *options]
    log = folder / "server.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as server,
    ):
        assert server.stdout is not None
        try:
            announced = server.stdout.readline()
            assert announced, log.read_text()
            yield Served(json.loads(announced)["url"])
        finally:
            server.terminate()
            server.wait(20)
    assert "bug:" not in log.read_text(), log.read_text()
