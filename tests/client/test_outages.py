"""A platform that cannot be reached is named, with what to check."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.errors import ConfigurationError, PlatformUnavailable
from tests.client.builders import Pauses, action_data, connected, create_action
from tests.client.scripted_server import Answer, ScriptedServer


def unreachable(platform: HttpPlatform) -> PlatformUnavailable:
    """Create an action in vain and return the error that this ends with."""
    with pytest.raises(PlatformUnavailable) as caught:
        platform.create_action(create_action())
    platform.close()
    return caught.value


def test_an_unknown_name_is_said(server: ScriptedServer) -> None:
    """RFC 6761 keeps this name from ever resolving."""
    met = unreachable(connected("http://nowhere.invalid", retries=0))

    assert met.message == "cannot reach http://nowhere.invalid: its name cannot be resolved"
    assert "NO_PROXY" in met.hint
    assert met.operation == 'create action "ros_ingest"'


def test_https_to_a_server_of_http_is_said(server: ScriptedServer, pauses: Pauses) -> None:
    """The handshake fails before anything is sent, so a write may be tried again."""
    server.answer_with(Answer(data=action_data()))

    met = unreachable(connected(server.endpoint.replace("http:", "https:"), pauses))

    assert "no TLS connection" in met.message
    assert "http rather than https" in met.hint
    assert len(pauses) == 4


def test_a_proxy_of_the_environment_is_used(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to any host go to the proxy."""
    monkeypatch.setenv("http_proxy", server.endpoint)
    server.answer_with(Answer(data=action_data()))
    platform = connected("http://platform.invalid")

    assert platform.get_action("a").name == "ros_ingest"
    platform.close()

    assert server.asked[0].path == "http://platform.invalid/v1/actions/a"


def test_no_proxy_goes_past_the_proxy(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is named there is reached directly."""
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    server.answer_with(Answer(data=action_data()))
    platform = connected(server.endpoint)

    assert platform.get_action("a").name == "ros_ingest"
    platform.close()


def test_a_proxy_that_refuses_is_said(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tunnel that is not granted leaves the request unsent."""
    monkeypatch.setenv("https_proxy", server.endpoint)
    server.answer_with(Answer(status=407, body=b""))

    met = unreachable(connected("https://platform.invalid", retries=0))

    assert "the proxy refuses" in met.message
    assert "HTTPS_PROXY" in met.hint


def test_a_proxy_whose_name_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver refuses it with an error that is no network error."""
    monkeypatch.setenv("http_proxy", "http://a..b:3128")

    met = unreachable(connected("http://platform.invalid"))

    assert "proxy" in met.message


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "http://user:hunter2@proxy:port"])
def test_proxies_that_cannot_be_used_are_a_matter_of_configuration(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Said before anything is sent, without the proxy's password."""
    monkeypatch.setenv("http_proxy", proxy)

    with pytest.raises(ConfigurationError, match="proxy settings") as caught:
        connected("http://platform.invalid")

    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.__context__ is None


def test_a_missing_certificate_file_is_a_matter_of_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Said by the variable that names it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))

    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        connected("https://platform.invalid")


def test_a_closed_client_says_so_and_closing_twice_is_harmless(platform: HttpPlatform) -> None:
    """Work that goes on after an interrupt meets an error of ours."""
    platform.close()
    platform.close()

    with pytest.raises(PlatformUnavailable, match="closed"):
        platform.get_action("a")
