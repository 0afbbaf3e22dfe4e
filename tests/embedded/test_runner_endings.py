"""How runs end early: timeouts, cancellations, runners that stop or die, and several of them at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.domain.invocation_requests import UpdateInvocationStatus
from reconciler.domain.invocations import ExecutorContainer, InvocationRecord, InvocationStatus
from reconciler.embedded.platform import LOCAL_CALLER, Caller, EmbeddedPlatform
from reconciler.embedded.run_queue import RunQueue
from reconciler.embedded.scheduler import utc_now
from reconciler.errors import PlatformUnavailable
from reconciler.executors.port import Exit, Job
from reconciler.executors.process import ProcessExecutor
from tests.alive import is_alive
from tests.contract.run_builders import moved
from tests.embedded.running import QUICK, Workshop, awaited, in_background, last_detail, stages

#: Says that it has begun, starts a child and goes on until it is ended.
ENDLESS = "sleep 600 & echo $!; wait"


@pytest.fixture
def workshop(platform: EmbeddedPlatform, tmp_path: Path) -> Workshop:
    """A platform with a runner."""
    return Workshop(platform, tmp_path)


def leaping(has_come: Callable[[], bool]) -> Callable[[], float]:
    """A clock that is an hour ahead as soon as something has come to pass, however long that takes."""
    return lambda: time.monotonic() + (3600 if has_come() else 0)


def interrupted(workshop: Workshop, interrupt: Callable[[str], object]) -> tuple[InvocationRecord, int]:
    """Run something endless, do something to it once it has begun, and return what became of it and its child."""
    workshop.action(ENDLESS)
    invocation_id = workshop.invoke()
    threads = in_background(lambda: workshop.runner().run(until_idle=True))
    assert awaited(lambda: bool(workshop.log(invocation_id)))
    interrupt(invocation_id)
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return workshop.platform.get_invocation(invocation_id), int(workshop.log(invocation_id)[0])


def test_an_action_has_so_many_minutes(workshop: Workshop) -> None:
    """Then it is ended with all its children, and the run has failed."""
    workshop.action(ENDLESS)
    invocation_id = workshop.invoke(timeout=1)
    record = workshop.ran(invocation_id, monotonic=leaping(lambda: bool(workshop.log(invocation_id))))
    assert stages(record)[-2:] == ["Processing", "Failed"]
    assert last_detail(record) == "the action timed out after 1 minute"
    child = int(workshop.log(invocation_id)[0])
    assert awaited(lambda: not is_alive(child))


def test_what_an_action_wrote_before_its_time_was_over_is_in_the_log(workshop: Workshop) -> None:
    """A line without an end, too: it may be the one that tells."""
    has_written = workshop.folder / "has-written"
    workshop.action(f"printf 'stuck at'; touch {has_written}; exec sleep 600")
    invocation_id = workshop.invoke(timeout=1)
    workshop.ran(invocation_id, monotonic=leaping(has_written.exists))
    assert workshop.log(invocation_id) == ["stuck at"]


def test_a_cancelled_run_ends_with_everything_it_started(workshop: Workshop) -> None:
    """Nobody waits for its timeout."""
    record, child = interrupted(workshop, workshop.platform.cancel_invocation)
    assert stages(record)[-2:] == ["Processing", "Cancelled"]
    assert awaited(lambda: not is_alive(child))
    assert workshop.log(record.invocation_id, ExecutorContainer.Monitor) == ["the invocation was cancelled"]


def test_a_run_that_was_cancelled_in_the_queue_never_begins(workshop: Workshop) -> None:
    """There is nothing to end."""
    workshop.action("echo ran")
    invocation_id = workshop.invoke()
    workshop.platform.cancel_invocation(invocation_id)
    assert stages(workshop.ran(invocation_id)) == ["Queued", "Cancelled"]
    assert workshop.log(invocation_id) == []


def test_a_runner_that_is_stopped_queues_again_what_it_ran(workshop: Workshop) -> None:
    """Whoever comes next begins anew."""
    stop = threading.Event()
    workshop.action(ENDLESS)
    invocation_id = workshop.invoke()
    runner = workshop.runner(stop=stop)
    threads = in_background(runner.run)
    assert awaited(lambda: bool(workshop.log(invocation_id)))
    stop.set()
    threads[0].join(60)
    record = workshop.platform.get_invocation(invocation_id)
    assert stages(record)[-3:] == ["Processing", "Failed", "Queued"]
    assert awaited(lambda: not is_alive(int(workshop.log(invocation_id)[0])))


def test_a_run_that_was_given_to_somebody_else_is_left_alone(workshop: Workshop) -> None:
    """A runner that slept for too long finds out and writes nothing over the other's."""
    workshop.action(ENDLESS)
    invocation_id = workshop.invoke()
    runner = workshop.runner()
    threads = in_background(runner.run)
    assert awaited(lambda: bool(workshop.log(invocation_id)))
    moved(workshop.platform, invocation_id, *_taken_over())
    child = int(workshop.log(invocation_id)[0])
    assert awaited(lambda: not is_alive(child))
    runner.stop()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    record = workshop.platform.get_invocation(invocation_id)
    assert stages(record)[-4:] == ["Processing", "Failed", "Queued", "Scheduled"]


