from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from reconciler.forge.opening import opened
from reconciler.forge.port import Forge
from reconciler.forge.surroundings import surroundings_of
from tests.client.builders import Pauses
from tests.forge.fake import serving
from tests.forge.fake_github import FakeGitHub
from tests.forge.fake_gitlab import FakeGitLab

Fake: TypeAlias = FakeGitHub | FakeGitLab


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is open as long as a test runs."""
    with ExitStack() as opened_for_the_test:
        yield opened_for_the_test


@pytest.fixture
def pauses() -> Pauses:
    """The pauses that were taken, none of them for real."""
    return Pauses()


@pytest.fixture
def github(stack: ExitStack) -> FakeGitHub:
    """A repository on GitHub."""
    fake = FakeGitHub()
    stack.enter_context(serving(fake))
    return fake


@pytest.fixture
def gitlab(stack: ExitStack) -> FakeGitLab:
    """A project on GitLab."""
    fake = FakeGitLab()
    stack.enter_context(serving(fake))
    return fake


@pytest.fixture(params=["github", "gitlab"])
def fake(request: pytest.FixtureRequest) -> Fake:
    """Each forge in turn: what holds for one holds for the other."""
    found: Fake = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def forge(fake: Fake, stack: ExitStack, pauses: Pauses) -> Forge:
    """The adapter under test, connected to its forge."""
    return stack.enter_context(opened(surroundings_of(fake.environ()), sleep=pauses))
