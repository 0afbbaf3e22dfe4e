"""Uploads are completed once, however often that is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.embedded.http.completing import completed
from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.staging import Received, Staging
from reconciler.errors import Conflict, NotFound, PlatformUnavailable


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    """The folder of uploads."""
    return Staging(tmp_path / "uploads")


def begun(staging: Staging) -> str:
    """Begin an upload of one file, and return its id."""
    upload_id = staging.begin("ds_1")
    descriptor, path = staging.receive()
    os.close(descriptor)
    staging.put("ds_1", upload_id, "a", Received(path, 0))
    return upload_id


def test_who_asks_again_is_told_what_came_of_it(staging: Staging) -> None:
    """Nothing is added a second time."""
    upload_id = begun(staging)
    added: list[list[str]] = []

    def add(files: dict[str, Path]) -> list[str]:
        added.append([*files])
        return ["fl_1"]

    told = [completed(staging, "ds_1", upload_id, add=add) for _ in range(3)]

    assert told == [["fl_1"]] * 3
    assert added == [["a"]]


def test_who_asks_meanwhile_is_to_ask_again(staging: Staging) -> None:
    """Clients do, by themselves."""
    upload_id = begun(staging)

    def add(_files: dict[str, Path]) -> list[str]:
        with pytest.raises(Refused) as refused:
            completed(staging, "ds_1", upload_id, add=lambda _: [])
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
        return ["fl_1"]

    assert completed(staging, "ds_1", upload_id, add=add) == ["fl_1"]


def test_what_went_wrong_can_be_tried_again(staging: Staging) -> None:
    """The files are still there."""
    upload_id = begun(staging)

    def fail(_files: dict[str, Path]) -> list[str]:
        raise PlatformUnavailable("the disk is full")

    with pytest.raises(PlatformUnavailable):
        completed(staging, "ds_1", upload_id, add=fail)
    assert completed(staging, "ds_1", upload_id, add=lambda files: [*files]) == ["a"]


def test_there_must_be_something_to_complete(staging: Staging) -> None:
    """An upload that is none, one of another dataset, one without files."""
    for dataset_id, upload_id in (("ds_1", "up_x"), ("ds_1", "../x"), ("ds_2", begun(staging))):
        with pytest.raises(NotFound):
            completed(staging, dataset_id, upload_id, add=lambda _: [])
    with pytest.raises(Conflict):
        completed(staging, "ds_1", staging.begin("ds_1"), add=lambda _: [])
