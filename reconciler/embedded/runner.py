"""The runner: takes queued invocations, of every organization, and sees each of them through.

Several runners may work on one database: an invocation is claimed by one of them. A runner that dies leaves its runs
without a sign of life; whoever finds them so queues them again, and gives them up after the third failure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from reconciler.domain.invocations import InvocationRecord
from reconciler.embedded.attempt import Bench, Credentials, attempt
from reconciler.embedded.invocation_rows import Run
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.pulse import Halt, Monotonic, Pace, Pulse, at_work_for
from reconciler.embedded.scheduler import utc_now
from reconciler.errors import PlatformError, PlatformUnavailable
from reconciler.executors.port import Executor
from reconciler.executors.secrets import SecretFiles

#: Is told of an invocation when a runner takes it and again when it is done with it; the record says how it stands.
Listener = Callable[[InvocationRecord], None]


def _ignore(told: object) -> None:
    """Take what is told and do nothing."""


def _no_credentials(_: InvocationRecord) -> dict[str, str]:
    """Return no variables: the platform is not served, and no action can reach it."""
    return {}


class Runner:
    """Runs queued invocations with an executor until it is stopped, or until nothing is left to do.

    Args:
        platform: Where invocations are; closing it is for whoever opened it.
        executor: What runs commands.
        jobs: How many invocations may be under way at once.
        secrets: The operator's files with the values of ``roboto-secret://`` parameters.
        work_dir: Where folders of runs are made; None means where temporary files go.
        file_roots: Imported files are read from below these folders only; None means from anywhere on this machine.
        credentials: Gives the variables by which an action reaches the platform, where it is served.
        pace: How long things may take.
        tell: Told what happens, from several threads, one at a time.
        warn: Told in a sentence when the platform cannot be asked for work, or when others are waited for.
        stop: Ends the runner when it is set.
        now: Tells the time, in UTC.
        monotonic: Tells how time passes, in seconds.
    """

    def __init__(
        self,
        platform: EmbeddedPlatform,
        executor: Executor,
        *,
        jobs: int = 1,
        secrets: SecretFiles | None = None,
        work_dir: Path | None = None,
        file_roots: tuple[Path, ...] | None = None,
        credentials: Credentials = _no_credentials,
        pace: Pace | None = None,
        tell: Listener = _ignore,
        warn: Callable[[str], None] = _ignore,
        stop: threading.Event | None = None,
        now: Callable[[], datetime] = utc_now,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._platform = platform
        self._executor = executor
        self._jobs = jobs
        self._pace = pace or Pace()
        self._bench = Bench(
            platform=platform,
            executor=executor,
            pace=self._pace,
            secrets=secrets or SecretFiles(),
            work_dir=work_dir,
            file_roots=None if file_roots is None else tuple(root.resolve() for root in file_roots),
            credentials=credentials,
            now=now,
            monotonic=monotonic,
        )
        self._pulse = Pulse(platform, self._pace, monotonic=monotonic)
        self._listener = tell
        self._telling = threading.Lock()
        self._warn = warn
        self._stop = stop or threading.Event()
        self._leaving = threading.Event()
        self._wake = threading.Event()
        self._under_way: list[Future[None]] = []
        self._looked_for_orphans = float("-inf")
        self._waiting = False

    def run(self, *, until_idle: bool = False) -> None:
        """Run what is queued; a runner runs once.

        Args:
            until_idle: Return when nothing is queued and nothing is under way, here or with another runner: what a
                dead one left behind is tried again as soon as its silence shows.

        Raises:
            ConfigurationError: The executor's engine is not there.
            PlatformUnavailable: The platform cannot be asked for work, and the runner is to return when it is idle.
        """
        self._executor.check()
        with self._pulse, ThreadPoolExecutor(self._jobs, thread_name_prefix="run") as pool:
            try:
                self._loop(pool, until_idle=until_idle)
            finally:
                self._leaving.set()
                self._pulse.halt_all(Halt.STOPPED)
        self._settle_ended()

    def stop(self) -> None:
        """Take nothing more, end what is under way and queue it again; ``run`` returns when that is done."""
        self._stop.set()
        self._wake.set()

    def _loop(self, pool: ThreadPoolExecutor, *, until_idle: bool) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self._pulse.check()
            self._settle_ended()
            try:
                self._take_work(pool)
            except PlatformUnavailable as error:
                if until_idle:
                    raise
                self._warn(error.message)
            if until_idle and not self._under_way and not self._waits_for_others():
                return
            self._wake.wait(self._pace.idle)

    def _waits_for_others(self) -> bool:
        """Return True while other runners are at work, or were; says so once."""
        others = self._platform.run_queue.any_under_way()
        if others and not self._waiting:
            self._waiting = True
            self._warn(
                "another runner is at work, or died at work: waiting until its runs have ended, or are tried again"
                f" after {self._pace.silence:g} s without a sign of life"
            )
        return others

    def _take_work(self, pool: ThreadPoolExecutor) -> None:
        self._retry_orphans()
        free = self._jobs - len(self._under_way)
        for run in self._platform.run_queue.claim(free) if free else ():
            self._begin(pool, run)

    def _retry_orphans(self) -> None:
        now = self._bench.monotonic()
        if now - self._looked_for_orphans < self._pace.silence / 4:
            return
        self._looked_for_orphans = now
        silent_since = self._bench.now() - timedelta(seconds=self._pace.silence)
        for record in self._platform.run_queue.retry_orphans(silent_since=silent_since):
            # What is queued again is told of by whoever takes it; of what is given up nobody else would tell.
            if record.last_status.is_terminal():
                self._tell(record)

    def _begin(self, pool: ThreadPoolExecutor, run: Run) -> None:
        future = pool.submit(self._see_through, run)
        self._under_way.append(future)
        future.add_done_callback(lambda _: self._wake.set())

    def _see_through(self, run: Run) -> None:
        with self._pulse.watching(run.record) as watch:
            if self._leaving.is_set():
                watch.halt(Halt.STOPPED)
            self._tell(run.record)
            attempt(run, self._bench, watch=watch)
        with suppress(PlatformError):
            seen = at_work_for(self._platform, run.record)
            self._tell(seen.get_invocation(run.record.invocation_id))

    def _settle_ended(self) -> None:
        """Forget runs that ended; a bug in one of them comes to light here."""
        ended = [future for future in self._under_way if future.done()]
        self._under_way = [future for future in self._under_way if future not in ended]
        for future in ended:
            future.result()

    def _tell(self, record: InvocationRecord) -> None:
        with self._telling:
            self._listener(record)
