from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conformance.environments import (
    EXPLORER,
    NEW,
    OLD,
    VERSIONS,
    Environment,
    NotAvailable,
    Package,
    environment,
)
from tests.conformance.oracle import Oracle, consulted
from tests.conformance.serving import Served, serving


@cache
def _found(package: Package) -> Environment | NotAvailable:
    try:
        return environment(package)
    except NotAvailable as reason:
        return reason


def available(name: str, version: str) -> Environment:
    """Return an environment; without it a test is skipped, and fails where everything has to run."""
    found = _found(Package(name, version))
    if isinstance(found, Environment):
        return found
    message = f"{name} {version} cannot be installed: {found}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def official_package(version: str) -> Environment:
    """Return the environment with this version of the official package."""
    return available("roboto", version)


@pytest.fixture
def explorer() -> Environment:
    """Schemathesis."""
    return available("schemathesis", EXPLORER)


@pytest.fixture(params=VERSIONS)
def official(request: pytest.FixtureRequest) -> Environment:
    """Each version of the official package."""
    return official_package(request.param)


@pytest.fixture(scope="session")
def old_oracle() -> Iterator[Oracle]:
    """The release that the domain page describes."""
    with consulted(official_package(OLD)) as oracle:
        yield oracle


@pytest.fixture(scope="session")
def new_oracle() -> Iterator[Oracle]:
    """The newest release."""
    with consulted(official_package(NEW)) as oracle:
        yield oracle


@pytest.fixture(params=["old_oracle", "new_oracle"], ids=VERSIONS)
def oracle(request: pytest.FixtureRequest) -> Oracle:
    """Each of them."""
    chosen: Oracle = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to this machine directly, whatever the environment says, and as nobody in particular."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in [each for each in os.environ if each.startswith("ROBOTO_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A new platform that runs nothing."""
    with serving(tmp_path, executor="none") as answering:
        yield answering


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    """A new platform that runs what is queued, as processes."""
    with serving(tmp_path, executor="process") as answering:
        yield answering
