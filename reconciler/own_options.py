"""This tool's own options from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import ConfigurationError

_MOST_DIGITS: Final = 9


class OwnOptions:
    """Our own options from the environment: ``RECONCILER_<OPTION>``, empty meaning not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, name: str) -> str | None:
        return self._environ.get(f"RECONCILER_{name}") or None

    def number(self, name: str, *, least: int, most: int, default: int = 0) -> int:
        """Return a whole number.

        Raises:
            ConfigurationError: What is set is none, or out of bounds.
        """
        text = self(name)
        if text is None:
            return default
        # Python reads no number of thousands of digits, and none that is this long is within bounds.
        if not text.isdecimal() or len(text) > _MOST_DIGITS or not least <= int(text) <= most:
            raise ConfigurationError(
                f'RECONCILER_{name} is "{text}"', hint=f"write a whole number from {least} to {most}"
            )
        return int(text)
