"""Page tokens: a place in a listing, as text that callers hand back unchanged."""

from __future__ import annotations

import base64
import json
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from reconciler.errors import InvalidRequest

Place = TypeVar("Place")

_PREFIX: Final = "v1:json:"


def encoded(place: Any) -> str:
    """Return the token of a place that is a JSON value."""
    text = _PREFIX + json.dumps(place, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(token: str, shape: TypeAdapter[Place]) -> Place:
    """Return the place a token stands for.

    Raises:
        InvalidRequest: The token is not one of ours.
    """
    padded = token + "=" * (-len(token) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        if text.startswith(_PREFIX):
            return shape.validate_json(text.removeprefix(_PREFIX), strict=True)
    except ValueError:
        pass
    raise InvalidRequest("the page token is not one of ours: send next_token of the page before, unchanged")
