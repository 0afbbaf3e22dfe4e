"""Apply at a terminal: it shows, asks, and takes a no for a no."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.scenarios.conftest import Folder


def at_a_terminal(folder: Folder, *arguments: str, answer: str) -> tuple[int, str]:
    """Run the command at a pseudo-terminal, answer its question, and return exit code and what was seen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder.path,
        env={**os.environ, "TERM": "dumb", "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while chunk := _read(ours):
        seen += chunk
        if b"[y/N]" in seen and answer:
            os.write(ours, f"{answer}\n".encode())
            answer = ""
    os.close(ours)
    return process.wait(timeout=60), seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux answers EIO once the other side is closed.
        return b""


@pytest.mark.parametrize(
    ("answer", "told", "left"), [("y", "Applied 1 change", 0), ("n", "Nothing was applied", 2), ("", "", 2)]
)
def test_only_a_yes_applies(folder: Folder, answer: str, told: str, left: int) -> None:
    """Yes applies what was shown; no leaves the platform as it is. An empty answer is a no."""
    folder.action("one")
    code, seen = at_a_terminal(folder, "apply", "--platform", "embedded", answer=answer or " ")
    assert code == 0
    assert "+ create action.one" in seen
    assert told in seen
    assert folder.embedded("plan", "--detailed-exitcode").code == left
