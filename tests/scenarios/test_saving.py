"""Files the command writes: whole or not at all, and nothing left beside them."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path

import pytest

from tests.scenarios.conftest import Folder


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which no file gets into place any more."""
    monkeypatch.setattr(Path, "replace", _no_space)


@pytest.mark.usefixtures("full")
def test_a_plan_that_cannot_be_saved_leaves_nothing_behind(folder: Folder) -> None:
    """The message names file and reason; the folder is as it was."""
    folder.action("one")
    ended = folder.embedded("plan", "--no-cache", "--out", "saved/plan.json")
    assert ended.code == 1
    (folder.path / "saved").mkdir()
    ended = folder.embedded("plan", "--no-cache", "--out", "saved/plan.json")
    assert (ended.code, ended.out) == (1, "")
    assert "cannot save the plan to saved/plan.json: No space left on device" in ended.err
    assert list((folder.path / "saved").iterdir()) == []


@pytest.mark.usefixtures("full")
def test_a_file_that_cannot_be_formatted_stays_as_it_was(folder: Folder) -> None:
    """The old text is whole, the new one nowhere."""
    path = folder.write("one.yaml", "kind: Action\napiVersion: reconciler/v1\nmetadata: { name: one }\nspec: {}\n")
    before = path.read_text()
    ended = folder.run("fmt")
    assert ended.code == 1
    assert ended.err == (
        "one.yaml:1:1: cannot write this: No space left on device\n"
        "  hint: make room on the disk, and run it again\n1 error.\n"
    )
    assert ended.out == ""
    assert [each.name for each in folder.path.iterdir()] == ["one.yaml"]
    assert path.read_text() == before


def test_one_file_that_cannot_be_formatted_keeps_no_other_from_it(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others are written, and every one that is not is told."""
    text = "kind: Action\napiVersion: reconciler/v1\nmetadata:\n  name: {}\nspec:\n  uri: img:1\n"
    for name in ("a", "b", "c", "d"):
        folder.write(f"{name}.yaml", text.format(name))

    move = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if Path(target).name in ("a.yaml", "c.yaml"):
            raise PermissionError(13, "Permission denied")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    ended = folder.run("fmt")
    assert (ended.code, ended.out) == (1, "b.yaml\nd.yaml\n")
    assert ended.err == (
        "a.yaml:1:1: cannot write this: Permission denied\n"
        "c.yaml:1:1: cannot write this: Permission denied\n"
        "  hint: give yourself permission to write it and its folder, or name another place\n"
        "2 errors.\n"
    )
    assert folder.run("fmt", "--check").out == "a.yaml\nc.yaml\n"


def test_schemas_that_cannot_be_written_say_what_to_do(folder: Folder) -> None:
    """A file is where their folder should be."""
    folder.write("schemas", "")
    ended = folder.run("schema", "--dir", "schemas/v1")
    assert ended.code == 1
    assert ended.err == (
        "error: cannot write schemas/v1: Not a directory\n"
        "  hint: a file is where a folder is needed: move it, or name another place\n"
    )


def test_a_plan_is_for_its_owner_alone(folder: Folder) -> None:
    """Also where a file that others may read stood before."""
    folder.action("one")
    folder.write("plan.json", "{}").chmod(0o644)
    folder.embedded("plan", "--no-cache", "--out", "plan.json")
    assert stat.S_IMODE((folder.path / "plan.json").stat().st_mode) == 0o600


def test_what_is_no_file_is_not_replaced_by_one(folder: Folder) -> None:
    """``--out /dev/null`` by root must leave the machine a /dev/null; a pipe stands for it here."""
    folder.action("one")
    pipe = folder.path / "saved.pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    folder.embedded("plan", "-f", "one.yaml", "--out", "saved.pipe")
    saved = os.read(reader, 65536)
    os.close(reader)
    assert pipe.is_fifo()
    assert json.loads(saved)["summary"]["create"] == 1


def test_a_failure_of_the_system_is_one_json_document_too(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """--output json prints one document and nothing else, whatever it was that failed: here, a folder that is gone."""
    folder.action("one")
    monkeypatch.setattr(Path, "cwd", _no_space)
    ended = folder.embedded("plan", "--output", "json")
    assert (ended.code, ended.err) == (1, "")
    assert json.loads(ended.out)["error"]["message"] == "No space left on device"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "--target", "nope"), '"nope" is not an address'),
        (("apply",), "--auto-approve"),
        (("plan", "--parallelism", "0"), "0 is not in the range"),
    ],
    ids=["mistake", "nobody to ask", "illegal value"],
)
def test_wrong_usage_is_one_json_document_too(folder: Folder, arguments: tuple[str, ...], said: str) -> None:
    """Whoever parses the answer learns what to change, as for any other error."""
    folder.action("one")
    assert folder.embedded("apply", "--auto-approve").code == 0
    folder.action("two")
    ended = folder.embedded(*arguments, "--output", "json")
    assert (ended.code, ended.err) == (64, "")
    error = json.loads(ended.out)["error"]
    assert said in error["message"]
    assert (error["type"], error["exit_code"]) == ("UsageError", 64)
    assert error["hint"] == f"see: reconciler {arguments[0]} --help"


def test_the_command_that_is_offered_applies_the_plan(folder: Folder) -> None:
    """A plan made with --platform is applied with it: without, nobody would have named a platform."""
    folder.action("one")
    ended = folder.run("plan", "--platform", "embedded", "--org", "og_lab", "--out", "my plan.json")
    _, offered = ended.err.strip().split(" with: ")
    assert shlex.split(offered)[0] == "reconciler"
    assert folder.run(*shlex.split(offered)[1:]).code == 0
    assert folder.run("plan", "--platform", "embedded", "--org", "og_lab", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--out", ""),
        ("show", ""),
        ("apply", ""),
        ("schema", "--dir", " "),
        ("init", ""),
        ("init", "--name", ""),
        ("lint", "--select", ""),
        ("drift", "--baseline", ""),
    ],
    ids=" ".join,
)
def test_an_empty_path_or_name_is_a_variable_that_was_not_set(folder: Folder, arguments: tuple[str, ...]) -> None:
    """Wrong usage, and nothing is written where one happens to be."""
    ended = folder.run(*arguments)
    assert ended.code == 64
    assert "it is empty" in ended.err
    assert list(folder.path.iterdir()) == []
