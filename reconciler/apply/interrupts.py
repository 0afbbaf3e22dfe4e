"""Ctrl-C during apply: the first asks to stop, the second gives up waiting."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def first_interrupt_sets(stop: threading.Event) -> Iterator[None]:
    """While the block runs, let the first Ctrl-C set ``stop``; a later one raises ``KeyboardInterrupt`` as usual.

    Nothing changes outside the main thread, or where the process handles or ignores Ctrl-C in its own way.
    """
    usual = signal.default_int_handler
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            usual(number, frame)
        stop.set()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
