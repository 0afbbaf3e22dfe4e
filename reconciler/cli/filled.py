"""Texts and paths of the command line that say something: an empty one is a variable that somebody forgot to set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click


class FilledText(click.types.StringParamType):
    """A text that is not empty."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        text = str(super().convert(value, param, ctx))
        _check_filled(text, param, ctx)
        return text


class FilledPath(click.Path):
    """A path that is not empty, which would be the folder that one happens to be in."""

    def __init__(self, **asked: bool) -> None:
        super().__init__(path_type=Path, **asked)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        _check_filled(os.fspath(value), param, ctx)
        return super().convert(value, param, ctx)


FILLED: Final = FilledText()


def _check_filled(text: str, param: click.Parameter | None, ctx: click.Context | None) -> None:
    if text.strip():
        return
    # Of an argument nothing can be left out.
    remedy = "write it" if isinstance(param, click.Argument) else "give it a value, or leave the option out"
    raise click.BadParameter(f"it is empty; {remedy}", ctx=ctx, param=param)
