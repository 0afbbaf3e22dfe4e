"""Sends what it is asked for by title, a title a line on standard input; the environment says where to.

Each is answered with a line: what broke it off, or nothing.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from importlib.metadata import entry_points
from io import StringIO
from typing import Any, Final
from unittest import mock

import roboto  # type: ignore[import-not-found]  # only the environments of the tests have it
import roboto.domain.actions  # type: ignore[import-not-found]
import roboto.query  # type: ignore[import-not-found]
import roboto.updates  # type: ignore[import-not-found]
from roboto.domain.files import ImportFileRequest  # type: ignore[import-not-found]

from tests.conformance.operations import OPERATIONS
from tests.conformance.records import ORGANIZATION
from tests.conformance.sdk import Client

DATASET: Final = {
    **dict.fromkeys(("created", "modified"), "2026-01-02T03:04:05Z"),
    **dict.fromkeys(("created_by", "modified_by"), "ann@example.com"),
    "administrator": "Roboto",
    "dataset_id": "ds_1",
    "metadata": {},
    "org_id": ORGANIZATION,
    "storage_ctx": {},
    "storage_location": "S3",
    "tags": [],
}

FILE: Final = {
    **{name: DATASET[name] for name in ("created", "created_by", "modified", "modified_by", "org_id")},
    "association_id": "ds_1",
    "file_id": "fl_1",
    "name": "a.bag",
    "relative_path": "a.bag",
    "size": 3,
    "uri": "s3://x/a.bag",
    "version": 1,
}


def dataset(asking: Any) -> Any:
    """Return a handle of a dataset."""
    return roboto.Dataset(roboto.domain.datasets.DatasetRecord.model_validate(DATASET), roboto_client=asking)


def file(asking: Any) -> Any:
    """Return a handle of a file."""
    return roboto.File(roboto.domain.files.FileRecord.model_validate(FILE), roboto_client=asking)


def import_files(asking: Any) -> object:
    """Import two files by reference."""
    requests = [
        ImportFileRequest(dataset_id="ds_1", relative_path="a/b.bag", uri="s3://x/b.bag"),
        ImportFileRequest(
            dataset_id="ds_1",
            relative_path="c",
            uri="s3://x/c",
            size=4,
            tags=["t"],
            metadata={"k": 1},
            description="d",
        ),
    ]
    return roboto.File.import_batch(requests, roboto_client=asking, caller_org_id=ORGANIZATION)


def list_datasets(asking: Any, **given: Any) -> object:
    """List our datasets."""
    spec = roboto.query.QuerySpecification(**given)
    return [*roboto.Dataset.query(spec, owner_org_id=ORGANIZATION, roboto_client=asking)]


def command(*arguments: str) -> None:
    """Run a command of the official program: its only way to ask for something."""
    (script,) = entry_points(group="console_scripts", name="roboto")
    # What it prints is none of the driver's answers, and it asks nobody whether it should.
    with (
        redirect_stdout(StringIO()),
        mock.patch.object(sys, "argv", ["roboto", "--suppress-upgrade-check", *arguments]),
        mock.patch("builtins.input", return_value="y"),
        suppress(SystemExit),
    ):
        script.load()()


#: Our port has no handles for datasets and files; titles are those of the port's own cases.
DATASETS: Final[dict[str, Callable[[Any], object]]] = {
    "create dataset": lambda asking: roboto.Dataset.create(caller_org_id=ORGANIZATION, roboto_client=asking),
    "create dataset with everything": lambda asking: roboto.Dataset.create(
        name="run",
        description="d",
        device_id="dv",
        metadata={"a": {"b": [1, None]}},
        tags=["x"],
        caller_org_id=ORGANIZATION,
        roboto_client=asking,
    ),
    "get dataset": lambda asking: roboto.Dataset.from_id("ds_1", roboto_client=asking),
    "list datasets": list_datasets,
    "next page of datasets": lambda asking: list_datasets(asking, limit=2, after="t1"),
    "update dataset": lambda asking: dataset(asking).update(name="n", description=None),
    "tag dataset": lambda asking: dataset(asking).put_tags(["a"]),
    "delete dataset": lambda asking: dataset(asking).delete(),
    "import files": import_files,
    "list files": lambda asking: [*dataset(asking).list_files()],
    "list files page by page": lambda asking: [
        *dataset(asking).list_files(include_patterns=["**/*.bag"], exclude_patterns=["x/**"])
    ],
    "cancel all invocations": lambda _asking: command("invocations", "cancel-all"),
    "get file": lambda asking: roboto.File.from_id("fl_1", roboto_client=asking),
    "update file": lambda asking: file(asking).update(
        description=None, metadata_changeset=roboto.updates.MetadataChangeset(put_fields={"a": 1})
    ),
    "mark file ingested": lambda asking: file(asking).mark_ingested(),
    "delete file": lambda asking: file(asking).delete(),
}


def sent(title: str, official: Client) -> str:
    """Do what the title says, and return what broke it off."""
    try:
        if title in OPERATIONS:
            OPERATIONS[title].use(official)
        else:
            DATASETS[title](official.client)
    except Exception:  # noqa: BLE001  the test shows it
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    official = Client(
        actions=roboto.domain.actions,
        query=roboto.query,
        changeset=roboto.updates.MetadataChangeset,
        client=roboto.RobotoClient.from_env(),
    )
    for line in sys.stdin:
        print(json.dumps(sent(json.loads(line), official)), flush=True)  # noqa: T201  its answer
