"""Ctrl-C and SIGTERM during apply: the first asks to stop, the second gives up waiting."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from reconciler.interrupts import Insisting

#: What asks to stop, with how a process usually takes it: a person, or a pipeline whose job was cancelled.
_USUAL: Final = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextmanager
def first_interrupt_sets(stop: threading.Event) -> Iterator[None]:
    """While the block runs, let the first Ctrl-C or SIGTERM set ``stop``; a later one raises ``KeyboardInterrupt``.

    Nothing changes outside the main thread, or for a signal that the process handles or ignores in its own way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    current = {number: signal.getsignal(number) for number in _USUAL}
    taken = {
        number: handler
        for number, handler in current.items()
        if handler is _USUAL[number] or isinstance(handler, Insisting)
    }
    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, usual in taken.items():
            signal.signal(number, usual)
