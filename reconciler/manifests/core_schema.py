"""Plain YAML scalars by the core schema of YAML 1.2, less what JSON cannot hold.

=======================================  =======================================
written without quotes                   read as
=======================================  =======================================
nothing, ``~ null Null NULL``            null
``true True TRUE``, ``false ...``        a boolean
``12 -7 +3 010 0x1F 0o17``               an integer (``010`` is ten)
``1.5 .5 1. 1e3``                        a number
``.inf -.inf .nan 1e999``                refused: JSON has no such number
anything else: ``on no y 12:30``,        text, as written
``2024-01-01 1_000 0b1 -0x1F``
=======================================  =======================================
"""

from __future__ import annotations

import math
import re
from typing import Final

Scalar = str | int | float | bool | None

#: More characters than this in one number are a mistake or an attack: converting them to an integer is quadratic.
LONGEST_NUMBER: Final = 400

#: The first characters of everything that may be more than text; the empty string stands for an empty scalar.
SUSPICIOUS: Final = frozenset(["", *"0123456789+-.~nNtTfF"])

_WORDS: Final[dict[str, Scalar]] = {
    "": None,
    **dict.fromkeys(["~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_PREFIXES: Final = {"0o": 8, "0x": 16}


class NotJson(ValueError):
    """The scalar is a number that JSON cannot hold; the message says why."""


class PlainScalars(dict[str, Scalar]):
    """What plain scalars mean, by their text, remembered up to a limit: manifests repeat themselves."""

    limit: Final = 10_000

    def __missing__(self, text: str) -> Scalar:
        """Resolve a scalar met for the first time."""
        value = resolved(text)
        if len(self) < self.limit and len(text) < 100:
            self[text] = value
        return value


def resolved(text: str) -> Scalar:
    """Return what a plain scalar means.

    Raises:
        NotJson: It is infinite, not a number, or absurdly long.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in SUSPICIOUS:
        return text
    if _INTEGER.fullmatch(text):
        _refuse_length(text)
        return int(text[2:], _PREFIXES[text[:2]]) if text[:2] in _PREFIXES else int(text)
    if _NUMBER.fullmatch(text):
        _refuse_length(text)
        return _finite(text)
    if _NOT_FINITE.fullmatch(text):
        raise NotJson(f"{text} is not a number that JSON can hold")
    return text


def _refuse_length(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise NotJson(f"this number has {len(text):,} characters, more than the {LONGEST_NUMBER} allowed")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotJson(f"{text} is too large for a number")
    return number
