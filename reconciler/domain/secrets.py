"""Secrets: which values are secret, and a wrapper that shows none of them by accident."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

#: What stands where a secret value would.
MASK: Final = "(sensitive value)"

#: What a value begins with that only names a secret of the platform.
REFERENCE_SCHEME: Final = "roboto-secret://"

_SECRET_WORDS: Final = frozenset(
    {"token", "tokens", "key", "keys", "apikey", "password", "passwd", "passphrase", "secret", "secrets"}
    | {"credential", "credentials"}
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that prints as a mask; ``value`` is only for whoever sends it."""

    value: Any

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__


def names_a_secret(name: str) -> bool:
    """Return True when a parameter or variable of this name holds a secret: ``MAPBOX_API_TOKEN``, ``apiKey``."""
    return any(word.lower() in _SECRET_WORDS for word in _WORD.findall(name))


def is_reference(value: Any) -> bool:
    """Return True for a value that names a secret instead of being one; nothing is looked up, so it is shown."""
    if not isinstance(value, str) or not value.startswith(REFERENCE_SCHEME):
        return False
    name = value.removeprefix(REFERENCE_SCHEME)
    return bool(name) and not any(letter.isspace() for letter in name)
