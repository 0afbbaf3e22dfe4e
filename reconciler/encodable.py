"""Text that any file can hold and any stream can print."""

from __future__ import annotations


def encodable(text: str) -> str:
    """Return a text with each half of a surrogate pair written out: UTF-8 has no bytes for them.

    They come from names of files that are not UTF-8, and from JSON that escapes half of a pair.
    """
    return text.encode(errors="backslashreplace").decode()
