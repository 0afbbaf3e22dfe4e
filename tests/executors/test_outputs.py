"""What an action leaves behind is taken with suspicion."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.errors import RunFailed
from reconciler.executors.environment import RunFolder, run_folder
from reconciler.executors.outputs import CHANGESET_LIMIT, collect


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    """The folder of a run."""
    with run_folder(tmp_path, invocation_id="iv_1") as made:
        yield made


def test_output_files_are_known_by_their_paths(folder: RunFolder) -> None:
    """Folders are none, hidden files are some, changesets are none."""
    (folder.output / "a/b").mkdir(parents=True)
    (folder.output / "a/b/c.txt").write_text("c")
    (folder.output / ".hidden").write_text("h")
    (folder.metadata / "more.txt").write_text("m")
    outputs = collect(folder)
    assert sorted(outputs.files) == [".hidden", "a/b/c.txt"]
    assert outputs.files["a/b/c.txt"].read_text() == "c"
    assert outputs.dataset_changeset is None
    assert outputs.file_changes == ()


def test_links_and_pipes_are_left_out_and_told(folder: RunFolder, tmp_path: Path) -> None:
    """Otherwise an action in a container could have any file of this machine uploaded."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private/key").write_text("hush")
    (folder.output / "file").symlink_to(tmp_path / "private/key")
    (folder.output / "folder").symlink_to(tmp_path / "private")
    os.mkfifo(folder.output / "pipe")
    outputs = collect(folder)
    assert outputs.files == {}
    assert outputs.refused == ("file", "folder", "pipe")


@pytest.mark.parametrize("place", ["output", "metadata"])
def test_a_link_in_the_place_of_a_folder_fails_the_run(folder: RunFolder, tmp_path: Path, place: str) -> None:
    """The folder itself can be swapped, too."""
    folder.metadata.rmdir()
    if place == "output":
        folder.output.rmdir()
    path = folder.output if place == "output" else folder.metadata
    path.symlink_to(tmp_path)
    with pytest.raises(RunFailed, match="in the place of its folder"):
        collect(folder)


def test_a_changeset_that_is_a_link_fails_the_run(folder: RunFolder, tmp_path: Path) -> None:
    """Its text might come back in an error message."""
    (tmp_path / "key").write_text("hush")
    folder.dataset_changeset.symlink_to(tmp_path / "key")
    with pytest.raises(RunFailed, match="cannot read") as failure:
        collect(folder)
    assert "hush" not in failure.value.message


def test_a_changeset_that_is_a_pipe_does_not_hold_the_run_up(folder: RunFolder) -> None:
    """Opening it would wait for a writer for ever."""
    os.mkfifo(folder.file_changesets)
    with pytest.raises(RunFailed, match="is not a file"):
        collect(folder)


def test_an_action_that_removed_its_output_folder_has_no_outputs(folder: RunFolder) -> None:
    """Cleaning up thoroughly is no failure."""
    folder.metadata.rmdir()
    folder.output.rmdir()
    assert collect(folder).files == {}


def test_a_tree_deeper_than_functions_can_call_is_walked(folder: RunFolder) -> None:
    """An action may nest as deep as paths can be long."""
    here = os.open(folder.output, os.O_RDONLY)
    descriptors = [here]
    for _ in range(1000):
        os.mkdir("d", dir_fd=descriptors[-1])
        descriptors.append(os.open("d", os.O_RDONLY, dir_fd=descriptors[-1]))
        os.close(descriptors[-2])
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=descriptors[-1]))
    os.close(descriptors[-1])
    assert list(collect(folder).files) == ["d/" * 1000 + "f"]


def test_changesets_are_read(folder: RunFolder) -> None:
    """One object for the dataset, one a line for files, null clearing a description."""
    folder.dataset_changeset.write_text(json.dumps({"put_tags": ["done"]}))
    updates = [{"description": None}, {"metadata_changeset": {"put_fields": {"n": 1}}}]
    folder.file_changesets.write_text(
        "\n".join(json.dumps({"relative_path": "a b", "update": update}) for update in updates) + "\n\n"
    )
    outputs = collect(folder)
    assert outputs.dataset_changeset == MetadataChangeset(put_tags=["done"])
    assert [change.relative_path for change in outputs.file_changes] == ["a b", "a b"]
    assert [change.request.to_wire() for change in outputs.file_changes] == updates


def test_what_the_platforms_library_did_not_set_is_left_alone(folder: RunFolder) -> None:
    """It writes an empty object for it."""
    update = {
        "description": {},
        "metadata_changeset": {"put_tags": ["a"], "put_fields": None},
        "ingestion_complete": {},
    }
    folder.file_changesets.write_text(json.dumps({"relative_path": "a", "update": update}))
    (change,) = collect(folder).file_changes
    assert change.request.model_fields_set == {"metadata_changeset"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "dataset's metadata changeset: Invalid JSON"),
        ('{"put_tags": 3}', "put_tags"),
        ("[]", "dataset's metadata changeset"),
    ],
)
def test_a_changeset_that_is_none_fails_the_run(folder: RunFolder, text: str, words: str) -> None:
    """Nothing of it is applied, and the message says where it is wrong."""
    folder.dataset_changeset.write_text(text)
    with pytest.raises(RunFailed, match=words):
        collect(folder)


def test_a_line_that_is_no_changeset_is_named_by_its_number(folder: RunFolder) -> None:
    """Files of changesets are long."""
    folder.file_changesets.write_text('{"relative_path": "a", "update": {}}\nnonsense\n')
    with pytest.raises(RunFailed, match="line 2"):
        collect(folder)


@pytest.mark.parametrize("content", [b"\xff\xfe", b" " * (CHANGESET_LIMIT + 1)])
def test_a_changeset_that_is_no_text_or_endless_fails_the_run(folder: RunFolder, content: bytes) -> None:
    """Mistakes are not read into memory."""
    folder.dataset_changeset.write_bytes(content)
    with pytest.raises(RunFailed, match=r"no UTF-8|larger than"):
        collect(folder)
