"""Options that several commands share, each defined once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from reconciler.cli import completing
from reconciler.cli.failure import remember_output
from reconciler.cli.filled import FILLED

# What the options are read into is loaded when they are read: a command's help needs none of it.
if TYPE_CHECKING:
    from reconciler.config import Flags
    from reconciler.domain.address import Address
    from reconciler.plan.model import Scope

Command = TypeVar("Command", bound=Callable[..., Any])


def manifest_options(command: Command) -> Command:
    """``-f/--file``, ``--env`` and ``--no-cache``: where the manifests are, and as what they are read."""
    return _decorated(
        command,
        _environment_option,
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            type=FILLED,
            shell_complete=completing.files,
            metavar="PATH",
            help="Manifest file or folder; repeatable; - reads standard input. Default: what reconciler.yaml says.",
        ),
        click.option("--no-cache", is_flag=True, help="Do not use the cache of validated documents."),
    )


def platform_options(command: Command) -> Command:
    """``--platform``, ``--env`` and the options that say whose account it is."""
    return _decorated(
        command,
        _environment_option,
        click.option(
            "--platform",
            type=FILLED,
            shell_complete=completing.platforms,
            metavar="roboto|embedded[:PATH]",
            help="The platform to work on. Default: RECONCILER_PLATFORM, reconciler.yaml, Roboto's own configuration.",
        ),
        click.option("--profile", type=FILLED, metavar="NAME", help="Profile of Roboto's configuration file."),
        click.option(
            "--endpoint", type=FILLED, metavar="URL", help="Roboto's service endpoint, instead of the configured one."
        ),
        click.option(
            "--org", "org_id", type=FILLED, metavar="ID", help="The organization to work in, where you have several."
        ),
        click.option(
            "--parallelism",
            type=click.IntRange(1, 128),
            metavar="N",
            help="Requests under way at once.  [default: 16]",
        ),
    )


def _environment_option(command: Command) -> Command:
    """``--env``, once, however many groups of options need it."""
    known: list[click.Option] = getattr(command, "__click_params__", [])
    if any(option.name == "environment" for option in known):
        return command
    return click.option(
        "--env",
        "environment",
        type=FILLED,
        shell_complete=completing.environments,
        metavar="NAME",
        help="The environment of reconciler.yaml to work in. Default: RECONCILER_ENV, its default_environment.",
    )(command)


def scope_options(command: Command) -> Command:
    """``--target``, ``--exclude`` and ``--label``: plan a part of the manifests."""
    return _decorated(
        command,
        click.option(
            "--target",
            "targets",
            multiple=True,
            type=FILLED,
            shell_complete=completing.addresses,
            metavar="ADDRESS",
            help="Only action.NAME and what it needs.",
        ),
        click.option(
            "--exclude",
            "excludes",
            multiple=True,
            type=FILLED,
            shell_complete=completing.addresses,
            metavar="ADDRESS",
            help="All but trigger.NAME.",
        ),
        click.option(
            "--label",
            "labels",
            multiple=True,
            type=FILLED,
            shell_complete=completing.labels,
            metavar="KEY=VALUE",
            help="Only resources with this label.",
        ),
    )


def output_option(*formats: str) -> Callable[[Command], Command]:
    """``--output`` with the formats a command has, and ``--no-color``."""

    def decorate(command: Command) -> Command:
        return _decorated(
            command,
            click.option(
                "--output",
                type=click.Choice(formats),
                default=formats[0],
                show_default=True,
                envvar="RECONCILER_OUTPUT",
                callback=lambda _context, _option, value: remember_output(value),
                is_eager=True,
                help="Format of what is printed.",
            ),
            click.option("--no-color", is_flag=True, envvar="RECONCILER_NO_COLOR", help="Never use colour."),
        )

    return decorate


def flags_of(arguments: dict[str, Any]) -> Flags:
    """Gather what was said on the command line about manifests and platform."""
    from reconciler.config import Flags

    names = ("platform", "profile", "endpoint", "org_id", "environment", "parallelism", "no_cache")
    return Flags(
        files=tuple(arguments.get("files") or ()),
        **{name: arguments[name] for name in names if arguments.get(name) is not None},
    )


def scope_of(arguments: dict[str, Any]) -> Scope:
    """Read ``--target``, ``--exclude`` and ``--label``.

    Raises:
        click.UsageError: An address or a label cannot be read.
    """
    from reconciler.plan.model import Scope

    return Scope(
        targets=_addresses(arguments["targets"], "--target") or None,
        excludes=_addresses(arguments["excludes"], "--exclude"),
        labels=tuple(_label(text) for text in arguments["labels"]),
    )


def read_stdin() -> bytes:
    """Return everything on standard input, as bytes: the loader tells what encoding they are in."""
    given: TextIO | None = sys.stdin
    return b"" if given is None else given.buffer.read()


def _addresses(texts: tuple[str, ...], option: str) -> tuple[Address, ...]:
    from reconciler.domain.address import Address

    try:
        return tuple(Address.parse(text) for text in texts)
    except ValueError as problem:
        raise click.UsageError(f"{option}: {problem}") from None


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f'--label: "{text}" is no label; write KEY=VALUE')
    return key, value


def _decorated(command: Command, *decorators: Callable[[Command], Command]) -> Command:
    for decorator in reversed(decorators):
        command = decorator(command)
    return command
