"""Endpoints as users write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.client.endpoint import normalised_endpoint
from reconciler.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://api.roboto.ai", "https://api.roboto.ai"),
        ("https://api.roboto.ai/", "https://api.roboto.ai"),
        (" HTTPS://API.Roboto.AI// ", "https://api.roboto.ai"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://[::1]:8765/", "http://[::1]:8765"),
        ("https://example.com/Roboto/api/", "https://example.com/Roboto/api"),
    ],
)
def test_one_endpoint_has_one_form(written: str, meant: str) -> None:
    """Case of the host, white space and slashes at the end make no difference."""
    assert meant == normalised_endpoint(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "api.roboto.ai",
        "localhost:8080",
        "ftp://api.roboto.ai",
        "https://",
        "https:///v1",
        "https://api.roboto.ai:port",
        "https://api.roboto.ai:99999",
        "https://exa mple.com",
        "https://exa\tmple.com",
        f"https://{'a' * 64}.com",
        "https://a..b",
        "https://[::1",
        "https://api.roboto.ai?x=1",
        "https://api.roboto.ai/#top",
    ],
)
def test_what_is_no_endpoint_is_refused_with_an_example(written: str) -> None:
    """The hint shows how to write one."""
    with pytest.raises(ConfigurationError) as caught:
        normalised_endpoint(written)
    assert "https://api.roboto.ai" in caught.value.hint


@settings(max_examples=50)
@given(st.text(max_size=40) | st.text(max_size=40).map("https://".__add__))
def test_any_text_is_an_endpoint_or_refused(written: str) -> None:
    """Nothing but our own error, and normalising twice changes nothing."""
    try:
        meant = normalised_endpoint(written)
    except ConfigurationError:
        return
    assert meant == normalised_endpoint(meant)
