from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.client.http import HttpPlatform
from tests.client.builders import ORGANIZATION, TOKEN, Pauses, connected
from tests.client.scripted_server import ScriptedServer, serving


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies of whoever runs the tests out of them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A platform that says what the test wants."""
    with serving() as running:
        yield running


@pytest.fixture
def pauses() -> Pauses:
    """The pauses the client took, none of them for real."""
    return Pauses()


@pytest.fixture
def platform(server: ScriptedServer, pauses: Pauses) -> Iterator[HttpPlatform]:
    """The client under test, connected to the scripted server."""
    client = connected(server.endpoint, pauses, org_id=ORGANIZATION, token=TOKEN)
    yield client
    client.close()