def _taken_over() -> tuple[InvocationStatus, ...]:
    return InvocationStatus.Failed, InvocationStatus.Queued, InvocationStatus.Scheduled


def test_a_run_shows_signs_of_life(workshop: Workshop) -> None:
    """Its heartbeat goes on for as long as it does."""

    def cancel_after_a_sign(invocation_id: str) -> None:
        assert awaited(lambda: workshop.platform.get_invocation(invocation_id).last_heartbeat is not None)
        workshop.platform.cancel_invocation(invocation_id)

    record, _ = interrupted(workshop, cancel_after_a_sign)
    assert record.last_heartbeat is not None


def test_orphans_are_run_again(workshop: Workshop) -> None:
    """A runner that finds a run without signs of life queues it and takes it."""
    workshop.action("true")
    invocation_id = workshop.invoke()
    workshop.platform.run_queue.claim(1)
    record = workshop.ran(invocation_id, now=lambda: utc_now() + timedelta(hours=1))
    assert stages(record)[:4] == ["Queued", "Scheduled", "Failed", "Queued"]
    assert record.last_status is InvocationStatus.Completed


def test_a_runner_that_is_to_end_waits_for_what_another_one_has(workshop: Workshop) -> None:
    """It says so, and leaves once the other's runs have ended."""
    workshop.action("true")
    invocation_id = workshop.invoke()
    workshop.platform.run_queue.claim(1)
    told: list[str] = []
    threads = in_background(lambda: workshop.runner(warn=told.append).run(until_idle=True))
    assert awaited(lambda: bool(told))
    assert "another runner" in told[0]
    assert threads[0].is_alive()
    moved(workshop.platform, invocation_id, InvocationStatus.Completed)
    threads[0].join(60)
    assert not threads[0].is_alive()
    assert len(told) == 1


def test_a_runner_that_is_to_end_sees_through_what_a_dead_one_left(workshop: Workshop) -> None:
    """However fresh that one's last sign of life is: no run is left behind by a command that says it is done."""
    workshop.action("true")
    invocation_id = workshop.invoke()
    workshop.platform.run_queue.claim(1)
    record = workshop.ran(invocation_id, pace=replace(QUICK, silence=1.5))
    assert record.last_status is InvocationStatus.Completed


def test_a_runner_tells_of_what_it_gives_up(workshop: Workshop) -> None:
    """Nobody takes it again, and so nobody else would."""
    workshop.action("true")
    invocation_id = workshop.invoke()
    for _ in range(2):
        workshop.platform.run_queue.claim(1)
        workshop.platform.run_queue.retry_orphans(silent_since=utc_now())
    workshop.platform.run_queue.claim(1)
    told: list[InvocationRecord] = []
    workshop.ran(invocation_id, pace=replace(QUICK, silence=0.2), tell=told.append)
    assert [(each.invocation_id, each.last_status) for each in told] == [(invocation_id, InvocationStatus.Deadly)]


def test_the_third_failure_is_deadly(workshop: Workshop) -> None:
    """Twice an invocation may be tried again."""
    workshop.action("exit 1")
    invocation_id = workshop.invoke()
    for _ in range(2):
        assert workshop.ran(invocation_id).last_status is InvocationStatus.Failed
        request = UpdateInvocationStatus(status=InvocationStatus.Queued, detail="again")
        workshop.platform.update_invocation_status(invocation_id, request)
    assert workshop.ran(invocation_id).last_status is InvocationStatus.Deadly


def test_several_runners_run_each_invocation_once(workshop: Workshop, path: Path) -> None:
    """They share nothing but the file."""
    marks = workshop.folder / "marks"
    workshop.action(f"echo $ROBOTO_INVOCATION_ID >> {marks}")
    ids = [workshop.invoke() for _ in range(24)]
    platforms = [EmbeddedPlatform.open(path) for _ in range(3)]
    runners = [Workshop(platform, workshop.folder).runner(jobs=2) for platform in platforms]
    threads = in_background(*(lambda runner=runner: runner.run(until_idle=True) for runner in runners))
    for thread in threads:
        thread.join(60)
    for platform in platforms:
        platform.close()
    assert sorted(marks.read_text().split()) == sorted(ids)
    completed = {workshop.platform.get_invocation(invocation_id).last_status for invocation_id in ids}
    assert completed == {InvocationStatus.Completed}


def test_a_runner_runs_several_side_by_side_when_asked(workshop: Workshop) -> None:
    """Two that wait for each other both end."""
    for name, other in (("ping", "pong"), ("pong", "ping")):
        here, there = workshop.folder / name, workshop.folder / other
        workshop.action(f"touch {here}; while [ ! -e {there} ]; do sleep 0.02; done", name=name)
    ids = [workshop.invoke("ping"), workshop.invoke("pong")]
    workshop.runner(jobs=2).run(until_idle=True)
    ended = [workshop.platform.get_invocation(invocation_id).last_status for invocation_id in ids]
    assert ended == [InvocationStatus.Completed] * 2


