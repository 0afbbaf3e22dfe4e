"""Nobody adopts what another project or environment owns, where the inventories are kept in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.conftest import Folder, folder

__all__ = ["folder"]

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: embedded
  embedded_path: {shared}/platform.sqlite3
  inventory: {{id: {number}f0c2f4e-8d0a-4f6e-9b3b-0e6c1f7a2d11, store: {shared}/inventories}}
"""


@pytest.fixture
def other(folder: Folder, tmp_path: Path) -> Folder:
    """A second project, beside a first one that owns action.ingest."""
    beside = tmp_path / "other"
    beside.mkdir()
    found = Folder(beside, folder.capture, folder.monkeypatch)
    for number, each in enumerate((folder, found), start=6):
        each.write("reconciler.yaml", PROJECT.format(shared=tmp_path, number=number))
        each.action("ingest")
    assert folder.run("apply", "--auto-approve").code == 0
    return found


@pytest.mark.parametrize(
    "command", [("adopt", "--all"), ("adopt", "action.ingest"), ("inventory", "rebuild", "--auto-approve")]
)
def test_what_another_project_owns_is_not_taken(folder: Folder, other: Folder, command: tuple[str, ...]) -> None:
    """Who has it is told, and nothing is written, until the other one has forgotten it."""
    ended = other.run(*command)
    assert ended.code == 3
    assert "action.ingest belongs to another project or environment, whose inventory is" in ended.err
    assert "6f0c2f4e-8d0a-4f6e-9b3b-0e6c1f7a2d11/default/inventory.json" in ended.err
    assert "Nothing" in other.run("inventory").out
    folder.action("ingest", more="lifecycle: {on_remove: forget}\n")
    assert folder.run("apply", "--auto-approve").code == 0
    (folder.path / "ingest.yaml").unlink()
    folder.action("more")
    assert folder.run("apply", "--auto-approve").code == 0
    assert other.run(*command).code == 0
    assert "No changes." in other.run("plan").out


def test_a_manifest_that_adopts_does_not_take_it_either(other: Folder) -> None:
    """The plan is refused, with who has it."""
    other.action("ingest", uri="img:stolen", more="lifecycle: {adopt: true}\n")
    ended = other.run("plan")
    assert ended.code == 3
    assert "not-ours: action.ingest belongs to another project or environment" in ended.out


def test_an_inventory_beside_it_that_cannot_be_read_is_in_nobodys_way(other: Folder, tmp_path: Path) -> None:
    """It is a look around, and no promise."""
    (file,) = (tmp_path / "inventories").rglob("inventory.json")
    file.write_text("{")
    assert other.run("adopt", "--all").code == 0
