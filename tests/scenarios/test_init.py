"""A project that was just begun is valid, whatever the folder and the files in it are called."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from reconciler.manifests.project_file import read_project
from tests.scenarios.conftest import Folder


@pytest.mark.parametrize("name", ["2026", "1e3", "true", "null", "1.10", "robots", "_a.b-c"])
def test_a_name_that_yaml_takes_for_something_else_is_quoted(folder: Folder, name: str) -> None:
    """Folders are called 2026 and actions 007; both are text in what init writes."""
    folder.write("action.json", json.dumps({"name": name, "image_uri": "img:1"}))
    assert folder.run("init", "--name", name).code == 0
    ended = folder.run("validate")
    assert (ended.code, ended.out) == (0, "1 action and 1 trigger valid.\n"), ended.said


@pytest.mark.parametrize("place", ["my dir #1", "it's: here", 'a "b"', "- x", "größe"])
def test_a_definition_is_found_again_wherever_it_lies(folder: Folder, place: str) -> None:
    """The path that init writes leads to the file, with spaces, quotes and what begins a comment in it."""
    folder.write(f"{place}/action.json", json.dumps({"name": "ingest", "image_uri": "img:1"}))
    assert folder.run("init").code == 0
    ended = folder.run("validate")
    assert (ended.code, ended.out) == (0, "1 action and 1 trigger valid.\n"), ended.said


def test_every_project_has_an_inventory_of_its_own(folder: Folder) -> None:
    """Its id is random: nothing about it can be guessed from a path or a name, and no other project has it."""
    ids = []
    for name in ("one", "two"):
        assert folder.run("init", name, "--name", "robots").code == 0
        settings, diagnostics = read_project(folder.path / name / "reconciler.yaml")
        assert diagnostics == ()
        assert settings is not None
        assert settings.inventory is not None
        ids.append(settings.inventory.id)
    assert {UUID(each).version for each in ids} == {4}
    assert ids[0] != ids[1]


def test_a_project_is_begun_whole_or_not_at_all(folder: Folder) -> None:
    """A file is where a folder is needed: half a project would be in the way of the next try."""
    folder.write("schemas", "")
    ended = folder.run("init")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "error: cannot write schemas: File exists; nothing was written\n"
        "  hint: a file is where a folder is needed: move it, or name another place\n"
    )
    assert [path.name for path in folder.path.rglob("*") if path.is_file()] == ["schemas"]
    (folder.path / "schemas").unlink()
    assert folder.run("init").code == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ".reconciler/\n"),
        ("*.bag", "*.bag\n.reconciler/\n"),
        ("*.bag\n", "*.bag\n.reconciler/\n"),
        ("/.reconciler\n", "/.reconciler\n"),
    ],
)
def test_git_leaves_alone_what_stays_on_this_machine(folder: Folder, before: str | None, after: str) -> None:
    """The embedded platform's database and tokens lie in .reconciler; what .gitignore says already stays."""
    if before is not None:
        folder.write(".gitignore", before)
    assert folder.run("init").code == 0
    assert (folder.path / ".gitignore").read_text() == after
