"""What the environment says to this tool: its own options, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
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


def clock(environ: Mapping[str, str]) -> Callable[[], datetime]:
    """Return what tells the time; ``SOURCE_DATE_EPOCH`` pins it, for plans that must be the same byte for byte.

    Raises:
        ConfigurationError: The variable holds no time.
    """
    pinned = environ.get("SOURCE_DATE_EPOCH", "")
    if not pinned:
        return lambda: datetime.now(UTC)
    with suppress(ValueError, OverflowError, OSError):
        if pinned.isdecimal():
            moment = datetime.fromtimestamp(int(pinned), UTC)
            return lambda: moment
    raise ConfigurationError(
        f'SOURCE_DATE_EPOCH is "{pinned}"', hint="write whole seconds since 1970, such as 1790000000, or unset it"
    )
