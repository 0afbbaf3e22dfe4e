"""Making connections: the headers every request has, time-outs, proxies and whom to trust."""

from __future__ import annotations

import json
import ssl
import sys
from typing import Final
from urllib.request import getproxies

from reconciler.client.lanes import Lanes
from reconciler.client.library import httpx
from reconciler.client.target import Target
from reconciler.domain.wire import API_VERSION, HEADER_API_VERSION
from reconciler.errors import ConfigurationError

#: Seconds: who listens at all answers a connection sooner than this.
LONGEST_CONNECT: Final = 10.0
#: Seconds an idle connection is kept: below the 5 s after which common servers drop it, or a write could be sent
#: into a connection that is just being closed, and its outcome would be unknown.
KEEP_ALIVE: Final = 4.0


def dialled(target: Target, *, timeout: float, count: int, user_agent: str) -> Lanes:
    """Return up to ``count`` connections that wait ``timeout`` seconds for the next byte; nothing is sent yet.

    Raises:
        ConfigurationError: A proxy or a certificate file that the environment names cannot be used.
    """
    headers = _headers(target, user_agent=user_agent)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE)
    waits = httpx.Timeout(timeout, connect=min(timeout, LONGEST_CONNECT))
    try:
        trust = _trust(target.endpoint)
        return Lanes(lambda: httpx.Client(headers=headers, timeout=waits, limits=limits, verify=trust), count=count)
    except OSError:
        problem = "the certificates named by SSL_CERT_FILE or SSL_CERT_DIR cannot be read"
        hint = "name a PEM file that this user may read, or unset them"
    except (ImportError, ValueError, httpx.InvalidURL):
        problem = "the proxy settings in the environment cannot be used"
        hint = "HTTP_PROXY, HTTPS_PROXY and ALL_PROXY are http or https URLs, NO_PROXY is a list of hosts"
    # Raised outside of the handlers: the address of a proxy may hold its password.
    raise ConfigurationError(problem, hint=hint)


def _headers(target: Target, *, user_agent: str) -> dict[str, str]:
    tool, _, version = user_agent.partition("/")
    requester = {
        "schema_version": "v1",
        "platform": f"{sys.platform}, Python {sys.version_info.major}.{sys.version_info.minor}",
        "roboto_tool": tool,
        "roboto_tool_version": version,
    }
    return {
        "Accept": "application/json",
        "Authorization": f"Bearer {target.token.value}",
        "User-Agent": user_agent,
        HEADER_API_VERSION: API_VERSION,
        "X-Roboto-Requester": json.dumps(requester),
    }


def _trust(endpoint: str) -> ssl.SSLContext | bool:
    """Return the authorities to trust: the usual ones, loaded only where TLS can occur, for that takes 50 ms."""
    if endpoint.startswith("http://") and not getproxies():
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.create_ssl_context()
