"""``reconciler run``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.connection import settings_of
from reconciler.cli.options import output_option, platform_options
from reconciler.cli.runner_options import options_of, runner_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.domain.invocations import InvocationRecord, InvocationStatus


@click.command("run", epilog="Example: reconciler run --executor container --until-idle")
@click.option(
    "--executor",
    type=click.Choice(["process", "container"]),
    required=True,
    envvar="RECONCILER_EXECUTOR",
    help="container: in podman or docker. process: on this machine, WITHOUT A SANDBOX, for actions you trust.",
)
@click.option(
    "--until-idle", is_flag=True, help="Leave when nothing is queued and nothing runs; with 1 when a run failed."
)
@runner_options
@platform_options
@output_option("text", "json")
def command(*, until_idle: bool, output: str, **arguments: Any) -> None:
    """Run queued invocations of the embedded platform on this machine.

    Several may run side by side, also as several of these commands: each invocation is run by one. Ctrl-C ends what
    runs and queues it again.

    With --until-idle it also waits for what other runners have under way; what a dead one left is tried again after a
    minute of silence. The exit code is 1 when a run that this command took, or gave up, has failed for good; one that
    was cancelled has not.
    """
    from reconciler.running import open_runner

    options = options_of(arguments)
    stop, tally = threading.Event(), Tally(_teller(output))
    with open_runner(settings_of(arguments), options, tell=tally, warn=_warn, stop=stop) as runner:
        _announce(options.executor.value, output)
        with _signals_set(stop):
            runner.run(until_idle=until_idle)
    if stop.is_set():
        raise click.exceptions.Exit(130)
    if until_idle:
        _sum_up(tally, output)


class Tally:
    """A listener of a runner that remembers how every invocation stood when it was last told of it."""

    def __init__(self, tell: Callable[[InvocationRecord], None]) -> None:
        self._tell = tell
        self._statuses: dict[str, InvocationStatus] = {}

    def __call__(self, record: InvocationRecord) -> None:
        """Remember how an invocation stands, and tell on."""
        self._statuses[record.invocation_id] = record.last_status
        self._tell(record)

    @property
    def taken(self) -> int:
        """How many invocations there were."""
        return len(self._statuses)

    @property
    def failed(self) -> list[str]:
        """The ids of those that failed and are not tried again."""
        from reconciler.domain.invocations import InvocationStatus

        lost = (InvocationStatus.Failed, InvocationStatus.Deadly)
        return [invocation_id for invocation_id, status in self._statuses.items() if status in lost]


def _sum_up(tally: Tally, output: str) -> None:
    """Say how many runs failed, and leave with 1 when some did."""
    failed = tally.failed
    if output == "json":
        from reconciler.render.machine import line_json

        click.echo(line_json(type="summary", taken=tally.taken, failed=failed))
    if not failed:
        return
    from reconciler.render.words import counted

    click.echo(f"{len(failed):,} of {counted(tally.taken, 'run')} failed; why: reconciler logs {failed[0]}", err=True)
    raise click.exceptions.Exit(1)


def _announce(executor: str, output: str) -> None:
    if executor == "process":
        click.echo(
            "warning: actions run as processes of this machine, without a sandbox: with all the rights you have",
            err=True,
        )
    if output == "json":
        from reconciler.render.machine import version_line

        click.echo(version_line())


def _teller(output: str) -> Callable[[InvocationRecord], None]:
    if output == "json":
        return _tell_json
    return _tell_text


def _tell_json(record: InvocationRecord) -> None:
    from reconciler.render.invocations import invocation_document
    from reconciler.render.machine import line_json

    click.echo(line_json(type="invocation", invocation=invocation_document(record)))


def _tell_text(record: InvocationRecord) -> None:
    from reconciler.cli.console import stdout
    from reconciler.render.invocations import progress_line
    from reconciler.render.lines import show_lines

    show_lines(stdout(), [progress_line(record)])


def _warn(reason: str) -> None:
    click.echo(f"warning: {reason}", err=True)


@contextmanager
def _signals_set(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM set ``stop``; a second one ends the process as usual."""
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, usual[signal.Signals(number)])

    for number in usual:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
