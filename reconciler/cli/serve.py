"""``reconciler serve``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.filled import FILLED, FilledPath
from reconciler.cli.options import output_option
from reconciler.cli.runner_options import options_of, runner_options
from reconciler.config import DEFAULT_EMBEDDED
from reconciler.errors import ConfigurationError

if TYPE_CHECKING:
    from reconciler.serving.server import Opened

#: The port where none is named: no well-known service has it.
DEFAULT_PORT: Final = 8642


@click.command("serve", epilog="Example: reconciler serve --port 0 --executor container --output json")
@click.option(
    "--host", default="127.0.0.1", show_default=True, type=FILLED, metavar="ADDRESS", help="The address to listen at."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="N",
    help="The port to listen at; 0 takes a free one.",
)
@click.option(
    "--database",
    type=FilledPath(dir_okay=False),
    default=DEFAULT_EMBEDDED,
    show_default=True,
    envvar="RECONCILER_DATABASE",
    metavar="PATH",
    help="The embedded platform's file; it is made where there is none.",
)
@click.option(
    "--config",
    type=FilledPath(dir_okay=False),
    metavar="FILE",
    help="Organizations, users and tokens, as YAML. Default: one user, with a token kept beside the database.",
)
@click.option(
    "--executor",
    type=click.Choice(["none", "process", "container"]),
    default="none",
    show_default=True,
    help="What runs queued invocations; process has no sandbox.",
)
@runner_options
@click.option(
    "--file-root",
    "file_roots",
    type=FilledPath(file_okay=False),
    multiple=True,
    metavar="DIR",
    help="Runs may read imported files below this folder; repeatable. With --config, from nowhere else.",
)
@output_option("text", "json")
def command(
    *,
    host: str,
    port: int,
    database: Path,
    config: Path | None,
    file_roots: tuple[Path, ...],
    output: str,
    no_color: bool,
    **runner: Any,
) -> None:
    """Serve the embedded platform over HTTP, to this tool and to the platform's own clients.

    The first line on standard output is the URL; what happens is told on standard error, a line a request.
    SIGINT and SIGTERM end it in good order.
    """
    _check_extra()
    from reconciler.serving.lines import written_aside
    from reconciler.serving.server import ServeSettings, open_server

    settings = ServeSettings(
        database=database.absolute(),
        host=host,
        port=port,
        config=config,
        runner=None if runner["executor"] == "none" else options_of(runner, file_roots=file_roots),
        environ=os.environ,
    )
    with written_aside(_log) as log, open_server(settings, log=log) as server:
        _announce(server, output=output)
        server.run()
    click.echo("stopped", err=True)


def _check_extra() -> None:
    from importlib.util import find_spec

    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        hint = "pip install 'roboto-reconciler[serve]', or in a clone: pip install '.[serve]'"
        raise ConfigurationError("serve needs more packages", hint=hint)


def _announce(server: Opened, *, output: str) -> None:
    if output == "json":
        import json

        token_file = None if server.token_file is None else str(server.token_file)
        store = server.object_store_url
        facts = {"url": server.url, "object_store_url": store, "token_file": token_file, "pid": os.getpid()}
        click.echo(json.dumps(facts))
    else:
        click.echo(server.url)
    if server.warnings:
        from reconciler.cli.console import stderr
        from reconciler.render.terminal import show_diagnostics

        show_diagnostics(server.warnings, stderr())
    for notice in server.notices:
        click.echo(f"warning: {notice}", err=True)
    if server.token_file is not None:
        _tell_variables(server.url, server.token_file, store=server.object_store_url)
    click.echo("serving; Ctrl-C stops", err=True)


def _tell_variables(url: str, token_file: Path, *, store: str) -> None:
    """Say what clients have to be told, in lines that a shell takes."""
    token = f"$(cat {shlex.quote(str(token_file))})"
    click.echo(f"the token is in {token_file}", err=True)
    click.echo(f'  export ROBOTO_SERVICE_ENDPOINT={url} ROBOTO_API_KEY="{token}"', err=True)
    click.echo(f"  export AWS_ENDPOINT_URL_S3={store}  # where Roboto's own client takes files", err=True)


def _log(line: str) -> None:
    click.echo(line, err=True)
