"""Uploads are completed once, however often that is asked for, and whoever is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.domain.datasets import QueryFilesRequest
from reconciler.embedded.http.completing import completed
from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.staging import Received, Staging
from reconciler.embedded.platform import LOCAL_CALLER, EmbeddedPlatform
from reconciler.embedded.receipt_rows import KEPT
from reconciler.errors import Conflict, NotFound, PlatformUnavailable
from tests.contract.run_builders import new_dataset


@dataclass(frozen=True)
class Site:
    """A platform with a dataset, and where uploads into it are received."""

    platform: EmbeddedPlatform
    staging: Staging
    dataset_id: str
    folder: Path

    def begun(self, *paths: str) -> str:
        """Begin an upload of files, and return its id."""
        upload_id = self.staging.begin(self.dataset_id)
        for path in paths:
            descriptor, received = self.staging.receive()
            os.write(descriptor, b"bytes")
            os.close(descriptor)
            self.staging.put(self.dataset_id, upload_id, path, Received(received, 5))
        return upload_id

    def completed(self, upload_id: str) -> list[str]:
        """Complete an upload, and return the ids of its files."""
        return completed(self.staging, self.platform.uploads, self.dataset_id, upload_id)

    def files(self) -> dict[str, tuple[str, int]]:
        """Return id and version of every file, by path."""
        records = self.platform.query_files(self.dataset_id, QueryFilesRequest()).items
        return {record.relative_path: (record.file_id, record.version) for record in records}

    def file_ids(self) -> list[str]:
        """Return the ids of all files, sorted."""
        return sorted(file_id for file_id, _ in self.files().values())

    def left(self) -> list[str]:
        """Return what is left of uploads."""
        return [each.name for each in self.folder.iterdir()]


@pytest.fixture
def site(platform: EmbeddedPlatform, path: Path) -> Site:
    """Where nothing was uploaded yet."""
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    return Site(platform, Staging.beside(path), dataset_id, path.with_name(f"{path.name}.uploads"))


def test_who_asks_again_is_told_what_came_of_it(site: Site) -> None:
    """Nothing is added a second time."""
    upload_id = site.begun("a", "b")

    told = [site.completed(upload_id) for _ in range(3)]

    assert told[0] == told[1] == told[2]
    assert sorted(told[0]) == site.file_ids()
    assert {version for _, version in site.files().values()} == {1}
    assert site.left() == []


def test_who_asks_meanwhile_is_to_ask_again(site: Site) -> None:
    """Clients do, by themselves."""
    upload_id = site.begun("a")

    with site.staging.claimed(site.dataset_id, upload_id), pytest.raises(Refused) as refused:
        site.completed(upload_id)

    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    assert len(site.completed(upload_id)) == 1


def test_what_went_wrong_can_be_tried_again(site: Site, path: Path) -> None:
    """The files are still there."""
    upload_id = site.begun("a")
    folder = path.with_name(f"{path.name}.files")
    folder.touch()

    with pytest.raises(PlatformUnavailable):
        site.completed(upload_id)
    folder.unlink()

    assert len(site.completed(upload_id)) == 1


def test_there_must_be_something_to_complete(site: Site) -> None:
    """An upload that is none, one of another dataset, one without files."""
    other = replace(site, dataset_id=site.platform.create_dataset(new_dataset()).dataset_id)
    for upload_id in ("up_x", "../x", "\ud800", f"up_{'0' * 32}", other.begun("a")):
        with pytest.raises(NotFound):
            site.completed(upload_id)
    empty = site.begun()
    for _ in range(2):
        with pytest.raises(Conflict):
            site.completed(empty)


def test_another_process_may_have_been_faster(site: Site, path: Path) -> None:
    """Both had the files at hand; one adds them, and the other hears what came of it and leaves no copies."""
    content = path.with_name("content")
    content.write_bytes(b"bytes")
    uploads = site.platform.uploads

    first, second = (uploads.complete(site.dataset_id, "up_1", {"a": content}, ids={"a": ""}) for _ in range(2))

    assert first == second == site.file_ids()
    assert len([each for each in path.with_name(f"{path.name}.files").rglob("a") if each.is_file()]) == 1


def test_receipts_are_kept_for_a_while(path: Path) -> None:
    """The next upload that is completed after it removes them."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    content = path.with_name("content")
    content.touch()
    platform = EmbeddedPlatform.open(path, caller=LOCAL_CALLER, clock=lambda: moment)
    dataset_id = platform.create_dataset(new_dataset()).dataset_id

    platform.uploads.complete(dataset_id, "up_1", {"a": content}, ids={"a": ""})
    moment += KEPT
    platform.uploads.complete(dataset_id, "up_2", {"b": content}, ids={"b": ""})
    assert platform.uploads.receipt(dataset_id, "up_1") is not None
    moment += timedelta(seconds=1)
    platform.uploads.complete(dataset_id, "up_3", {"c": content}, ids={"c": ""})

    assert platform.uploads.receipt(dataset_id, "up_1") is None
    assert platform.uploads.receipt(dataset_id, "up_2") is not None
    platform.close()


#: Completes an upload, and is killed as soon as a function is called, or returns.
DOOMED = """
import os, signal, sys
from pathlib import Path
from reconciler.embedded.http.completing import completed
from reconciler.embedded.http.staging import Staging
from reconciler.embedded.platform import EmbeddedPlatform

path, dataset_id, upload_id, function, moment = sys.argv[1:]
def watch(frame, event, argument):
    if event == moment and frame.f_code.co_qualname == function:
        os.kill(os.getpid(), signal.SIGKILL)
platform, staging = EmbeddedPlatform.open(path), Staging.beside(Path(path))
sys.setprofile(watch)
completed(staging, platform.uploads, dataset_id, upload_id)
"""
MOMENTS = [
    ("Uploads.complete", "call"),
    ("add_uploads", "call"),
    ("ReceiptRows.add", "call"),
    ("ReceiptRows.add", "return"),
    ("Uploads.complete", "return"),
    ("Staging.forget", "call"),
    ("Staging.forget", "return"),
]


@pytest.mark.parametrize(("function", "moment"), MOMENTS)
def test_whoever_is_killed_meanwhile_the_next_one_knows(site: Site, path: Path, function: str, moment: str) -> None:
    """It completes the upload, or tells what came of it; either way the files are there, once."""
    upload_id = site.begun("a", "b")
    command = [sys.executable, "-c", DOOMED, str(path), site.dataset_id, upload_id, function, moment]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    told = site.completed(upload_id)

    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert sorted(told) == site.file_ids()
    assert [*site.files()] == ["a", "b"]
    assert {version for _, version in site.files().values()} == {1}
    assert site.left() == []