def test_invocations_of_every_organization_are_run(workshop: Workshop) -> None:
    """Each sees its own data."""
    workshop.action("true")
    theirs = Workshop(workshop.platform.as_caller(Caller(user_id="bob", org_id="og_theirs")), workshop.folder)
    dataset = theirs.dataset({"a.txt": "x"}, "their-run")
    theirs.action("cp $ROBOTO_INPUT_DIR/a.txt $ROBOTO_OUTPUT_DIR/b.txt")
    invocation_id = theirs.invoke_on(dataset)
    workshop.runner().run(until_idle=True)
    record = theirs.platform.get_invocation(invocation_id)
    assert record.last_status is InvocationStatus.Completed
    assert set(theirs.files(dataset)) == {"a.txt", "b.txt"}


RUN_ONE = """
import os, sys
from pathlib import Path
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.runner import Runner
from reconciler.executors.process import ProcessExecutor
Runner(EmbeddedPlatform.open(sys.argv[1]), ProcessExecutor(os.environ), work_dir=Path(sys.argv[2])).run()
"""


@contextmanager
def killed_runner(workshop: Workshop, path: Path, *, begun: Callable[[], bool]) -> Iterator[None]:
    """Start a process with a runner; kill it -9 at the end."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    work_dir = workshop.folder / "work"
    work_dir.mkdir()
    process = subprocess.Popen([sys.executable, "-c", RUN_ONE, str(path), str(work_dir)], env=environment)
    try:
        assert awaited(begun)
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_what_a_killed_runner_ran_is_run_by_the_next(workshop: Workshop, path: Path) -> None:
    """A runner that ends by kill -9 loses no invocation."""
    marker = workshop.folder / "second"
    workshop.action(f"echo begun; [ -e {marker} ] || exec sleep 5")
    invocation_id = workshop.invoke()
    with killed_runner(workshop, path, begun=lambda: bool(workshop.log(invocation_id))):
        pass
    marker.touch()
    work_dir = workshop.folder / "work"
    assert len(list(work_dir.iterdir())) == 1

    record = workshop.ran(invocation_id, now=lambda: utc_now() + timedelta(hours=1))

    assert stages(record).count("Failed") == 1
    assert list(work_dir.iterdir()) == []
    assert record.last_status is InvocationStatus.Completed


def test_what_a_killed_runner_started_ends_with_it(workshop: Workshop, path: Path) -> None:
    """Kill -9 leaves it no time to end anything: the command and its children go all the same."""
    workshop.action(f"trap '' TERM HUP; echo $$; {ENDLESS}")
    invocation_id = workshop.invoke()
    with killed_runner(workshop, path, begun=lambda: len(workshop.log(invocation_id)) == 2):
        command, child = map(int, workshop.log(invocation_id))
        assert is_alive(command)
        assert is_alive(child)

    assert awaited(lambda: not is_alive(command) and not is_alive(child))


class Breaking:
    """A running command that ends by itself but breaks the port's promise."""

    def read(self, timeout: float) -> bytes | None:
        raise ZeroDivisionError

    def stop(self, *, grace: float) -> None:
        self.stopped = True

    def finish(self) -> Exit:
        return Exit(code=0)


def test_a_bug_in_an_executor_comes_to_light(workshop: Workshop) -> None:
    """It ends the runner, and the command with it: nothing runs on unattended."""
    running = Breaking()

    class Broken(ProcessExecutor):
        def start(self, job: Job) -> Breaking:
            return running

    with pytest.raises(ZeroDivisionError):
        workshop.run_script("true", executor=Broken(os.environ))
    assert running.stopped


def test_a_platform_that_fails_ends_a_runner_that_was_to_end_and_no_other(path: Path, tmp_path: Path) -> None:
    """A service goes on and says what is wrong; a command says it with its exit code."""
    platform = EmbeddedPlatform.open(path, caller=LOCAL_CALLER)
    workshop = Workshop(platform, tmp_path)
    platform.close()
    with pytest.raises(PlatformUnavailable):
        workshop.runner().run(until_idle=True)
    stop = threading.Event()
    told: list[str] = []

    def warn(reason: str) -> None:
        told.append(reason)
        stop.set()

    workshop.runner(warn=warn, stop=stop).run()
    assert "closed" in told[0]


def test_a_bug_of_whoever_watches_over_runs_is_not_silent(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would hear of a cancellation, and every run would count as lost after a while."""

    def heartbeat(_: RunQueue, invocation_id: str) -> InvocationRecord:
        raise ZeroDivisionError(invocation_id)

    monkeypatch.setattr(RunQueue, "heartbeat", heartbeat)
    workshop.action(ENDLESS)
    invocation_id = workshop.invoke()
    with pytest.raises(ZeroDivisionError, match=invocation_id):
        workshop.runner().run()

    assert workshop.platform.get_invocation(invocation_id).last_status is InvocationStatus.Queued
