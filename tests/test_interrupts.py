"""Ctrl-C that something drops is raised again, and one that is heard is raised once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reconciler.interrupts import PATIENCE

HEAD = f"""
import os, signal, sys, time
from reconciler.interrupts import Insisting
insisting = Insisting()
signal.signal(signal.SIGINT, insisting)
LONG = {PATIENCE * 4}

def press():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)
"""

#: Python tells of an exception in ``__del__`` and drops it.
DROPPED = """
class Dropping:
    def __del__(self):
        press()

try:
    Dropping()
    print("dropped")
    time.sleep(60)
except KeyboardInterrupt:
    insisting.rest()
    print("heard")
"""

#: Whoever tidies up takes longer than the handler's patience, with exceptions of its own.
TIDYING = """
def tidy():
    try:
        raise ValueError
    except ValueError:
        time.sleep(LONG)
    time.sleep(LONG)

try:
    try:
        press()
    finally:
        tidy()
        print("tidied")
except KeyboardInterrupt:
    insisting.rest()
    time.sleep(LONG)
    print("heard")
"""

#: As classes do that are interrupted while they are made.
OF_ITS_OWN = """
try:
    try:
        press()
    except KeyboardInterrupt as interrupt:
        raise RuntimeError("another error") from interrupt
except RuntimeError:
    time.sleep(LONG)
    print("heard")
"""


@pytest.mark.parametrize(
    ("script", "told"),
    [(DROPPED, ["dropped", "heard"]), (TIDYING, ["tidied", "heard"]), (OF_ITS_OWN, ["heard"])],
    ids=["dropped", "tidying", "another error"],
)
def test_an_interrupt_is_heard_once(script: str, told: list[str]) -> None:
    """Neither lost nor raised into what it set off."""
    ended = subprocess.run(
        [sys.executable, "-c", HEAD + script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ended.stdout.split("\n")[:-1], ended.returncode) == (told, 0), ended.stderr
