"""An observation that may begin ahead reads the same, tells what went wrong when asked, and closes what it opened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.domain.address import Address, Kind
from reconciler.domain.requests import CreateActionRequest
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import ConfigurationError, PlatformUnavailable
from reconciler.observe import Observation, observe


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[EmbeddedPlatform]:
    """Return a platform with one action."""
    platform = EmbeddedPlatform.open(tmp_path / "platform.sqlite3")
    platform.create_action(CreateActionRequest(name="ingest"))
    yield platform
    platform.close()


@pytest.mark.parametrize("ahead", [True, False])
def test_it_reads_the_same_ahead_or_when_asked(platform: EmbeddedPlatform, *, ahead: bool) -> None:
    """Both give what :func:`observe` gives, and the platform is closed at the end."""
    expected = observe(platform)
    with Observation(lambda: platform) as observation:
        if ahead:
            observation.begin()
        assert observation.live() == expected
        assert expected.records.keys() == {Address(Kind.ACTION, "ingest")}
    with pytest.raises(PlatformUnavailable):
        platform.get_action("ingest")


@pytest.mark.parametrize("ahead", [True, False])
def test_what_goes_wrong_is_raised_when_it_is_asked_for(*, ahead: bool) -> None:
    """Until then something else may be told first."""

    def fail() -> EmbeddedPlatform:
        raise ConfigurationError("no platform is configured")

    with Observation(fail) as observation:
        if ahead:
            observation.begin()
        with pytest.raises(ConfigurationError):
            observation.live()


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    """Without reading ahead a mistake in the manifests leaves no trace, such as the file of an embedded platform."""

    def open_reader() -> EmbeddedPlatform:
        raise AssertionError("opened")

    with pytest.raises(ZeroDivisionError), Observation(open_reader):
        raise ZeroDivisionError


def test_a_reading_nobody_wants_is_not_waited_for(platform: EmbeddedPlatform) -> None:
    """A platform that is slow to open holds nobody up, and is closed once it is open."""
    may_open, has_opened = threading.Event(), threading.Event()

    def open_reader() -> EmbeddedPlatform:
        may_open.wait(60)
        has_opened.set()
        return platform

    observation = Observation(open_reader)
    observation.begin()
    with pytest.raises(ZeroDivisionError), observation:
        raise ZeroDivisionError
    assert not has_opened.is_set()
    may_open.set()
    with pytest.raises(PlatformUnavailable):
        observation.live()
    with pytest.raises(PlatformUnavailable):
        platform.get_action("ingest")


def test_a_glance_tells_one_live_state_from_another(tmp_path: Path) -> None:
    """The same as long as nothing changes, another one after any change, and no substitute for reading."""

    def glance() -> str:
        with Observation(lambda: EmbeddedPlatform.open(tmp_path / "other.sqlite3")) as observation:
            fingerprint = observation.glance().fingerprint
            assert observation.live().fingerprint == fingerprint
        return fingerprint

    empty = glance()
    assert glance() == empty
    platform = EmbeddedPlatform.open(tmp_path / "other.sqlite3")
    platform.create_action(CreateActionRequest(name="ingest"))
    created = glance()
    assert created != empty
    platform.delete_action("ingest")
    platform.create_action(CreateActionRequest(name="ingest"))
    assert glance() not in {empty, created}
    platform.close()
