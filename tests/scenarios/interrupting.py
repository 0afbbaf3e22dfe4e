"""Pressing Ctrl-C while a command asks a platform."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.client.scripted_server import ScriptedServer
from tests.scenarios.conftest import Ended, Folder


def interrupted(
    folder: Folder, server: ScriptedServer, *arguments: str, requests: int = 1, patience: float, **environ: str
) -> Ended:
    """Run the command in a process of its own, press Ctrl-C once so many requests arrived, and return how it ended.

    Fails when that takes longer than ``patience``, in seconds.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(server.asked) < requests and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=patience)
    finally:
        process.kill()
    return Ended(process.returncode, out, err)
