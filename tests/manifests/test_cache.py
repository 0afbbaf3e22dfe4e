"""The cache: it remembers what was valid, and forgets at the slightest doubt."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.cache import MOST_VERDICTS, ValidationCache, cache_directory
from reconciler.manifests.core_schema import LONGEST_NUMBER
from tests.manifests.texts import LAW

if TYPE_CHECKING:
    from reconciler.domain.values import Json

DOCUMENTS: list[Json] = [{"kind": "Action", "spec": {"uri": "x", "tags": ["é", "\n\t"]}}]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The cache's folder, not made yet."""
    return tmp_path / "cache"


def opened(directory: Path, *, project: str = "/home/ada/fleet", version: str = "1.0") -> ValidationCache:
    """Return the cache as another run would."""
    return ValidationCache.open(directory, project=project, version=version)


def filled(directory: Path) -> None:
    """Write a cache with one file's documents and one verdict."""
    cache = opened(directory)
    cache.remember("aa", DOCUMENTS)
    cache.remember_verdict("bb", {"Action": 2})
    cache.save()


def test_an_empty_cache_knows_nothing_and_writes_nothing(directory: Path) -> None:
    """Opening costs nothing and leaves no trace."""
    cache = opened(directory)
    assert cache.documents("aa") is None
    assert cache.verdict("bb") is None
    cache.save()
    assert not directory.exists()


def test_documents_and_verdicts_are_remembered_across_runs(directory: Path) -> None:
    """By digest; another digest is not known."""
    filled(directory)
    cache = opened(directory)
    assert (cache.documents("aa"), cache.documents("ab")) == (DOCUMENTS, None)
    assert (cache.verdict("bb"), cache.verdict("bc")) == ({"Action": 2}, None)


def test_documents_are_new_objects_each_time(directory: Path) -> None:
    """Whoever changes them changes nothing that is remembered."""
    filled(directory)
    cache = opened(directory)
    assert cache.documents("aa") is not cache.documents("aa")


def test_what_is_remembered_is_known_in_the_same_run(directory: Path) -> None:
    """Without being saved."""
    cache = opened(directory)
    cache.remember("aa", [])
    cache.remember_verdict("bb", {})
    assert (cache.documents("aa"), cache.verdict("bb")) == ([], {})


@pytest.mark.parametrize("other", [{"version": "1.1"}, {"project": "/work/other"}])
def test_another_version_or_project_shares_nothing(directory: Path, other: dict[str, str]) -> None:
    """What another version found valid may be invalid now."""
    filled(directory)
    cache = opened(directory, **other)
    assert (cache.documents("aa"), cache.verdict("bb")) == (None, None)


def test_saving_drops_documents_that_were_not_used(directory: Path) -> None:
    """The cache is as large as the project."""
    filled(directory)
    cache = opened(directory)
    cache.documents("aa")
    cache.remember("cc", [])
    cache.save()
    cache = opened(directory)
    cache.documents("cc")
    cache.save()
    assert opened(directory).documents("aa") is None
    assert opened(directory).documents("cc") == []


def test_a_run_on_a_verdict_alone_leaves_the_documents(directory: Path) -> None:
    """It never looked at them."""
    filled(directory)
    cache = opened(directory)
    cache.verdict("bb")
    cache.save()
    assert opened(directory).documents("aa") == DOCUMENTS


def test_nothing_is_written_when_nothing_changed(directory: Path) -> None:
    """A warm run only reads."""
    filled(directory)
    before = {path: path.stat().st_mtime_ns for path in directory.iterdir()}
    cache = opened(directory)
    cache.documents("aa")
    cache.remember("aa", DOCUMENTS)
    cache.verdict("bb")
    cache.save()
    assert before == {path: path.stat().st_mtime_ns for path in directory.iterdir()}


def test_only_the_latest_verdicts_are_kept(directory: Path) -> None:
    """Each edit of the project makes one more."""
    for number in range(MOST_VERDICTS + 5):
        cache = opened(directory)
        cache.remember_verdict(f"v{number}", {"Action": number})
        cache.save()
    cache = opened(directory)
    known = [number for number in range(MOST_VERDICTS + 5) if cache.verdict(f"v{number}") is not None]
    assert known == list(range(5, MOST_VERDICTS + 5))


