"""One attempt at an invocation: inputs in, the action runs, outputs out, each stage recorded as it begins."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from reconciler.domain.datasets import FileRecord
from reconciler.domain.invocation_requests import SetContainerInfoRequest, UpdateInvocationStatus
from reconciler.domain.invocations import ExecutorContainer, InvocationRecord, InvocationStatus, LogRecord
from reconciler.domain.secrets import names_a_secret
from reconciler.embedded.invocation_rows import Run
from reconciler.embedded.leases import LeaseLost
from reconciler.embedded.placement import listed, placed
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.pulse import Halt, Halted, Monotonic, Pace, Watch, at_work_for
from reconciler.embedded.recorder import Recorder
from reconciler.embedded.run_inputs import resolve_inputs
from reconciler.embedded.run_outputs import delivered
from reconciler.encodable import encodable
from reconciler.errors import InvalidTransition, PlatformError, RunFailed
from reconciler.executors.environment import PlacedFile, RunFolder, run_folder, variables, write_files
from reconciler.executors.masking import Mask, is_maskable
from reconciler.executors.outputs import collect
from reconciler.executors.port import Executor, Exit, Job, Running
from reconciler.executors.secrets import SecretFiles, secrets_for

#: Seconds to read on after a command was told to end, and to wait for its output while it runs.
_DRAIN: Final = 2.0
_READ: Final = 0.2

#: Characters of a status detail.
_LONGEST_DETAIL: Final = 1000


#: Gives the variables by which the action of an invocation reaches the platform; none where it is not served.
Credentials = Callable[[InvocationRecord], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every attempt works with.

    Attributes:
        platform: Where invocations are.
        executor: What runs commands.
        pace: How long things may take.
        secrets: The operator's files of secrets.
        work_dir: Where folders of runs are made; None means where temporary files go.
        file_roots: Imported files are read from below these folders only; None means from anywhere on this machine.
        credentials: Gives the variables by which an action reaches the platform, where it is served.
        now: Tells the time, in UTC.
        monotonic: Tells how time passes, in seconds.
    """

    platform: EmbeddedPlatform
    executor: Executor
    pace: Pace
    secrets: SecretFiles
    work_dir: Path | None
    file_roots: tuple[Path, ...] | None
    credentials: Credentials
    now: Callable[[], datetime]
    monotonic: Monotonic = time.monotonic


def attempt(run: Run, bench: Bench, *, watch: Watch) -> None:
    """Take an invocation that was claimed as far as it goes; how it ended is in its record."""
    _Attempt(run, bench, watch).perform()


