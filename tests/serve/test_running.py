"""What works beside the server: whatever ends the one ends the other."""

from __future__ import annotations

import pytest
import uvicorn

from reconciler.errors import ConfigurationError
from reconciler.serving.server import _working


@pytest.mark.parametrize("error", [ConfigurationError("no engine"), ZeroDivisionError()])
def test_what_ends_a_worker_is_raised_where_is_served(error: Exception) -> None:
    """A bug as much as an error of ours: a server that goes on without its runner, or ends well, would hide it."""

    class Broken:
        def run(self) -> None:
            raise error

        def stop(self) -> None:
            """There is nothing to stop."""

    server = uvicorn.Server(uvicorn.Config(app="never:loaded"))
    with pytest.raises(type(error)), _working(Broken(), server):
        pass

    assert server.should_exit
