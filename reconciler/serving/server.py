"""The server: one platform, one socket, one runner if there is to be one; opened, run until stopped, closed."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final, Protocol

import uvicorn
from starlette.applications import Starlette

from reconciler.diagnostics import Diagnostic
from reconciler.domain.invocations import InvocationRecord, InvocationSource
from reconciler.embedded.http.application import application
from reconciler.embedded.http.object_store import PATH
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.runner import Runner
from reconciler.embedded.scheduler import Scheduler
from reconciler.running import ExecutorKind, RunnerOptions, runner_on
from reconciler.serving.config_file import Configured, read_config
from reconciler.serving.listening import is_private, listen, url_of
from reconciler.serving.local_token import local_accounts, token_file_of

#: Seconds that requests in flight have to end when the server is stopped.
GRACE: Final = 20

#: Seconds an idle connection is kept: longer than clients keep theirs, so that they and not the server close it, and no
#: request meets a connection that is just being closed.
KEEP_ALIVE: Final = 75

#: Signals that stop the server in good order; a second one stops it at once.
STOPPING: Final = (signal.SIGINT, signal.SIGTERM)

#: Gives a run the variables by which it reaches the platform.
Credentials = Callable[[InvocationRecord], Mapping[str, str]]

#: Takes one line: of the request log, or of what the runner has to say.
Log = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What is to be served, and where.

    Attributes:
        database: The embedded platform's file.
        host: The address to listen at.
        port: The port; 0 takes a free one.
        config: The file with organizations, users and tokens; None for one user with a token of its own.
        runner: How queued invocations are run; None leaves them queued.
        environ: The environment that executors look for their engine in.
    """

    database: Path
    host: str = "127.0.0.1"
    port: int = 0
    config: Path | None = None
    runner: RunnerOptions | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A server that listens and has yet to run.

    Attributes:
        url: Where it is reached.
        token_file: Where the token of its one user is; None when a configuration says who may come in.
        warnings: What is wrong with the configuration and does no harm.
        notices: What whoever starts it should know, a sentence each.
    """

    url: str
    token_file: Path | None
    warnings: tuple[Diagnostic, ...]
    notices: tuple[str, ...]
    _app: Starlette
    _listener: socket.socket
    _scheduler: Scheduler
    _runner: Runner | None

    @property
    def object_store_url(self) -> str:
        """Where clients of the platform find the bytes of files."""
        return f"{self.url}{PATH}"

    def run(self) -> None:
        """Serve until a signal stops it.

        Raises:
            ReconcilerError: The runner cannot go on.
            Exception: A bug of the runner or of the scheduler.
        """
        server = _Server(
            # "off" and "none": neither is used, and each costs at every start.
            uvicorn.Config(
                self._app,
                access_log=False,
                http="h11",
                lifespan="off",
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
                timeout_keep_alive=KEEP_ALIVE,
                ws="none",
            )
        )
        with ExitStack() as beside:
            beside.enter_context(_stopped_by_signals(server))
            for worker in (self._scheduler, self._runner):
                if worker is not None:
                    beside.enter_context(_working(worker, server))
            asyncio.run(server.serve(sockets=[self._listener]))


@contextmanager
def open_server(settings: ServeSettings, *, log: Log) -> Iterator[Opened]:
    """Open the platform and the socket, and close both in the end. ``log`` takes a line for every request.

    Raises:
        ConfigurationError: The database, the address or the executor cannot be used.
        InvalidManifests: The configuration file has errors.
    """
    token_file = token_file_of(settings.database)
    configured = None if settings.config is None else read_config(settings.config)
    platform = EmbeddedPlatform.open(settings.database)
    try:
        # Only now: beside a file that is no database of ours, a token would be left behind.
        config = configured or Configured(local_accounts(token_file))
        with listen(settings.host, settings.port) as listener:
            url, seals = url_of(listener), Seals()
            runner = _runner(settings, platform, config.secrets, log=log, credentials=partial(_credentials, url, seals))
            yield Opened(
                url=url,
                token_file=token_file if configured is None else None,
                warnings=config.warnings,
                notices=tuple(_notices(listener, settings)),
                _app=application(platform, accounts=config.accounts, seals=seals, log=log),
                _listener=listener,
                _scheduler=platform.scheduler(),
                _runner=runner,
            )
    finally:
        platform.close()


def _runner(
    settings: ServeSettings,
    platform: EmbeddedPlatform,
    secrets: Mapping[str, Path],
    *,
    log: Log,
    credentials: Credentials,
) -> Runner | None:
    options = settings.runner
    if options is None:
        return None
    options = replace(options, secrets_of=secrets)
    if settings.config is not None and options.file_roots is None:
        # Users of a shared server register files by their names alone: none of them is to read the machine's own.
        options = replace(options, file_roots=())
    return runner_on(platform, options, environ=settings.environ, warn=log, credentials=credentials)


def _credentials(url: str, seals: Seals, record: InvocationRecord) -> Mapping[str, str]:
    """Return the variables by which a run reaches this platform, for as long as it may last."""
    source = record.provenance.source
    started_by_trigger = source.source_type is InvocationSource.Trigger
    user_id = f"triggers@{record.org_id}" if started_by_trigger else source.source_id
    good_for = record.timeout * 60 + GRACE
    token = seals.run(record.org_id, user_id=user_id, invocation_id=record.invocation_id, good_for=good_for)
    return {"ROBOTO_SERVICE_ENDPOINT": url, "ROBOTO_API_KEY": token}


def _notices(listener: socket.socket, settings: ServeSettings) -> Iterator[str]:
    if not is_private(listener):
        yield "other machines reach this server, and tokens travel unencrypted: put a proxy with TLS before it"
    if settings.runner is not None and settings.runner.executor is ExecutorKind.PROCESS:
        yield "actions run as processes of this machine, without a sandbox: whoever may invoke may do what you may"


class _Server(uvicorn.Server):
    """Leaves signals alone: its own handling ends the process before the platform is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Worker(Protocol):
    """What works beside the server."""

    def run(self) -> None:
        """Work until stopped."""

    def stop(self) -> None:
        """End soon; ``run`` returns when that is done."""


@contextmanager
def _working(worker: _Worker, server: uvicorn.Server) -> Iterator[None]:
    """Let somebody work beside the server; a worker that cannot go on stops the server, and its error is raised."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001  handed to the serving thread, which raises it
            failures.append(error)
        finally:
            server.should_exit = True

    thread = threading.Thread(target=run, name=type(worker).__name__.lower())
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
    if failures:
        raise failures[0]
