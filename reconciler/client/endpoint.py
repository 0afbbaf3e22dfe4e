"""The endpoint: one form for everything users write."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from reconciler.client.library import httpx
from reconciler.errors import ConfigurationError

_EXAMPLE = "write a URL such as https://api.roboto.ai"


def normalised_endpoint(text: str) -> str:
    """Return ``scheme://host[:port][/path]``, in lower case up to the path, without a slash at its end.

    Raises:
        ConfigurationError: This is no http(s) URL, or one that holds credentials, a query or a fragment.
    """
    text = text.strip()
    parts = _split(text)
    if parts is None:
        raise ConfigurationError("the endpoint is no URL", hint=_EXAMPLE)
    if parts.username is not None or parts.password is not None:
        # httpx would send these in place of the token. They are not repeated: the user meant them as a secret.
        raise ConfigurationError("the endpoint holds a user name or password", hint=f"leave them out: {_EXAMPLE}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f'the endpoint "{text[:200]}" is no http or https URL', hint=_EXAMPLE)
    if parts.query or parts.fragment:
        raise ConfigurationError(f'the endpoint of "{parts.hostname}" has a query or a fragment', hint=_EXAMPLE)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _split(text: str) -> SplitResult | None:
    """Split a URL that the standard library, httpx and the resolver understand alike; None for any other."""
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
        httpx.URL(text)
        # The resolver refuses labels that are empty or too long with an error that is no network error.
        (parts.hostname or "").encode("idna")
    except (ValueError, httpx.InvalidURL):
        return None
    return parts
