"""The embedded platform over HTTP for the benchmarks: python -m benchmarks.server DATABASE; prints its URL."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

from reconciler.embedded.app import build_app
from reconciler.embedded.platform import LOCAL_CALLER, EmbeddedPlatform

TOKEN = "benchmark-token"


def main() -> None:
    """Serve until stopped."""
    platform = EmbeddedPlatform.open(Path(sys.argv[1]))
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    app = build_app(platform, tokens={TOKEN: LOCAL_CALLER})
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
