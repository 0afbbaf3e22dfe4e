"""``reconciler logs``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.connection import connected
from reconciler.cli.filled import FILLED
from reconciler.cli.options import output_option, platform_options

if TYPE_CHECKING:
    from reconciler.domain.invocations import LogRecord
    from reconciler.domain.whole_platform import WholePlatform

#: Seconds between two looks at a log that goes on.
_PAUSE: Final = 1.0


@click.command("logs", epilog="Example: reconciler logs iv_1234 --follow")
@click.argument("invocation_id", type=FILLED, metavar="ID")
@click.option("--follow", is_flag=True, help="Go on until the invocation has ended.")
@platform_options
@output_option("text", "json")
def command(*, invocation_id: str, follow: bool, output: str, **arguments: Any) -> None:
    """Print what an invocation wrote, oldest first.

    Lines that the platform wrote itself begin with who wrote them, such as [setup]. With --output json every record
    is a line of its own.
    """
    with connected(arguments) as platform:
        # Asked first, so that an error is all there is to read when there is one.
        platform.get_invocation(invocation_id)
        records = _followed(platform, invocation_id) if follow else _written(platform, invocation_id)
        _show(records, output)


def _written(platform: WholePlatform, invocation_id: str) -> Iterator[LogRecord]:
    from reconciler.domain.queries import each_of_pages

    return each_of_pages(lambda token: platform.invocation_logs(invocation_id, page_token=token))


def _followed(platform: WholePlatform, invocation_id: str) -> Iterator[LogRecord]:
    last_read: str | None = None
    ended = False
    while True:
        stream = platform.stream_invocation_logs(invocation_id, last_read=last_read)
        yield from stream.items
        last_read = stream.last_read or last_read
        if stream.has_next:
            continue
        if ended:
            return
        # What was written between the last look and the end is read once more.
        ended = platform.get_invocation(invocation_id).last_status.is_terminal()
        if not ended:
            time.sleep(_PAUSE)


def _show(records: Iterator[LogRecord], output: str) -> None:
    from reconciler.render.logs import LogWriter, log_json

    if output == "json":
        from reconciler.render.machine import version_line

        click.echo(version_line())
        for record in records:
            click.echo(log_json(record))
        return
    writer = LogWriter(lambda text: click.echo(text, nl=False))
    for record in records:
        writer(record)
    writer.close()
