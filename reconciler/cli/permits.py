"""The flags that lead past guards, and the one that waits for the lock."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from reconciler.plan.permits import Permits

Command = TypeVar("Command", bound=Callable[..., Any])

#: What a saved plan has decided already.
PERMITS: Final = ("prune", "delete_drifted", "allow_many_deletions", "dangerous_allow_empty")

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}


def permit_options(command: Command) -> Command:
    """``--prune`` and its kin: each lets a plan do what a guard would refuse, and makes it do nothing more."""
    for option in reversed(
        (
            click.option("--prune", is_flag=True, help="Let actions be deleted, with all their versions."),
            click.option("--delete-drifted", is_flag=True, help="Let resources be deleted that were changed outside."),
            click.option("--allow-many-deletions", is_flag=True, help="Let more be deleted than the limits say."),
            click.option(
                "--dangerous-allow-empty", is_flag=True, help="Let manifests that declare nothing delete everything."
            ),
        )
    ):
        command = option(command)
    return command


def permits_of(arguments: dict[str, Any]) -> Permits:
    """Gather the permits of the command line."""
    from reconciler.plan.permits import Permits

    return Permits(
        prune=arguments["prune"],
        drifted=arguments["delete_drifted"],
        many=arguments["allow_many_deletions"],
        empty=arguments["dangerous_allow_empty"],
    )


class Duration(click.ParamType[float]):
    """A time such as ``30s``, ``5m`` or ``90``, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = _DURATION.fullmatch(str(value))
        if found is None:
            self.fail(f'"{value}" is no time: write it as 30s, 5m or 1h', param, ctx)
        return float(found[1]) * _SECONDS[found[2]]


def lock_option(command: Command) -> Command:
    """``--lock-timeout``."""
    return click.option(
        "--lock-timeout",
        type=Duration(),
        default=0.0,
        metavar="TIME",
        envvar="RECONCILER_LOCK_TIMEOUT",
        help="How long to wait for somebody else's lock, such as 30s.",
    )(command)
