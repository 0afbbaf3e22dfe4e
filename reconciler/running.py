"""The composition root of running, for real and dry: the only place that knows which executor is real."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event as StopSignal
from typing import TYPE_CHECKING, assert_never

from reconciler.config import PlatformKind
from reconciler.errors import ConfigurationError
from reconciler.opening import ignore, open_whole_platform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.config import Settings
    from reconciler.domain.invocations import InvocationRecord
    from reconciler.domain.triggers import TriggerSpec
    from reconciler.domain.whole_platform import WholePlatform
    from reconciler.embedded.evaluation import Evaluation
    from reconciler.embedded.platform import EmbeddedPlatform
    from reconciler.embedded.runner import Runner
    from reconciler.executors.port import Executor


class ExecutorKind(StrEnum):
    """The engines that can run actions."""

    PROCESS = "process"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerOptions:
    """How actions are run.

    Attributes:
        executor: With which engine.
        jobs: How many at once.
        engine: Command line of the container engine with its global options; None looks for podman, then docker.
        container_arguments: More options for the engine's ``run``, as one would type them.
        network: Whether containers may use the network.
        secrets: The operator's file with the values of ``roboto-secret://`` parameters.
        secrets_of: Files of organizations that have their own, which is then all that their runs get.
        work_dir: Where folders of runs are made; None means where temporary files go.
        file_roots: Imported files are read from below these folders only; None means from anywhere on this machine.
    """

    executor: ExecutorKind
    jobs: int = 1
    engine: str | None = None
    container_arguments: str = ""
    network: bool = False
    secrets: Path | None = None
    secrets_of: Mapping[str, Path] = field(default_factory=dict)
    work_dir: Path | None = None
    file_roots: tuple[Path, ...] | None = None


def _no_credentials(_: InvocationRecord) -> dict[str, str]:
    """Return no variables: what is not served cannot be reached."""
    return {}


@contextmanager
def open_runner(
    settings: Settings,
    options: RunnerOptions,
    *,
    tell: Callable[[InvocationRecord], None] = ignore,
    warn: Callable[[str], None] = ignore,
    stop: StopSignal | None = None,
) -> Iterator[Runner]:
    """Open the embedded platform and give a runner for it.

    Raises:
        ConfigurationError: The platform is not the embedded one, or there is no engine.
    """
    from reconciler.embedded.platform import EmbeddedPlatform

    if settings.platform is PlatformKind.ROBOTO:
        raise ConfigurationError(
            "only invocations of the embedded platform can be run here: Roboto runs its own",
            hint="add --platform embedded",
        )
    platform = open_whole_platform(settings, warn=warn)
    assert isinstance(platform, EmbeddedPlatform)
    try:
        yield runner_on(platform, options, environ=settings.environ, tell=tell, warn=warn, stop=stop)
    finally:
        platform.close()


def runner_on(
    platform: EmbeddedPlatform,
    options: RunnerOptions,
    *,
    environ: Mapping[str, str],
    tell: Callable[[InvocationRecord], None] = ignore,
    warn: Callable[[str], None] = ignore,
    stop: StopSignal | None = None,
    credentials: Callable[[InvocationRecord], Mapping[str, str]] = _no_credentials,
) -> Runner:
    """Return a runner for a platform that is open already, such as one that is served.

    ``credentials`` gives the variables by which an action reaches the platform: ``ROBOTO_SERVICE_ENDPOINT`` and
    ``ROBOTO_API_KEY``.

    Raises:
        ConfigurationError: There is no engine.
    """
    from reconciler.embedded.runner import Runner
    from reconciler.executors.secrets import SecretFiles

    return Runner(
        platform,
        _executor(options, environ),
        jobs=options.jobs,
        secrets=SecretFiles(options.secrets, options.secrets_of),
        work_dir=options.work_dir,
        file_roots=options.file_roots,
        tell=tell,
        warn=warn,
        stop=stop,
        credentials=credentials,
    )


def dry_run(
    platform: WholePlatform, trigger: TriggerSpec, *, dataset_id: str, trigger_id: str | None = None
) -> Evaluation:
    """Say what a trigger would do for a dataset now; a live one is named by its id, so that what it ran for counts.

    Raises:
        NotFound: No such dataset.
    """
    from reconciler.embedded.explaining import explain

    return explain(platform, trigger, dataset_id=dataset_id, trigger_id=trigger_id)


def dry_refusals(platform: WholePlatform, trigger: TriggerSpec) -> list[str]:
    """Say why the action of a live trigger would refuse what it gives."""
    from reconciler.embedded.explaining import refusals

    return refusals(platform, trigger)


def _executor(options: RunnerOptions, environ: Mapping[str, str]) -> Executor:
    match options.executor:
        case ExecutorKind.PROCESS:
            from reconciler.executors.process import ProcessExecutor

            return ProcessExecutor(environ)
        case ExecutorKind.CONTAINER:
            from reconciler.executors.container import ContainerExecutor
            from reconciler.executors.engine import Engine

            return ContainerExecutor(
                Engine.named(options.engine, environ=environ),
                network=options.network,
                arguments=_split(options.container_arguments),
            )
        case _:
            assert_never(options.executor)


def _split(arguments: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(arguments))
    except ValueError as error:
        raise ConfigurationError(f"cannot read the arguments for containers: {error}") from error
