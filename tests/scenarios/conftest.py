from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.config import DEFAULT_EMBEDDED
from reconciler.embedded.platform import EmbeddedPlatform
from tests.client.scripted_server import ScriptedServer, serving

ACTION = """\
apiVersion: reconciler/v1
kind: Action
metadata: {{ name: {name} }}
spec:
  uri: {uri}
"""

TRIGGER = """\
apiVersion: reconciler/v1
kind: Trigger
metadata: {{ name: {name} }}
spec:
  action_name: {action}
  required_inputs: ["**/*.bag"]
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything a person would have seen."""
        return self.out + self.err


class Folder:
    """A project folder, and the command run in it, in this process."""

    def __init__(self, path: Path, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.capture = capture
        self.monkeypatch = monkeypatch

    def write(self, name: str, text: str | bytes) -> Path:
        """Write one file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def action(self, name: str, *, uri: str = "img:1", more: str = "") -> None:
        """Write an action's manifest."""
        self.write(f"{name}.yaml", ACTION.format(name=name, uri=uri) + more)

    def trigger(self, name: str, *, action: str, more: str = "") -> None:
        """Write a trigger's manifest."""
        self.write(f"{name}.yaml", TRIGGER.format(name=name, action=action) + more)

    def run(self, *arguments: str) -> Ended:
        """Run the command here and return how it ended."""
        self.monkeypatch.chdir(self.path)
        self.monkeypatch.setattr(sys, "argv", ["reconciler", *arguments])
        self.capture.readouterr()
        code = _exit_code_of_main()
        out, err = self.capture.readouterr()
        return Ended(code, out, err)

    def empty_platform(self) -> None:
        """Make an embedded platform with nothing on it."""
        EmbeddedPlatform.open(self.path / DEFAULT_EMBEDDED).close()

    def embedded(self, *arguments: str) -> Ended:
        """Run the command on this folder's embedded platform."""
        return self.run(*arguments, "--platform", "embedded")


def _exit_code_of_main() -> int:
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder, away from the configuration of whoever runs the tests."""
    for name in list(os.environ):
        if name.upper().startswith(("ROBOTO_", "RECONCILER_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        # Where these tests themselves are a step, it is not theirs to write to.
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RECONCILER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    path = tmp_path / "project"
    path.mkdir()
    return Folder(path, capsys, monkeypatch)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A remote platform that says what the test wants."""
    with serving() as running:
        yield running
