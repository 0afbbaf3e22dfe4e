"""Progress: lines in logs, a bar on terminals, JSON lines for programs."""

from __future__ import annotations

import io
import json
import os
import re

import pytest
from rich.console import Console

from reconciler.apply.events import ApplyEnded, ApplyStarted, ChangeEnded, ChangeStarted, Event, Outcome
from reconciler.domain.address import Address, Kind
from reconciler.plan.model import Op
from reconciler.render.progress import TELL_ALL_LIMIT, json_progress, text_progress
from tests.render.builders import text_console


def run_of(total: int, *, failing: int = 0) -> list[Event]:
    """Return the events of an apply of so many changes, the last ones failing."""
    addresses = [Address(Kind.ACTION, f"a{number}") for number in range(total)]
    events: list[Event] = [ApplyStarted("p", total)]
    for number, address in enumerate(addresses):
        outcome = Outcome.APPLIED if number < total - failing else Outcome.FAILED
        events += [ChangeStarted(address, Op.CREATE), ChangeEnded(address, Op.CREATE, outcome, 1, 1, reason="no")]
    return [*events, ApplyEnded(total - failing, failing, 0, 0)]


def test_a_log_gets_lines() -> None:
    """Without a terminal there is no bar."""
    console, buffer = text_console()
    other, bar = text_console()

    with text_progress(console, bar_on=other) as tell:
        for event in run_of(2):
            tell(event)

    assert buffer.getvalue().splitlines() == [
        "Applying 2 changes.",
        "+ created action.a0  0 ms",
        "+ created action.a1  0 ms",
        "Applied 2 changes in 0 ms.",
    ]
    assert bar.getvalue() == ""


def test_programs_get_json_lines() -> None:
    """The version first, then one object an event."""
    lines: list[str] = []

    with json_progress(lines.append) as tell:
        for event in run_of(1):
            tell(event)

    assert [json.loads(line)["type"] for line in lines] == [
        "version",
        "apply_started",
        "change_started",
        "change_ended",
        "apply_ended",
    ]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo terminal")
@pytest.mark.parametrize(("total", "told"), [(3, 3), (TELL_ALL_LIMIT + 1, 1)])
def test_a_terminal_gets_a_bar(total: int, told: int) -> None:
    """The bar counts; beyond a limit only what went wrong is told above it; the summary stays."""
    console, buffer = text_console()
    screen = _on_a_terminal(lambda bar_on: _tell_all(console, bar_on, run_of(total, failing=1)))

    lines = buffer.getvalue().splitlines()
    assert f"{total}/{total}" in screen
    assert len([line for line in lines if re.match(r"[+!] ", line)]) == told
    assert lines[-1].startswith("Applied in part")


def _tell_all(console: Console, bar_on: Console, events: list[Event]) -> None:
    with text_progress(console, bar_on=bar_on) as tell:
        for event in events:
            tell(event)


def _on_a_terminal(work: object) -> str:
    """Run with a console on a pseudo terminal and return what appeared on it."""
    master, slave = os.openpty()
    try:
        with open(slave, "w", encoding="utf-8") as stream:  # noqa: PTH123  a descriptor, not a path
            assert callable(work)
            work(Console(file=stream, force_terminal=True, width=100, legacy_windows=False, _environ={}))
            stream.flush()
            return _drained(master)
    finally:
        os.close(master)


def _drained(descriptor: int) -> str:
    os.set_blocking(descriptor, False)
    chunks = io.BytesIO()
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except BlockingIOError:
            break
        if not chunk:
            break
        chunks.write(chunk)
    return chunks.getvalue().decode()
