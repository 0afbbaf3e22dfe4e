"""Ctrl-C in a process of ours: at once while the command line loads, and afterwards until it is heard.

Python and libraries written in C drop an exception now and then: in a callback of an import, in a function that a
validator calls, while a generator is thrown away. The process would go on as if nobody had asked it to stop.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

#: Seconds after which is looked whether an interrupt was heard.
PATIENCE: Final = 0.25


def leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has begun that needs an end, and an exception in half a module would print all of it."""
    os.write(2, b"interrupted\n")
    os._exit(130)


def say_nothing_of_interrupts(dropped: sys.UnraisableHookArgs) -> None:
    """Tell of an exception that Python drops, unless it is an interrupt, which is raised again."""
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)


class Insisting:
    """A handler of signals that raises KeyboardInterrupt, and again where nobody heard of it.

    While one is on its way out, through what is tidied up, nothing is raised beside it. ``rest`` ends the insisting.
    """

    def __init__(self) -> None:
        self._raised: KeyboardInterrupt | None = None
        self._timer: threading.Timer | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self._raised = KeyboardInterrupt()
        self._look_later(number)
        raise self._raised

    def rest(self) -> None:
        """Stop insisting: the interrupt was heard."""
        self._raised = None
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self, number: int) -> None:
        self._timer = threading.Timer(PATIENCE, self._look, (number,))
        self._timer.daemon = True
        self._timer.start()

    def _look(self, number: int) -> None:
        if self._raised is None:
            return
        if any(error is self._raised for error in _handled_by_main()):
            self._look_later(number)
        else:
            _deliver(number)


def _handled_by_main() -> Iterator[BaseException]:
    """Yield the exceptions that the main thread is handling, and those that led to them."""
    left = [_topmost(threading.main_thread().ident or 0)]
    seen: set[int] = set()
    while left:
        error = left.pop()
        if error is not None and id(error) not in seen:
            seen.add(id(error))
            yield error
            left += [error.__cause__, error.__context__]


def _topmost(thread: int) -> BaseException | None:
    found = sys._current_exceptions().get(thread)  # noqa: SLF001  documented, and the only way to look
    if sys.version_info >= (3, 12):
        return found
    return found[1] if found else None


def _deliver(number: int) -> None:
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        _thread.interrupt_main(signal.Signals(number))
    else:
        # To that thread itself: it may be waiting for an answer by now, and is woken up.
        signal.pthread_kill(main, number)
