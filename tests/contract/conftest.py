"""Every implementation of the platform port, each with a platform of its own that two organizations share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.client.http import HttpPlatform
from reconciler.domain.platform import Platform
from reconciler.domain.whole_platform import WholePlatform
from reconciler.embedded.app import build_app
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from tests.contract.server import serving

ANN: Final = Caller(user_id="ann@ours.example", org_id="og_ours")
BOB: Final = Caller(user_id="bob@theirs.example", org_id="og_theirs")


@dataclass(frozen=True)
class World:
    """One platform, seen by a member of each of two organizations."""

    ours: Platform
    theirs: Platform


class Stage:
    """Serves the application of the test that runs: starting a server for each would take longer than the tests."""

    app: ASGIApp
    url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The one server of the session."""
    stage = Stage()
    with serving(stage) as stage.url:
        yield stage


@contextmanager
def embedded_world(path: Path, stage: Stage) -> Iterator[World]:
    """The embedded platform, called directly."""
    platform = EmbeddedPlatform.open(path, caller=ANN)
    yield World(platform, platform.as_caller(BOB))
    platform.close()


@contextmanager
def http_world(path: Path, stage: Stage) -> Iterator[World]:
    """The HTTP client, against the embedded platform served on this machine."""
    with served(path, stage) as (ours, theirs):
        yield World(ours, theirs)


@contextmanager
def served(path: Path, stage: Stage) -> Iterator[tuple[HttpPlatform, HttpPlatform]]:
    """Serve an embedded platform, and give two callers' clients of it."""
    platform = EmbeddedPlatform.open(path, caller=ANN)
    stage.app = build_app(platform, tokens={"token-of-ann": ANN, "token-of-bob": BOB})
    ours = HttpPlatform.connect(endpoint=stage.url, token="token-of-ann", org_id=ANN.org_id)
    theirs = HttpPlatform.connect(endpoint=stage.url, token="token-of-bob", org_id=BOB.org_id)
    yield ours, theirs
    ours.close()
    theirs.close()
    platform.close()


WORLDS: Final = {"embedded": embedded_world, "http": http_world}


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to this machine directly, whatever the environment says."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path, stage: Stage, no_proxy: None) -> Iterator[World]:
    """A fresh platform and two callers."""
    with WORLDS[request.param](tmp_path / "platform.db", stage) as opened:
        yield opened


@pytest.fixture
def platform(world: World) -> Platform:
    """The platform, for a member of our organization."""
    return world.ours


@pytest.fixture
def foreign(world: World) -> Platform:
    """The same platform, for a member of another organization."""
    return world.theirs


@dataclass(frozen=True)
class WholeWorld:
    """One platform with invocations, datasets and files, seen by a member of each of two organizations."""

    ours: WholePlatform
    theirs: WholePlatform


@contextmanager
def whole_embedded_world(path: Path, stage: Stage) -> Iterator[WholeWorld]:
    """The embedded platform, called directly."""
    platform = EmbeddedPlatform.open(path, caller=ANN)
    yield WholeWorld(platform, platform.as_caller(BOB))
    platform.close()


@contextmanager
def whole_http_world(path: Path, stage: Stage) -> Iterator[WholeWorld]:
    """The HTTP client, against the embedded platform served on this machine."""
    with served(path, stage) as (ours, theirs):
        yield WholeWorld(ours, theirs)


WHOLE_WORLDS: Final = {"embedded": whole_embedded_world, "http": whole_http_world}


@pytest.fixture(params=sorted(WHOLE_WORLDS))
def whole_world(request: pytest.FixtureRequest, tmp_path: Path, stage: Stage, no_proxy: None) -> Iterator[WholeWorld]:
    """A fresh platform and two callers."""
    with WHOLE_WORLDS[request.param](tmp_path / "platform.db", stage) as opened:
        yield opened


@pytest.fixture
def whole(whole_world: WholeWorld) -> WholePlatform:
    """The platform, for a member of our organization."""
    return whole_world.ours


@pytest.fixture
def whole_foreign(whole_world: WholeWorld) -> WholePlatform:
    """The same platform, for a member of another organization."""
    return whole_world.theirs
