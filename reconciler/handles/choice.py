"""Which platform a handle works on: the one it was given, else the one in use, else the environment's."""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform


class _Choice:
    """The platform of this process, opened when it is first needed and then kept."""

    def __init__(self) -> None:
        self.in_use: WholePlatform | None = None
        self._lock = threading.Lock()
        self._opened: WholePlatform | None = None

    def default(self) -> WholePlatform:
        """Return the platform in use, else the environment's."""
        return self.in_use or self._environments_own()

    def _environments_own(self) -> WholePlatform:
        with self._lock:
            if self._opened is None:
                from reconciler.opening import default_platform

                self._opened = default_platform(os.environ, cwd=Path.cwd())
                atexit.register(self._opened.close)
            return self._opened


_CHOICE: Final = _Choice()


def chosen(given: WholePlatform | None) -> WholePlatform:
    """Return the platform to work on.

    The environment is read once per process.

    Raises:
        ConfigurationError: None is given, none is in use, and the environment names none.
    """
    return _CHOICE.default() if given is None else given


class _Use:
    def __init__(self, platform: WholePlatform) -> None:
        self._before = _CHOICE.in_use
        self._platform = platform
        _CHOICE.in_use = platform

    def __enter__(self) -> WholePlatform:
        return self._platform

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CHOICE.in_use = self._before


def use(platform: WholePlatform) -> _Use:
    """Let handles that are given no platform work on this one, from now on or for the length of a ``with``.

    It holds for every thread. Handles that exist already keep theirs.
    """
    return _Use(platform)


def acting_for(platform: WholePlatform, org_id: str | None) -> WholePlatform:
    """Return the platform at work for an organization; None for the one it works for anyway."""
    return platform if org_id is None else platform.acting_for(org_id)