def test_files_are_for_their_owner_alone(directory: Path) -> None:
    """Manifests may hold what others should not read."""
    filled(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    assert len(list(directory.iterdir())) == 2


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_believed(directory: Path, mode: int) -> None:
    """Whoever can write it could make anything valid."""
    filled(directory)
    for path in directory.iterdir():
        path.chmod(mode)
    cache = opened(directory)
    assert (cache.documents("aa"), cache.verdict("bb")) == (None, None)


def test_a_folder_that_others_may_write_is_not_used(directory: Path) -> None:
    """Neither read nor written."""
    filled(directory)
    directory.chmod(0o777)
    assert opened(directory).documents("aa") is None
    before = sorted(directory.iterdir())
    cache = opened(directory)
    cache.remember("zz", [])
    cache.save()
    assert sorted(directory.iterdir()) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_not_believed(directory: Path) -> None:
    """Whatever its permissions."""
    filled(directory)
    for path in directory.iterdir():
        os.chown(path, 12345, 12345)
    cache = opened(directory)
    assert (cache.documents("aa"), cache.verdict("bb")) == (None, None)


def test_a_link_in_the_place_of_a_file_is_not_followed(directory: Path, tmp_path: Path) -> None:
    """It is replaced, and what it leads to stays."""
    filled(directory)
    (documents,) = directory.glob("*.documents")
    elsewhere = documents.rename(tmp_path / "elsewhere")
    documents.symlink_to(elsewhere)
    assert opened(directory).documents("aa") is None
    content = elsewhere.read_bytes()
    filled(directory)
    assert not documents.is_symlink()
    assert elsewhere.read_bytes() == content


@pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"{}\n", b"reconciler cache 1\n"])
def test_a_file_of_something_else_is_an_empty_cache(directory: Path, damage: bytes) -> None:
    """Never an error; the next run writes a good one."""
    filled(directory)
    for path in directory.iterdir():
        path.write_bytes(damage)
    cache = opened(directory)
    assert (cache.documents("aa"), cache.verdict("bb")) == (None, None)
    filled(directory)
    assert opened(directory).documents("aa") == DOCUMENTS


def test_a_single_wrong_byte_is_noticed(directory: Path) -> None:
    """Wherever it is."""
    filled(directory)
    for path in directory.iterdir():
        content = path.read_bytes()
        for at in range(len(content)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            cache = opened(directory)
            assert path.suffix != ".documents" or cache.documents("aa") is None
            assert path.suffix != ".verdicts" or cache.verdict("bb") is None


def test_a_cache_that_cannot_be_written_is_no_problem(tmp_path: Path) -> None:
    """A read-only home or a file in the folder's place: the run goes on."""
    (tmp_path / "file").write_text("")
    cache = opened(tmp_path / "file" / "cache")
    cache.remember("aa", DOCUMENTS)
    cache.save()
    assert cache.documents("aa") == DOCUMENTS


def test_the_folder_is_named_by_the_environment_or_the_users_own() -> None:
    """``RECONCILER_CACHE_DIR`` wins when it says something."""
    assert cache_directory({"RECONCILER_CACHE_DIR": "/var/cache/x"}) == Path("/var/cache/x")
    assert cache_directory({"RECONCILER_CACHE_DIR": ""}) == cache_directory({})
    assert cache_directory({}).name == "reconciler"


numbers = st.integers(-(10 ** (LONGEST_NUMBER - 1)), 10**LONGEST_NUMBER - 1) | st.integers()
scalars = st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | st.text()
json_data = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@LAW
@given(documents=st.lists(json_data, max_size=3))
def test_what_is_read_back_is_what_was_remembered(
    documents: list[Json], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every JSON value that a manifest can hold, to the last digit and type."""
    directory = tmp_path_factory.mktemp("cache")
    cache = opened(directory)
    cache.remember("aa", documents)
    cache.save()
    read = opened(directory).documents("aa")
    assert repr(read) == repr(documents)
