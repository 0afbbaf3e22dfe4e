"""Whether a value looks drawn at random, as keys and tokens are, and not made of words as all else is."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

_SHORTEST: Final = 20

#: One run of the letters that keys are encoded in.
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_=-]+")
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]+")
_SEPARATOR: Final = re.compile(r"[-_/+=]")

#: Words and numbers: ``yolo``, ``NIGHT``, ``2026``, ``v2``, ``CameraFront``, ``cameraFront``.
_READABLE: Final = re.compile(
    r"(?:[A-Z]?[a-z]*|[A-Z]*)\d{0,8}|(?:[A-Z][a-z]+){2,}\d{0,4}|[a-z]+(?:[A-Z][a-z]+)+\d{0,4}"
)

#: What is random, and public: UUIDs, and the platform's own ids such as ``ds_95bd5c018df123a5ac4a``.
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]{2,4}_[0-9a-z]{8,24}", re.IGNORECASE)

#: Bits of entropy a character from which on text is not one of words; hexadecimal has four at most.
_LEAST_BITS: Final = 3.7
_LEAST_BITS_HEXADECIMAL: Final = 3.0


def looks_random(value: str) -> bool:
    """Return True for a long value without readable parts whose letters are spread evenly."""
    if len(value) < _SHORTEST or not _ENCODED.fullmatch(value) or _IDENTIFIER.fullmatch(value):
        return False
    if all(_is_readable(part) for part in _SEPARATOR.split(value)):
        return False
    if _HEXADECIMAL.fullmatch(value):
        return len(value) >= 32 and bits_per_character(value) >= _LEAST_BITS_HEXADECIMAL  # a shorter one is a commit
    kinds = sum(any(test(letter) for letter in value) for test in (str.islower, str.isupper, str.isdigit))
    return kinds >= 2 and bits_per_character(value) >= _LEAST_BITS


def bits_per_character(text: str) -> float:
    """Return Shannon's entropy of a text's characters, in bits."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def _is_readable(part: str) -> bool:
    return _READABLE.fullmatch(part) is not None
