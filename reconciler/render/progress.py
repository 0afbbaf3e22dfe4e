"""Apply as it happens: a bar on a terminal, lines in a log, JSON lines for programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.apply.events import ApplyEnded, ApplyStarted, ChangeEnded, ChangeStarted, Event, Outcome

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

#: With more changes than this the bar stands for those that went well; the others are always told.
TELL_ALL_LIMIT: Final = 100


class Progress(Protocol):
    """Something that events can be given to while they happen."""

    def __call__(self, event: Event) -> None:
        """Take one event."""
        ...


def text_progress(console: Console, *, bar_on: Console) -> AbstractContextManager[Progress]:
    """Return progress that tells every change on ``console``, with a bar where ``bar_on`` is a terminal."""
    if bar_on.is_terminal and not bar_on.is_dumb_terminal and _is_a_screen(bar_on):
        return _bar(console, bar_on=bar_on)
    return _lines(console)


@contextmanager
def json_progress(echo: Callable[[str], object]) -> Iterator[Progress]:
    """Give ``echo`` one JSON object for each event, the version before the first.

    Where nothing happens nothing is given: what stopped it is then a document of its own.
    """
    from reconciler.render.machine import event_json, version_line

    has_begun = False

    def tell(event: Event) -> None:
        nonlocal has_begun
        if not has_begun:
            echo(version_line())
            has_begun = True
        echo(event_json(event))

    yield tell


@contextmanager
def _lines(console: Console) -> Iterator[Progress]:
    from reconciler.render.terminal import show_event

    def tell(event: Event) -> None:
        show_event(event, console)

    yield tell


@contextmanager
def _bar(console: Console, *, bar_on: Console) -> Iterator[Progress]:
    # Lines on the bar's own screen have to go through its console, or the two overwrite each other.
    lines_on = bar_on if _is_a_screen(console) else console
    with _rich_bar(bar_on) as bar:
        yield _Bar(bar, lines_on)


class _Bar:
    """Moves a bar and tells the endings above it; the summary stays when the bar is gone."""

    def __init__(self, bar: RichProgress, console: Console) -> None:
        from reconciler.render.terminal import show_event

        self._bar = bar
        self._task = bar.add_task("Applying", total=None, under_way="")
        self._tell: Callable[[Event], None] = lambda event: show_event(event, console)
        self._tells_all = True
        self._under_way: dict[str, None] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case ApplyStarted(total=total):
                self._tells_all = total <= TELL_ALL_LIMIT
                self._bar.update(self._task, total=total)
                self._tell(event)
            case ChangeStarted(address=address):
                self._under_way[str(address)] = None
                self._show_under_way()
            case ChangeEnded(address=address, outcome=outcome):
                self._under_way.pop(str(address), None)
                self._bar.advance(self._task)
                self._show_under_way()
                if self._tells_all or outcome is not Outcome.APPLIED:
                    self._tell(event)
            case ApplyEnded():
                self._bar.stop()
                self._tell(event)

    def _show_under_way(self) -> None:
        from reconciler.render.visible import visible

        longest_running = next(iter(self._under_way), "")
        self._bar.update(self._task, under_way=visible(longest_running))


def _rich_bar(console: Console) -> RichProgress:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[under_way]}", style="dim", markup=False),
        console=console,
        transient=True,
    )


def _is_a_screen(console: Console) -> bool:
    try:
        return os.isatty(console.file.fileno())
    except (OSError, ValueError):
        # A stream without a descriptor: a buffer, or one that is closed.
        return False
