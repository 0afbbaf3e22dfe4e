"""The contract of backends: every write is a compare-and-swap, and nobody ever sees half of one."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from reconciler.errors import InventoryMoved
from reconciler.inventory.backend import Backend
from tests.inventory.backends import backend_at, one_more, process, replace

NAME = "6f0c2a54/default/inventory.json"


def test_what_was_written_is_read(backend: Backend) -> None:
    """An object is read as it was written, with the version that the write returned."""
    version = backend.write(NAME, b"one", expected=None)
    stored = backend.read(NAME)
    assert stored is not None
    assert (stored.content, stored.version) == (b"one", version)


def test_there_is_nothing_at_first(backend: Backend) -> None:
    """An empty backend has no objects, and reading one is no error."""
    assert backend.read(NAME) is None
    assert list(backend.names("")) == []


def test_a_write_takes_the_place_of_the_version_that_was_read(backend: Backend) -> None:
    """Writes follow one another by their versions."""
    first = backend.write(NAME, b"one", expected=None)
    second = backend.write(NAME, b"two", expected=first)
    assert second != first
    backend.write(NAME, b"three", expected=second)
    stored = backend.read(NAME)
    assert stored is not None
    assert stored.content == b"three"


def test_an_object_that_is_there_is_not_made(backend: Backend) -> None:
    """Whoever expects nothing is told of what is there, by its place."""
    backend.write(NAME, b"one", expected=None)
    with pytest.raises(InventoryMoved, match=re.escape(backend.place(NAME))) as moved:
        backend.write(NAME, b"two", expected=None)
    assert moved.value.exit_code == 6
    stored = backend.read(NAME)
    assert stored is not None
    assert stored.content == b"one"


def test_a_version_that_is_gone_is_not_replaced(backend: Backend) -> None:
    """Of two who read the same version, the second writer is told."""
    version = backend.write(NAME, b"one", expected=None)
    backend.write(NAME, b"two", expected=version)
    with pytest.raises(InventoryMoved):
        backend.write(NAME, b"three", expected=version)


def test_an_object_that_is_gone_is_not_replaced(backend: Backend) -> None:
    """Whoever expects a version where there is nothing is told."""
    version = backend.write("other.json", b"one", expected=None)
    with pytest.raises(InventoryMoved):
        backend.write(NAME, b"two", expected=version)


def test_only_the_version_that_was_read_is_deleted(backend: Backend) -> None:
    """Deleting compares as well."""
    first = backend.write(NAME, b"one", expected=None)
    second = backend.write(NAME, b"two", expected=first)
    with pytest.raises(InventoryMoved):
        backend.delete(NAME, expected=first)
    backend.delete(NAME, expected=second)
    assert backend.read(NAME) is None
    assert list(backend.names("")) == []


def test_deleting_what_is_gone_is_no_error(backend: Backend) -> None:
    """Whoever wants it gone has what they want."""
    version = backend.write(NAME, b"one", expected=None)
    backend.delete(NAME, expected=version)
    backend.delete(NAME, expected=version)
    backend.delete("never.json", expected=version)


def test_what_was_deleted_can_be_made_again_once(backend: Backend) -> None:
    """After a deletion there is nothing, for one writer."""
    version = backend.write(NAME, b"one", expected=None)
    backend.delete(NAME, expected=version)
    with pytest.raises(InventoryMoved):
        backend.write(NAME, b"two", expected=version)
    backend.write(NAME, b"three", expected=None)
    with pytest.raises(InventoryMoved):
        backend.write(NAME, b"four", expected=None)


def test_names_are_those_that_begin_so_in_order(backend: Backend) -> None:
    """Names are found by any beginning of them, in order, whatever the order of the writes."""
    for name in ("b/2.json", "b/10.json", "a/1.json", "bb/1.json"):
        backend.write(name, b"x", expected=None)
    assert list(backend.names("")) == ["a/1.json", "b/10.json", "b/2.json", "bb/1.json"]
    assert list(backend.names("b/")) == ["b/10.json", "b/2.json"]
    assert list(backend.names("b/1")) == ["b/10.json"]
    assert list(backend.names("c")) == []


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../other", "a/../b", "a//b", ".lock", "a/.unfinished", "a b", "a/"]
)
def test_no_name_leads_out_of_the_place(backend: Backend, name: str) -> None:
    """A name that is none is an error of whoever made it, before anything is touched."""
    with pytest.raises(ValueError, match="cannot name an object"):
        backend.write(name, b"x", expected=None)
    with pytest.raises(ValueError, match="cannot name an object"):
        backend.read(name)


def test_sixteen_threads_lose_no_write(backend: Backend) -> None:
    """Every one of sixteen threads counts up four times, and the count is 64."""

    def work(_: int) -> int:
        return sum(replace(backend, NAME, one_more) for _ in range(4))

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(work, range(16)))
    stored = backend.read(NAME)
    assert stored is not None
    assert stored.content == b"64"


def test_processes_lose_no_write(place: str) -> None:
    """Every one of four processes counts up ten times, and the count is 40."""
    with ExitStack() as stack:
        started = [stack.enter_context(process("tests.inventory.counting", place, NAME, "10")) for _ in range(4)]
        endings = [each.communicate(timeout=60) for each in started]
    assert [each.returncode for each in started] == [0] * 4, endings
    stored = backend_at(place).read(NAME)
    assert stored is not None
    assert stored.content == b"40"


def test_readers_see_whole_objects_only(backend: Backend) -> None:
    """While one thread replaces a large object, every read is one of its contents as a whole."""
    contents = [bytes([number]) * 100_000 for number in range(1, 9)]
    backend.write(NAME, contents[0], expected=None)

    def write() -> None:
        left = iter(contents[1:])
        for _ in contents[1:]:
            replace(backend, NAME, lambda _: next(left))

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write)
        seen = []
        while not writing.done():
            stored = backend.read(NAME)
            assert stored is not None
            seen.append(stored.content)
        writing.result()
    assert set(seen) <= set(contents)
