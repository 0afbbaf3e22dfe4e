"""The forge that a job runs for, as its commands reach it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from reconciler.forge.port import Forge
    from reconciler.forge.surroundings import Surroundings

Command = TypeVar("Command", bound=Callable[..., Any])


def forge_option(command: Command) -> Command:
    """``--forge``."""
    return click.option(
        "--forge",
        type=click.Choice(["github", "gitlab"]),
        envvar="RECONCILER_FORGE",
        help="Which forge.  [default: by the variables of CI]",
    )(command)


def here(forge: str | None) -> Surroundings:
    """Read where this job runs from the variables of CI."""
    from reconciler.forge.surroundings import Kind, surroundings_of

    return surroundings_of(os.environ, kind=None if forge is None else Kind(forge))


def connected(here: Surroundings) -> AbstractContextManager[Forge]:
    """Give the forge of these surroundings for the length of a ``with`` block."""
    from reconciler.forge.opening import opened

    return opened(here)
