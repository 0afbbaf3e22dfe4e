"""JSON Pointers (RFC 6901): joining segments to one and taking one apart."""

from __future__ import annotations


def pointer(*segments: str | int) -> str:
    """Return the pointer of these segments, ``/`` and ``~`` in them escaped."""
    return "".join(f"/{str(segment).replace('~', '~0').replace('/', '~1')}" for segment in segments)


def segments(text: str) -> tuple[str, ...]:
    """Return the segments of a pointer; none for the whole document."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])
