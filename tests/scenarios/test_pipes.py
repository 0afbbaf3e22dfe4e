"""A reader that leaves, as ``head`` does, changes neither what is done nor the exit code."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.conftest import Folder

#: More than a pipe holds, so that the command notices that nobody reads.
MANY = 150

#: A disk that is full, where the system has one.
FULL = Path("/dev/full")


def unread(folder: Folder, *arguments: str) -> tuple[int, str]:
    """Run the command with a reader that leaves after the first line; return exit code and standard error."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments, "--platform", "embedded"],
        cwd=folder.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    return process.wait(timeout=60), err


@pytest.fixture
def fleet(folder: Folder) -> Folder:
    """Many actions with long descriptions."""
    for number in range(MANY):
        folder.action(f"action_{number}", more=f"  description: {'long ' * 200}\n")
    folder.empty_platform()
    return folder


@pytest.mark.parametrize("output", ["text", "json"])
def test_an_apply_that_nobody_watches_any_more_is_finished(fleet: Folder, output: str) -> None:
    """What was approved is applied to its end."""
    assert unread(fleet, "apply", "--auto-approve", "--output", output) == (0, "")
    assert fleet.embedded("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_a_verdict_nobody_reads_is_still_the_exit_code(fleet: Folder, output: str) -> None:
    """There are changes, and a reader that leaves does not make them go away."""
    assert unread(fleet, "plan", "--detailed-exitcode", "--output", output) == (2, "")
    assert unread(fleet, "drift", "--output", output) == (2, "")


def test_a_reader_of_the_words_may_leave_as_well(folder: Folder) -> None:
    """As in ``2>&1 | head``: a stale plan is still stale."""
    folder.action("one")
    folder.embedded("plan", "--out", "plan.json")
    folder.action("two")
    folder.embedded("apply", "--auto-approve")
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [sys.executable, "-m", "reconciler", "apply", "plan.json", "--platform", "embedded"],
        cwd=folder.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=write,
        stderr=write,
        check=False,
    )
    os.close(write)
    assert ran.returncode == 4


def test_fmt_reads_standard_input_and_prints_what_it_becomes(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an editor asks for it; with --check it only tells, and text that cannot be read prints nothing."""
    canonical = "apiVersion: reconciler/v1\nkind: Action\nmetadata: { name: one }\nspec: { uri: x }\n"
    swapped = "".join(sorted(canonical.splitlines(keepends=True), reverse=True))

    def fmt(text: str, *flags: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        ended = folder.run("fmt", *flags, "-")
        return ended.code, ended.out

    assert fmt(swapped) == fmt(canonical) == (0, canonical)
    assert fmt(swapped, "--check") == (1, "<stdin>\n")
    assert fmt(canonical, "--check") == (0, "")
    assert fmt("a: [") == (1, "")


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is full takes a system that has one")
@pytest.mark.parametrize("output", ["text", "json", "markdown", "html"])
def test_output_that_was_lost_is_no_answer(folder: Folder, output: str) -> None:
    """A full disk ends in one sentence and a code that nobody takes for success; the work is done all the same."""
    folder.action("ingest")
    for arguments in (("plan", "--output", output), ("apply", "--auto-approve")):
        with FULL.open("wb") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "reconciler", *arguments, "--platform", "embedded"],
                cwd=folder.path,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (ended.returncode, ended.stderr.splitlines()[-1]) == (
            1,
            "error: cannot write to standard output: No space left on device",
        )
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_without_a_standard_input_there_is_nobody_to_ask(folder: Folder) -> None:
    """Some schedulers close it."""
    folder.action("ingest")
    folder.monkeypatch.setattr(sys, "stdin", None)
    ended = folder.embedded("apply")
    assert (ended.code, "there is nobody to ask" in ended.err) == (64, True)
