"""The options of commands that run actions: what runs them, how many at once, and what they may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.filled import FILLED, FilledPath
from reconciler.cli.options import Command

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.running import RunnerOptions


def runner_options(command: Command) -> Command:
    """``--jobs``, ``--engine``, ...; :func:`options_of` reads what was given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def options_of(given: dict[str, Any], *, file_roots: tuple[Path, ...] = ()) -> RunnerOptions:
    """Return how actions are to be run; ``given`` has an ``executor`` besides."""
    from reconciler.running import ExecutorKind, RunnerOptions

    return RunnerOptions(
        executor=ExecutorKind(given["executor"]),
        jobs=given["jobs"],
        engine=given["engine"],
        container_arguments=given["container_arguments"],
        network=given["network"],
        secrets=given["secrets"],
        work_dir=given["work_dir"],
        file_roots=file_roots or None,
    )


_OPTIONS = (
    click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N", help="Runs at once."),
    click.option(
        "--engine",
        envvar="RECONCILER_ENGINE",
        type=FILLED,
        metavar="COMMAND",
        help="Container engine.  [default: what is there]",
    ),
    click.option(
        "--container-arguments",
        envvar="RECONCILER_CONTAINER_ARGUMENTS",
        default="",
        metavar="OPTIONS",
        help="More options for the engine's run, such as '--ulimit nofile=1024'.",
    ),
    click.option("--network", is_flag=True, help="Containers may use the network."),
    click.option(
        "--secrets",
        type=FilledPath(exists=True, dir_okay=False),
        envvar="RECONCILER_SECRETS",
        metavar="FILE",
        help='Secrets as JSON, {"roboto-secret://NAME": "VALUE"}: whichever action has that parameter value gets it.',
    ),
    click.option(
        "--work-dir",
        type=FilledPath(exists=True, file_okay=False),
        envvar="RECONCILER_WORK_DIR",
        metavar="DIR",
        help="Where folders of runs are made.  [default: where temporary files go]",
    ),
)
