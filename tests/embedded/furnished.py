"""A platform that has one of everything, and the names under which paths know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.domain.invocations import ExecutorContainer, LogRecord
from reconciler.embedded.http.staging import Staging
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset, new_import, new_invocation


@dataclass(frozen=True)
class Furnished:
    """The platform, and its resources by the name their id has in paths."""

    platform: EmbeddedPlatform
    ids: Mapping[str, str]


def furnish(platform: EmbeddedPlatform, *, name: str = "one") -> Furnished:
    """Make one of everything: an action, a trigger on it, a dataset with two files, an invocation with a log."""
    platform.create_action(new_action(name))
    trigger = platform.create_trigger(new_trigger(name, action_name=name))
    dataset = platform.create_dataset(new_dataset())
    (imported,) = platform.import_files([new_import(dataset.dataset_id, "a/b.bag")])
    (uploaded,) = platform.upload_files(dataset.dataset_id, {"a/uploaded.py": Path(__file__)})
    run = platform.invoke_action(name, new_invocation())
    line = LogRecord(log="hello", process=ExecutorContainer.Action, timestamp=datetime.now(UTC))
    platform.run_queue.append_logs(run.invocation_id, [line])
    upload_id = Staging.beside(Path(platform.identity().endpoint)).begin(dataset.dataset_id)
    ids = {
        "name": name,
        "dataset_id": dataset.dataset_id,
        "file_id": imported.file_id,
        "uploaded_id": uploaded.file_id,
        "invocation_id": run.invocation_id,
        "org_id": platform.caller.org_id,
        "user_id": platform.caller.user_id,
        "trigger_id": trigger.trigger_id,
        "upload_id": upload_id,
        "transaction_id": f"{dataset.dataset_id}.{upload_id}",
        "path": "a/b.bag",
    }
    return Furnished(platform, ids)
