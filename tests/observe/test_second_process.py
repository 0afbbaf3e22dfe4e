"""Work shared with a second process: every piece is done, whatever becomes of the other one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from reconciler.second_process import SecondProcess, share

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a second process needs Linux and two cores"
)

#: Forks are made where there is no other thread; see ``tests/conftest.py``.
BEFORE_ANY_THREAD = True


def shared(count: int, work: Callable[[int], bytes | None]) -> SecondProcess:
    """Return work that is shared."""
    second = share(count, work)
    assert second is not None
    return second


def test_every_piece_is_done_by_one_of_the_two() -> None:
    """What this process could not claim is among the results, but for one that both may have left to the other."""
    count = 3_000
    with closing(shared(count, lambda place: b"%d\n" % place)) as second:
        claimed = 0
        while claimed < count and second.claim(claimed):
            claimed += 1
        results = second.results()
    missing = set(range(claimed, count)) - results.keys()
    assert len(missing) <= 1
    assert all(made == b"%d\n" % place for place, made in results.items())


def test_what_makes_nothing_is_not_among_the_results() -> None:
    """A piece may give nothing; the others are found all the same, empty ones too."""
    with closing(shared(10, lambda place: None if place % 2 else b"")) as second:
        assert second.results() == dict.fromkeys(range(0, 10, 2), b"")


@pytest.mark.parametrize("end", [lambda: os._exit(3), lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0])
def test_a_second_process_that_fails_has_done_nothing(end: Callable[[], object]) -> None:
    """However it ends before its time, nothing of it is believed, and nothing is printed."""

    def work(place: int) -> bytes:
        if place == 5:
            end()
        return b"done"

    with closing(shared(10, work)) as second:
        assert second.results() == {}


def test_a_second_process_can_be_ended() -> None:
    """Closing does not wait for the work, and can be repeated."""
    blocking, never = os.pipe()
    second = shared(3, lambda place: os.read(blocking, 1))
    second.close()
    second.close()
    os.close(blocking)
    os.close(never)


def test_there_is_no_second_process_beside_other_threads() -> None:
    """A fork would copy what they hold, and not them."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    assert share(10, lambda place: b"") is None
    over.set()
    other.join()
