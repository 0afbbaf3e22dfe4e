"""httpx, without the command line of its own that it brings along where rich happens to be installed."""

from __future__ import annotations

import sys

__all__ = ["httpx"]

_COMMAND_LINE = "httpx._main"

# It loads pygments and half of rich: a third of the time that importing httpx takes, a tenth of that of a small plan.
# httpx works without it by design, and None makes importing it fail as if rich were not there.
_is_first = "httpx" not in sys.modules and _COMMAND_LINE not in sys.modules
if _is_first:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # documented by Python's import system

import httpx  # noqa: E402  after the above

if _is_first:
    del sys.modules[_COMMAND_LINE]
