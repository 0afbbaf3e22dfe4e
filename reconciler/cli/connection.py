"""The platform of a command that works on runs and data, open while the command is at it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.noting import note
from reconciler.cli.options import flags_of

if TYPE_CHECKING:
    from reconciler.config import Settings
    from reconciler.domain.queries import Page
    from reconciler.domain.whole_platform import WholePlatform

Record = TypeVar("Record")


@contextmanager
def connected(arguments: dict[str, Any]) -> Iterator[WholePlatform]:
    """Open the platform that flags, environment and project file name, and close it afterwards."""
    from reconciler.opening import open_whole_platform

    with closing(open_whole_platform(settings_of(arguments), warn=note)) as platform:
        yield platform


def settings_of(arguments: dict[str, Any]) -> Settings:
    """Decide every setting from the command line, the environment and the project file."""
    from reconciler.config import resolve

    return resolve(flags_of(arguments), environ=os.environ, cwd=Path.cwd())


def entries(page_after: Callable[[str | None], Page[Record]], *, limit: int | None = None) -> list[Record]:
    """Return the entries of all pages, or the first ``limit`` of them."""
    from reconciler.domain.queries import each_of_pages

    # A number that no list is as long as is more than islice takes.
    return list(islice(each_of_pages(page_after), limit and min(limit, sys.maxsize)))


def pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """Read ``KEY=VALUE`` as often as it was given.

    Raises:
        click.UsageError: A text has no key, or two have the same.
    """
    read: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f'{option}: "{text}" is no pair; write KEY=VALUE')
        if key in read:
            raise click.UsageError(f'{option}: "{key}" is given twice')
        read[key] = value
    return read
