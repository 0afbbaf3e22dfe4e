"""An executor that stalled, lost its run and wakes: whatever it writes then is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import UpdateDatasetRequest, UpdateFileRequest
from reconciler.domain.invocation_requests import SetContainerInfoRequest, UpdateInvocationStatus
from reconciler.domain.invocations import ExecutorContainer, InvocationStatus, LogRecord
from reconciler.embedded.leases import LeaseLost, attempt_of, is_held
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.pulse import at_work_for
from reconciler.embedded.scheduler import utc_now
from reconciler.executors.port import Exit, Job
from tests.contract.builders import new_action
from tests.contract.run_builders import new_dataset, new_import, new_invocation
from tests.embedded.running import Workshop, stages

CHANGESET = MetadataChangeset(put_tags=["mine"])
LINE = LogRecord(log="mine", process=ExecutorContainer.Action, timestamp=datetime(2026, 1, 2, tzinfo=UTC))


@dataclass(frozen=True)
class Stalled:
    """A run that an executor claimed, with a dataset, and how that executor sees the platform."""

    platform: EmbeddedPlatform
    seen: EmbeddedPlatform
    invocation_id: str
    dataset_id: str
    file_id: str


@pytest.fixture
def stalled(platform: EmbeddedPlatform) -> Stalled:
    """A run under way."""
    platform.create_action(new_action())
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    (file,) = platform.import_files([new_import(dataset_id)])
    platform.invoke_action("ros_ingest", new_invocation(data_source_id=dataset_id))
    (run,) = platform.run_queue.claim(1)
    seen = at_work_for(platform, run.record)
    return Stalled(platform, seen, run.record.invocation_id, dataset_id, file.file_id)


def step(run: Stalled, status: InvocationStatus) -> None:
    """Take the run to another status, as its executor."""
    run.seen.update_invocation_status(run.invocation_id, UpdateInvocationStatus(status=status, detail="mine"))


LOGS: dict[str, Callable[[Stalled], object]] = {
    "log": lambda run: run.seen.run_queue.append_logs(run.invocation_id, [LINE]),
    "heartbeat": lambda run: run.seen.run_queue.heartbeat(run.invocation_id),
}
DEEDS: dict[str, Callable[[Stalled], object]] = {
    "move": lambda run: step(run, InvocationStatus.Processing),
    "complete": lambda run: step(run, InvocationStatus.Completed),
    "fail": lambda run: step(run, InvocationStatus.Failed),
    "give back": lambda run: run.seen.run_queue.give_back(run.invocation_id, reason="mine"),
    "container": lambda run: run.seen.set_container_info(
        run.invocation_id, SetContainerInfoRequest(image_digest="sha256:mine")
    ),
    "upload": lambda run: run.seen.upload_files(run.dataset_id, {"mine": Path(__file__)}),
    "file": lambda run: run.seen.update_file(run.file_id, UpdateFileRequest(metadata_changeset=CHANGESET)),
    "dataset": lambda run: run.seen.update_dataset(run.dataset_id, UpdateDatasetRequest(metadata_changeset=CHANGESET)),
}
WRITES = LOGS | DEEDS


def everything(run: Stalled) -> list[object]:
    """All that the run's executor could have changed."""
    platform = run.platform
    return [
        platform.get_invocation(run.invocation_id),
        platform.invocation_logs(run.invocation_id),
        platform.get_dataset(run.dataset_id),
        platform.get_file(run.file_id),
    ]


@pytest.mark.parametrize("write", WRITES)
def test_while_its_attempt_lasts_an_executor_writes(stalled: Stalled, write: str) -> None:
    """Each of the writes below is one that it may make."""
    before = everything(stalled)

    WRITES[write](stalled)

    assert everything(stalled) != before or write == "upload"


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("write", WRITES)
def test_a_lost_run_is_out_of_reach(stalled: Stalled, write: str, taken: bool) -> None:
    """From the moment it is queued again, before and after somebody else takes it."""
    stalled.platform.run_queue.retry_orphans(silent_since=utc_now())
    if taken:
        stalled.platform.run_queue.claim(1)
    before = everything(stalled)

    with pytest.raises(LeaseLost):
        WRITES[write](stalled)

    assert everything(stalled) == before


@pytest.mark.parametrize("write", DEEDS)
def test_a_cancelled_run_leaves_nothing_but_words(stalled: Stalled, write: str) -> None:
    """Its log may say how it ended."""
    stalled.platform.cancel_invocation(stalled.invocation_id)
    for words in LOGS.values():
        words(stalled)
    before = everything(stalled)

    with pytest.raises(LeaseLost):
        WRITES[write](stalled)

    assert everything(stalled) == before


def test_the_one_who_took_it_goes_on(stalled: Stalled) -> None:
    """The second attempt completes, whatever the first still tries."""
    stalled.platform.run_queue.retry_orphans(silent_since=utc_now())
    (again,) = stalled.platform.run_queue.claim(1)
    second = at_work_for(stalled.platform, again.record)
    with pytest.raises(LeaseLost):
        step(stalled, InvocationStatus.Completed)

    second.run_queue.append_logs(stalled.invocation_id, [LINE])
    done = second.update_invocation_status(
        stalled.invocation_id, UpdateInvocationStatus(status=InvocationStatus.Completed, detail="theirs")
    )

    assert stages(done) == ["Queued", "Scheduled", "Failed", "Queued", "Scheduled", "Completed"]
    assert attempt_of(done) == 2
    assert is_held(done, attempt=2)
    assert not is_held(done, attempt=1)


class Sleeper:
    """An executor whose command ends well, and in the meantime its run is lost, taken and seen through by another."""

    notice = "sleeps"

    def __init__(self, platform: EmbeddedPlatform) -> None:
        self._platform = platform
        self.finished = False

    def check(self) -> None:
        """It is there."""

    def start(self, job: Job) -> Sleeper:
        """Start, leave an output file behind, and fall asleep."""
        (job.folder / "output" / "mine").write_text("mine")
        self._platform.run_queue.retry_orphans(silent_since=utc_now())
        (again,) = self._platform.run_queue.claim(1)
        another = at_work_for(self._platform, again.record)
        another.update_invocation_status(
            job.invocation_id, UpdateInvocationStatus(status=InvocationStatus.Completed, detail="theirs")
        )
        self._chunks = [b"mine\n"]
        return self

    def read(self, timeout: float) -> bytes | None:
        return self._chunks.pop() if self._chunks else None

    def stop(self, *, grace: float) -> None:
        """It ends by itself."""

    def finish(self) -> Exit:
        self.finished = True
        return Exit(code=0, image_digest="sha256:mine")


def test_a_runner_that_wakes_leaves_no_trace(platform: EmbeddedPlatform, tmp_path: Path) -> None:
    """It lets go of its command, and neither logs, uploads nor completes."""
    workshop = Workshop(platform, tmp_path)
    workshop.action("unused")
    dataset = workshop.dataset({"in": "x"})
    invocation_id = workshop.invoke_on(dataset)
    sleeper = Sleeper(platform)

    record = workshop.ran(invocation_id, executor=sleeper)

    assert sleeper.finished
    assert stages(record)[-3:] == ["Queued", "Scheduled", "Completed"]
    assert record.status[-1].detail == "theirs"
    assert record.provenance.executable.container_image_digest is None
    assert workshop.log(invocation_id) == []
    assert list(workshop.files(dataset)) == ["in"]
