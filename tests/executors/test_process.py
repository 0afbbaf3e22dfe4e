"""Commands as processes of this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import RunFailed
from reconciler.executors.piped import Piped
from reconciler.executors.port import Executor, Running
from reconciler.executors.process import ProcessExecutor
from tests.alive import is_alive
from tests.executors.builders import ended, job, python, read_all


@pytest.fixture
def executor() -> Executor:
    """An executor whose own environment holds a secret."""
    return ProcessExecutor({"PATH": os.environ["PATH"], "AWS_SECRET_ACCESS_KEY": "hush"})


def awaited_end(pid: int) -> bool:
    """True when the process ends within a moment."""
    deadline = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not is_alive(pid)


def first_line(running: Running) -> str:
    """The first line a command writes."""
    output = b""
    while b"\n" not in output:
        output += running.read(5.0) or b""
    return output.decode().splitlines()[0]


def test_what_a_command_writes_is_read_in_its_order(tmp_path: Path, executor: Executor) -> None:
    """Stdout and stderr are one stream, as on a terminal."""
    script = "echo one; echo two >&2; echo three"
    output, end = ended(executor.start(job(tmp_path, script)))
    assert output == b"one\ntwo\nthree\n"
    assert end.code == 0
    assert end.problem is None


def test_a_command_knows_its_variables_and_where_programs_are_and_nothing_else(
    tmp_path: Path, executor: Executor
) -> None:
    """Nothing of the environment of whoever runs the runner reaches an action."""
    program = "import os; print(sorted(os.environ))"
    output, _ = ended(executor.start(job(tmp_path, python(program))))
    # The shell adds PWD, and Python on some systems LC_CTYPE.
    assert set(eval(output)) - {"PWD", "LC_CTYPE", "_", "SHLVL", "OLDPWD"} == {"GREETING", "PATH"}


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("exit 3", 3, "exit code 3"),
        ("exit 78", 78, "exit code 78 (wrong configuration)"),
        ("kill -SEGV $$", 139, "exit code 139 (SIGSEGV)"),
        ("kill -KILL $$", 137, "memory"),
    ],
)
def test_how_a_command_ended_is_told_in_words(
    tmp_path: Path, executor: Executor, script: str, code: int, words: str
) -> None:
    """A signal has 128 and its number; the conventions of exit codes are spelt out."""
    _, end = ended(executor.start(job(tmp_path, script)))
    assert end.code == code
    assert words in str(end.problem)


def test_a_command_runs_in_the_folder_of_its_run(tmp_path: Path, executor: Executor) -> None:
    """What it writes to where it stands goes away with the run."""
    output, _ = ended(executor.start(job(tmp_path, "pwd")))
    assert Path(output.decode().strip()) == tmp_path.resolve()


def test_a_workdir_is_a_folder_of_this_machine(tmp_path: Path, executor: Executor) -> None:
    """There is no image to look for it in."""
    (tmp_path / "inside").mkdir()
    output, _ = ended(executor.start(job(tmp_path, "pwd", workdir="inside")))
    assert output.decode().strip().endswith("/inside")
    with pytest.raises(RunFailed, match='"/no/such/app" is no folder of this machine'):
        executor.start(job(tmp_path, workdir="/no/such/app"))


def test_an_action_without_command_cannot_run_as_a_process(tmp_path: Path, executor: Executor) -> None:
    """Its image knows what to run, and nobody asks it."""
    with pytest.raises(RunFailed, match="entry_point or command"):
        executor.start(job(tmp_path, entry_point=(), command=()))


@pytest.mark.parametrize("name", ["no-such-program", "/etc/hostname"])
def test_a_program_that_is_none_fails_the_run(tmp_path: Path, executor: Executor, name: str) -> None:
    """The reason is the system's own."""
    with pytest.raises(RunFailed, match=f'cannot start "{name}": '):
        executor.start(job(tmp_path, entry_point=(name,), command=()))


def test_a_variable_that_no_environment_can_hold_fails_the_run(tmp_path: Path, executor: Executor) -> None:
    """The system's functions raise ValueError for it."""
    with pytest.raises(RunFailed, match="cannot start"):
        executor.start(job(tmp_path, variables={"A": "null\0byte"}))


def test_stop_ends_everything_a_command_started(tmp_path: Path, executor: Executor) -> None:
    """The whole session goes, children in the background included."""
    running = executor.start(job(tmp_path, "sleep 600 & echo $!; wait"))
    child = int(first_line(running))
    running.stop(grace=5.0)
    assert running.finish().code != 0
    assert awaited_end(child)


def test_a_command_that_does_not_want_to_end_is_killed(tmp_path: Path, executor: Executor) -> None:
    """Grace is short, and then there is none."""
    running = executor.start(job(tmp_path, "trap '' TERM; echo ready; while true; do sleep 0.05; done"))
    first_line(running)
    running.stop(grace=0.1)
    assert running.finish().code == 137


def test_what_a_command_leaves_running_ends_with_it(tmp_path: Path, executor: Executor) -> None:
    """A child in the background neither holds the run up nor outlives it."""
    running = executor.start(job(tmp_path, "sleep 600 & echo $!"))
    output = read_all(running)
    assert running.finish().code == 0
    assert awaited_end(int(output))


def test_reading_waits_no_longer_than_asked(tmp_path: Path, executor: Executor) -> None:
    """Whoever reads has other things to look after."""
    running = executor.start(job(tmp_path, "sleep 600"))
    assert running.read(0.01) == b""
    running.stop(grace=1.0)
    running.finish()


def test_what_a_command_writes_last_is_read_however_late_its_end_is_noticed(tmp_path: Path) -> None:
    """It writes and ends between the look at the pipe and the look at the process."""
    piped = Piped.start(["/bin/sh", "-c", "echo bye"], variables={}, folder=tmp_path)
    piped._process.wait()
    looks: Iterator[list[tuple[int, int]]] = iter([[]])
    pipe = piped._readable

    class LateLook:
        def poll(self, milliseconds: float) -> list[tuple[int, int]]:
            return next(looks, None) or pipe.poll(milliseconds)

    piped._readable = LateLook()  # type: ignore[assignment]  # the first look is one from before it wrote
    assert [piped.read(0.0), piped.read(0.0), piped.read(0.0)] == [b"bye\n", b"", None]
    assert piped.finish() == 0


def test_a_command_that_closes_its_output_is_still_waited_for(tmp_path: Path, executor: Executor) -> None:
    """The end of output is not the end."""
    running = executor.start(job(tmp_path, "exec >&- 2>&-; sleep 0.2; exit 4"))
    assert read_all(running) == b""
    assert running.finish().code == 4


def test_the_notice_says_that_there_is_no_sandbox(executor: Executor) -> None:
    """Everybody who reads a log should know."""
    assert "without a sandbox" in executor.notice
    assert "hush" not in repr(executor)
