"""The runner beside the server: whatever ends the one ends the other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import uvicorn

from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.runner import Runner
from reconciler.errors import ConfigurationError
from reconciler.executors.process import ProcessExecutor
from reconciler.serving.server import _running


@pytest.mark.parametrize("error", [ConfigurationError("no engine"), ZeroDivisionError()])
def test_what_ends_the_runner_is_raised_where_is_served(error: Exception, tmp_path: Path) -> None:
    """A bug as much as an error of ours: a server that goes on without its runner, or ends well, would hide it."""

    class Broken(Runner):
        def run(self, *, until_idle: bool = False) -> None:
            raise error

    platform = EmbeddedPlatform.open(tmp_path / "platform.sqlite3")
    server = uvicorn.Server(uvicorn.Config(app="never:loaded"))
    with pytest.raises(type(error)), _running(Broken(platform, ProcessExecutor(os.environ)), server):
        pass

    assert server.should_exit
    platform.close()
