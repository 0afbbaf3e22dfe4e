"""Lines of the log: in order, whoever reads them, and in nobody's way."""

from __future__ import annotations

import threading

from reconciler.serving.lines import written_aside


def test_lines_come_out_in_order_and_all_of_them_before_the_end() -> None:
    """What was said last is the last line."""
    written: list[str] = []
    with written_aside(written.append) as log:
        for number in range(1000):
            log(str(number))

    assert written == [str(number) for number in range(1000)]


def test_nobody_waits_for_who_does_not_read() -> None:
    """Lines beyond those that may wait are counted, and their number is told once there is a reader again."""
    written: list[str] = []
    taken, reading = threading.Event(), threading.Event()

    def write(line: str) -> None:
        taken.set()
        reading.wait()
        written.append(line)

    with written_aside(write, most_waiting=2) as log:
        log("first")
        taken.wait()
        for number in range(5):
            log(f"{number}")
        reading.set()

    assert written == ["first", "log: 3 lines are missing: they were not read as fast as they came", "0", "1"]


def test_the_end_comes_though_nobody_reads() -> None:
    """After some patience."""
    reading = threading.Event()
    with written_aside(lambda _: wait(reading), most_waiting=1, patience=0.01) as log:
        for _ in range(3):
            log("x")

    assert not reading.is_set()
    reading.set()


def wait(event: threading.Event) -> None:
    """Take a line as a pipe does that nobody reads."""
    event.wait()
