"""A platform with an action, and a runner that loses no time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reconciler.domain.datasets import DatasetRecord, ImportFileRequest, QueryFilesRequest
from reconciler.domain.invocations import ExecutorContainer, InvocationRecord
from reconciler.domain.requests import CreateActionRequest
from reconciler.domain.values import ContainerParameters
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.pulse import Pace
from reconciler.embedded.runner import Runner
from reconciler.executors.process import ProcessExecutor
from tests.contract.run_builders import new_dataset, new_invocation

#: Nobody waits for anything.
QUICK = Pace(idle=0.01, look=0.01, heartbeat=0.02, silence=60.0, grace=0.5)


class Workshop:
    """A platform, with an action that is a shell script."""

    def __init__(self, platform: EmbeddedPlatform, folder: Path) -> None:
        self.platform = platform
        self.folder = folder

    def action(self, script: str, *, name: str = "work", **given: Any) -> None:
        """Create an action that runs a shell script."""
        parameters = ContainerParameters(entry_point=["/bin/sh", "-c"], command=[script])
        self.platform.create_action(CreateActionRequest(name=name, container_parameters=parameters, **given))

    def dataset(self, files: dict[str, str], name: str = "run-42") -> DatasetRecord:
        """Create a dataset of files that lie in the test's folder."""
        dataset = self.platform.create_dataset(new_dataset(name))
        requests = []
        for relative_path, content in files.items():
            source = self.folder / name / relative_path
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(content)
            requests.append(
                ImportFileRequest(
                    dataset_id=dataset.dataset_id, relative_path=relative_path, uri=source.as_uri(), size=len(content)
                )
            )
        if requests:
            self.platform.import_files(requests)
        return dataset

    def invoke(self, name: str = "work", **given: Any) -> str:
        """Queue a run and return its id."""
        return self.platform.invoke_action(name, new_invocation(**given)).invocation_id

    def invoke_on(self, dataset: DatasetRecord, *patterns: str, **given: Any) -> str:
        """Queue a run on files of a dataset and return its id."""
        return self.invoke(data_source_id=dataset.dataset_id, input_data=list(patterns or ["**/*"]), **given)

    def runner(self, *, pace: Pace = QUICK, **given: Any) -> Runner:
        """A runner of processes."""
        work_dir = self.folder / "work"
        work_dir.mkdir(exist_ok=True)
        executor = given.pop("executor", None) or ProcessExecutor(os.environ)
        return Runner(self.platform, executor, pace=pace, work_dir=work_dir, **given)

    def ran(self, invocation_id: str, **given: Any) -> InvocationRecord:
        """Run what is queued, and return what became of an invocation."""
        self.runner(**given).run(until_idle=True)
        return self.platform.get_invocation(invocation_id)

    def run_script(self, script: str, **given: Any) -> InvocationRecord:
        """Run a shell script without inputs, and return what became of it."""
        self.action(script)
        return self.ran(self.invoke(), **given)

    def log(self, invocation_id: str, process: ExecutorContainer = ExecutorContainer.Action) -> list[str]:
        """What one part of a run wrote."""
        records = self.platform.invocation_logs(invocation_id).items
        return [record.log for record in records if record.process is process]

    def files(self, dataset: DatasetRecord) -> dict[str, str]:
        """The paths of a dataset's files, and where they are."""
        page = self.platform.query_files(dataset.dataset_id, QueryFilesRequest())
        return {record.relative_path: record.uri for record in page.items}


def stages(record: InvocationRecord) -> list[str]:
    """The history of an invocation, by name."""
    return [entry.status.name for entry in record.status]


def last_detail(record: InvocationRecord) -> str:
    """What the last entry of its history says."""
    return str(record.status[-1].detail)


def awaited(holds: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """True as soon as something holds that another thread brings about; False when it takes too long."""
    pause = threading.Event()
    # Counted in looks: a machine that does not get to look has not run out of time.
    for _ in range(int(seconds / 0.01)):
        if holds():
            return True
        pause.wait(0.01)
    return False


def in_background(*runs: Callable[[], object]) -> Sequence[threading.Thread]:
    """Start functions side by side."""
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    return threads
