"""The socket a server listens at."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Final

from reconciler.errors import ConfigurationError

#: Connections that may wait to be taken.
BACKLOG: Final = 1024


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        ConfigurationError: The host is unknown, or the port is taken or not allowed.
    """
    listener: socket.socket | None = None
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # With the protocol named asyncio sends small answers at once (TCP_NODELAY); without it each takes 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            # A server that starts again need not wait for the connections of the one before it to be forgotten.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Whoever connects before the server is up waits in the socket's queue: nobody has to poll.
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        if listener is not None:
            listener.close()
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise ConfigurationError(
            f"cannot listen at {host}:{port}: {reason}",
            hint="choose another --host or --port; --port 0 takes a free one",
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL the socket is reached at from this machine."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_private(listener: socket.socket) -> bool:
    """Return True when only this machine reaches the socket."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback
