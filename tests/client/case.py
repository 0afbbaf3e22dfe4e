"""One row of the tables that say what the client sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from reconciler.client.http import HttpPlatform
from reconciler.domain.wire import API_VERSION

OWNER: Final = "x-roboto-resource-owner-id"
CALLER: Final = "x-roboto-org-id"

Use = Callable[[HttpPlatform], object]


class Case(NamedTuple):
    """One use of the port, the request it must send, and the data it is answered with.

    Everything about the request is plain data, so that another client's request for the same ``title`` can be held
    against it.
    """

    title: str
    use: Use
    method: str
    path: str
    organization: dict[str, str]
    body: Any
    data: Any
    version: str = API_VERSION
