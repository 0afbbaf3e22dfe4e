"""Where output goes: consoles that follow the flag, then NO_COLOR, then FORCE_COLOR, then the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console


def stdout() -> Console:
    """Return the console for data."""
    return _console(sys.stdout)


def stderr() -> Console:
    """Return the console for words."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    colour = _colour(stream)
    return Console(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
        legacy_windows=False,
    )


def _colour(stream: TextIO) -> bool:
    context = click.get_current_context(silent=True)
    if context is not None and context.params.get("no_color"):
        return False
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    """True when there is somebody to ask: both ends are a terminal."""
    # A stream that was closed before this process began is None.
    ends: tuple[TextIO | None, ...] = (sys.stdin, sys.stderr)
    return all(end is not None and end.isatty() for end in ends)
