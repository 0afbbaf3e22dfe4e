"""A folder as a backend: what a killed writer leaves, who may look, and what goes wrong."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from reconciler.errors import InventoryUnavailable
from reconciler.inventory.local import LocalFolder
from tests.inventory.backends import process
from tests.inventory.dying import NEW

NAME = "6f0c2a54/inventory.json"
OLD = b"old " * 50_000

#: More than a write has; the test finds out how many there are.
MOST_STEPS = 30

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")


@pytest.mark.parametrize("before", [None, OLD], ids=["new", "replaced"])
def test_a_writer_killed_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, before: bytes | None) -> None:
    """Whatever step a writer is killed before, the object is whole, and the next writer is not held up."""
    endings: list[bytes | None] = []
    for step in range(MOST_STEPS):
        folder = tmp_path / str(step)
        backend = LocalFolder(folder)
        if before is not None:
            backend.write(NAME, before, expected=None)
        with process("tests.inventory.dying", str(folder), NAME, str(step)) as writer:
            _, words = writer.communicate(timeout=60)
        stored = backend.read(NAME)
        endings.append(None if stored is None else stored.content)
        version = backend.write(NAME, b"next", expected=None if stored is None else stored.version)
        assert list(backend.names("")) == [NAME]
        assert {path.name for path in folder.rglob("*") if path.is_file()} == {".lock", "inventory.json"}
        backend.delete(NAME, expected=version)
        if writer.returncode == 0:
            break
        assert words == ""
    else:
        pytest.fail("a write has more steps than expected")
    assert len(endings) > 8
    assert set(endings) == {before, NEW}
    assert endings == sorted(endings, key=lambda content: content == NEW)


def test_a_writer_killed_among_many_writes_leaves_a_whole_object(tmp_path: Path) -> None:
    """Wherever a writer that writes all the time is killed, the object is whole and can be written."""
    for killed_after in (1, 2, 5, 9):
        with process("tests.inventory.dying", str(tmp_path), NAME) as writer:
            assert writer.stdout is not None
            for _ in range(killed_after):
                assert writer.stdout.readline() == "written\n"
            writer.kill()
            writer.wait()
        backend = LocalFolder(tmp_path)
        stored = backend.read(NAME)
        assert stored is not None
        assert stored.content == NEW
        backend.write(NAME, OLD, expected=stored.version)


@posix
def test_nobody_else_may_look(tmp_path: Path) -> None:
    """Folders and files are the owner's alone, whatever the umask."""
    before = os.umask(0)
    try:
        LocalFolder(tmp_path / "made" / "store").write(NAME, b"x", expected=None)
    finally:
        os.umask(before)
    modes = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "made").rglob("*")
    }
    assert modes == {
        "made/store": 0o700,
        "made/store/.lock": 0o600,
        "made/store/6f0c2a54": 0o700,
        "made/store/6f0c2a54/inventory.json": 0o600,
    }


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_one_may_not_write_is_named(tmp_path: Path) -> None:
    """What goes wrong is said with the path and what to do."""
    tmp_path.chmod(0o500)
    with pytest.raises(InventoryUnavailable, match="Permission denied") as refused:
        LocalFolder(tmp_path / "store").write(NAME, b"x", expected=None)
    assert "permission" in refused.value.hint


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    """A store that is a file is an error with its path, for readers and writers."""
    (tmp_path / "store").write_text("")
    backend = LocalFolder(tmp_path / "store")
    with pytest.raises(InventoryUnavailable, match="store"):
        backend.read(NAME)
    with pytest.raises(InventoryUnavailable, match="store"):
        backend.write(NAME, b"x", expected=None)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Whoever only looks leaves no folder behind."""
    backend = LocalFolder(tmp_path / "store")
    assert backend.read(NAME) is None
    assert list(backend.names("")) == []
    assert not (tmp_path / "store").exists()


@posix
def test_a_full_disk_leaves_the_old(tmp_path: Path) -> None:
    """A write that there is no room for is an error, what was there is still there, and room makes the next one go."""
    import resource

    backend = LocalFolder(tmp_path)
    version = backend.write(NAME, b"old", expected=None)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(InventoryUnavailable, match="File too large"):
            backend.write(NAME, NEW, expected=version)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    stored = backend.read(NAME)
    assert stored is not None
    assert stored.content == b"old"
    backend.write(NAME, NEW, expected=version)