class _Attempt:
    def __init__(self, run: Run, bench: Bench, watch: Watch) -> None:
        self._run = run
        self._record = run.record
        self._bench = bench
        self._platform = at_work_for(bench.platform, run.record)
        self._watch = watch
        self._mask = Mask()

    def perform(self) -> None:
        """Go through the stages; whatever stops the run becomes its status."""
        try:
            with run_folder(self._bench.work_dir, invocation_id=self._record.invocation_id) as folder:
                inputs = self._download(folder)
                self._process(folder, inputs)
                self._upload(folder, inputs)
        except Halted as halted:
            self._halt(halted.halt)
        except LeaseLost:
            self._halt(self._refused())
        except RunFailed as failure:
            self._fail(failure.message)
        except PlatformError as error:
            self._fail(f"{error.operation or 'the platform'}: {error.message}")

    def _download(self, folder: RunFolder) -> list[PlacedFile] | None:
        files = resolve_inputs(self._platform, self._record)
        if files is None:
            self._enter(InvocationStatus.Downloading, "no inputs")
            return None
        if not self._run.downloads_inputs:
            self._enter(InvocationStatus.Downloading, f"{_counted(files)} listed, none downloaded")
            return listed(files)
        self._enter(InvocationStatus.Downloading, _counted(files))
        return placed(files, folder, roots=self._bench.file_roots, check=self._watch.check)

    def _process(self, folder: RunFolder, inputs: Sequence[PlacedFile] | None) -> None:
        job = self._job(folder, inputs)
        self._enter(InvocationStatus.Processing, f"on {socket.gethostname()}")
        self._say(ExecutorContainer.Setup, self._bench.executor.notice)
        ended = self._attended(self._bench.executor.start(job))
        if ended.image_digest is not None:
            request = SetContainerInfoRequest(image_digest=ended.image_digest)
            self._platform.set_container_info(self._record.invocation_id, request)
        if ended.problem is not None:
            raise RunFailed(ended.problem)

    def _job(self, folder: RunFolder, inputs: Sequence[PlacedFile] | None) -> Job:
        parameters = self._run.parameters
        secrets = secrets_for(parameters, file=self._bench.secrets.of(self._record.org_id))
        credentials = self._bench.credentials(self._record)
        self._keep_secret(secrets, credentials)
        container = self._record.container_parameters
        dataset_id = self._record.data_source.data_source_id
        try:
            write_files(folder, parameters=parameters, secrets=secrets, inputs=inputs)
        except OSError as error:
            raise RunFailed(f"cannot write what the action is to read: {error.strerror}") from error
        return Job(
            invocation_id=self._record.invocation_id,
            image=self._record.provenance.executable.container_image_uri,
            entry_point=tuple(container.entry_point or ()),
            command=tuple(container.command or ()),
            workdir=container.workdir,
            folder=folder.root,
            variables=variables(
                self._record,
                folder,
                parameters=parameters,
                dataset_id=dataset_id,
                credentials=credentials,
            ),
            compute=self._record.compute_requirements,
        )

    def _keep_secret(self, secrets: Mapping[str, str], credentials: Mapping[str, str]) -> None:
        """Mask from here on what the action is given and nobody is to read in its log."""
        self._mask = Mask([*secrets.values(), *(credentials[name] for name in credentials if names_a_secret(name))])
        for name, secret in sorted(secrets.items()):
            if not is_maskable(secret):
                told = f'the secret in parameter "{name}" is too short to be masked in this log'
                self._say(ExecutorContainer.Setup, told)

    def _attended(self, running: Running) -> Exit:
        """Record what a command writes until it ends; end it when its time is over or the run must not go on."""
        recorder = Recorder(self._append, now=self._bench.now, monotonic=self._bench.monotonic, mask=self._mask)
        try:
            self._attend(running, recorder)
            recorder.close()
        except BaseException:
            self._abandon(running, recorder)
            raise
        return running.finish()

    def _abandon(self, running: Running, recorder: Recorder) -> None:
        """End a command that must not go on, and keep of its last words what can be kept."""
        running.stop(grace=self._bench.pace.grace)
        try:
            with suppress(PlatformError):
                self._drain(running, recorder)
                recorder.close()
        finally:
            with suppress(RunFailed):
                running.finish()

    def _attend(self, running: Running, recorder: Recorder) -> None:
        deadline = self._bench.monotonic() + self._record.timeout * self._bench.pace.minute
        while (chunk := running.read(_READ)) is not None:
            recorder.feed(chunk)
            self._watch.check()
            if self._bench.monotonic() >= deadline:
                minutes = self._record.timeout
                raise RunFailed(f"the action timed out after {minutes} {'minute' if minutes == 1 else 'minutes'}")

    def _drain(self, running: Running, recorder: Recorder) -> None:
        deadline = self._bench.monotonic() + _DRAIN
        while (chunk := running.read(_READ)) is not None and self._bench.monotonic() < deadline:
            recorder.feed(chunk)

    def _upload(self, folder: RunFolder, inputs: Sequence[PlacedFile] | None) -> None:
        outputs = collect(folder)
        destination = _destination(self._run, inputs)
        count = len(outputs.files)
        told = "no output files" if not count else f"{count} output {'file' if count == 1 else 'files'}"
        where = f" to {destination}" if destination and count else ""
        self._enter(InvocationStatus.Uploading, f"{told}{where}")
        delivery = delivered(self._platform, outputs, destination=destination, dataset=self._own_dataset(destination))
        for sentence in delivery:
            self._say(ExecutorContainer.OutputHandler, sentence)
        self._enter(InvocationStatus.Completed, told)

    def _own_dataset(self, destination: str | None) -> str | None:
        source = self._record.data_source
        return destination if source.is_unspecified() else source.data_source_id

    def _enter(self, status: InvocationStatus, detail: str) -> None:
        """Go on to the next stage, unless the invocation was cancelled or taken away meanwhile."""
        self._watch.judge(self._platform.get_invocation(self._record.invocation_id))
        self._watch.check()
        try:
            self._update(status, detail)
        except (InvalidTransition, LeaseLost) as error:
            # Somebody moved it between the look and the step.
            raise Halted(self._refused()) from error

    def _refused(self) -> Halt:
        """Return why a write of this attempt is refused: the invocation was cancelled, or is somebody else's."""
        with suppress(PlatformError):
            self._watch.judge(self._platform.get_invocation(self._record.invocation_id))
        return self._watch.reason or Halt.LOST

    def _fail(self, reason: str) -> None:
        with suppress(PlatformError, Halted):
            self._say(ExecutorContainer.Monitor, f"failed: {reason}")
            self._enter(InvocationStatus.Failed, reason)

    def _halt(self, halt: Halt) -> None:
        if halt is Halt.LOST:
            return
        # What cannot be recorded now is found later, as the run of a runner that is gone.
        with suppress(PlatformError):
            self._say(ExecutorContainer.Monitor, halt.value)
            if halt is Halt.STOPPED:
                self._platform.run_queue.give_back(self._record.invocation_id, reason=halt.value)

    def _update(self, status: InvocationStatus, detail: str) -> None:
        request = UpdateInvocationStatus(status=status, detail=self._sayable(detail)[:_LONGEST_DETAIL])
        self._platform.update_invocation_status(self._record.invocation_id, request)

    def _say(self, process: ExecutorContainer, text: str) -> None:
        self._append([LogRecord(log=self._sayable(text), process=process, timestamp=self._bench.now())])

    def _sayable(self, text: str) -> str:
        """Mask secrets, and write out halves of surrogate pairs, as names of files may have them."""
        return encodable(self._mask.text(text))

    def _append(self, records: Sequence[LogRecord]) -> None:
        self._platform.run_queue.append_logs(self._record.invocation_id, records)


def _destination(run: Run, inputs: Sequence[PlacedFile] | None) -> str | None:
    """Return the dataset that output files go to: the one that was named, or the only one that inputs come from."""
    named = run.record.upload_destination
    if named is not None:
        return named.destination_id
    datasets = {each.record.association_id for each in inputs or ()}
    if not run.record.data_source.is_unspecified():
        datasets.add(run.record.data_source.data_source_id)
    return datasets.pop() if len(datasets) == 1 else None


def _counted(files: Sequence[FileRecord]) -> str:
    size = sum(file.size for file in files)
    return f"{len(files)} {'file' if len(files) == 1 else 'files'}, {size} bytes"
