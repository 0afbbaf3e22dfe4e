"""The command line with its inventory in a bucket: owned, locked, unlocked, and two who apply at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import InventoryUnavailable
from reconciler.inventory.lock import Lock
from tests.inventory.backends import backend_at
from tests.scenarios.conftest import Folder

ID = "6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18"
PROJECT = f"""\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: embedded
  inventory: {{ id: {ID}, store: "%s" }}
"""


@pytest.fixture
def project(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return a project of two actions that keeps its inventory in a folder or in a bucket."""
    monkeypatch.setenv("RECONCILER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    folder = Folder(tmp_path, capsys, monkeypatch)
    folder.write("reconciler.yaml", PROJECT % place)
    folder.action("kept")
    folder.action("gone")
    return folder


def test_what_was_applied_is_owned_and_goes_with_its_manifest(project: Folder, place: str) -> None:
    """The inventory of one command is read by the next: a removed manifest is a deletion."""
    assert project.run("apply", "--auto-approve").code == 0
    (project.path / "gone.yaml").unlink()
    refused = project.run("plan")
    assert refused.code == 3
    assert "- delete action.gone" in refused.said
    assert project.run("apply", "--auto-approve", "--prune").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 0
    names = backend_at(place).names(ID)
    assert [name for name in names if "/applies/" not in name] == [
        f"{ID}/default/inventory.json",
        f"{ID}/default/lock.json",
    ]
    assert len(names) == 4


def test_whoever_applies_while_the_lock_is_held_is_told_and_can_end_it(project: Folder, place: str) -> None:
    """Exit 6 with the holder's name, nothing sent; after unlock by the id that was shown it goes."""
    lock = Lock(backend_at(place), f"{ID}/default/lock.json")
    held = lock.acquire("apply", who="ann", run_url="https://ci.example/7")
    locked = project.run("apply", "--auto-approve")
    assert locked.code == 6
    assert "locked by ann (apply)" in locked.err
    assert "https://ci.example/7" in locked.err
    assert f"reconciler unlock --id {held.lease.id}" in locked.err
    assert project.run("unlock", "--id", held.lease.id).code == 0
    assert project.run("apply", "--auto-approve").code == 0


def test_a_store_that_is_gone_sends_nothing(project: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt bucket is an error of the plan, before anything is compared or sent; exit 1."""
    for variable, value in {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(variable, value)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    project.write("reconciler.yaml", PROJECT % "s3://bucket")
    failed = project.run("apply", "--auto-approve")
    assert failed.code == InventoryUnavailable.exit_code == 1
    assert "cannot use s3://bucket/" in failed.err
    assert not (project.path / ".reconciler").exists()
