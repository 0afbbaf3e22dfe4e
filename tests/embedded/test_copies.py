"""The copies of uploaded files: where they are, and when they go."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from reconciler.domain.datasets import FileRecord, QueryFilesRequest
from reconciler.embedded.copies import local_path
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import NotFound, PlatformUnavailable
from tests.contract.run_builders import new_dataset, new_import


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file to upload."""
    source = tmp_path / "source.bag"
    source.write_bytes(b"bytes")
    return source


@pytest.fixture
def dataset_id(platform: EmbeddedPlatform) -> str:
    """A dataset without files."""
    return platform.create_dataset(new_dataset()).dataset_id


def copies(path: Path) -> list[Path]:
    """Return the files beside the database."""
    return [each for each in path.with_name(f"{path.name}.files").rglob("*") if each.is_file()]


def copy_of(record: FileRecord) -> Path:
    """Return where a record's bytes are."""
    copy = local_path(record.uri)
    assert copy is not None
    return copy


def test_copies_are_beside_the_database(platform: EmbeddedPlatform, path: Path, dataset_id: str, source: Path) -> None:
    """By their own names, in a folder that is the owner's alone."""
    (record,) = platform.upload_files(dataset_id, {"a/b.bag": source})

    assert copies(path) == [copy_of(record)]
    assert copy_of(record).match(f"{dataset_id}/*/a/b.bag")
    assert stat.S_IMODE(path.with_name(f"{path.name}.files").stat().st_mode) == 0o700


def test_a_deleted_file_takes_its_copy_along(
    platform: EmbeddedPlatform, path: Path, dataset_id: str, source: Path
) -> None:
    """Others stay, and so does what was uploaded from."""
    first, second = platform.upload_files(dataset_id, {"a": source, "b": source})

    platform.delete_file(first.file_id)

    assert copies(path) == [copy_of(second)]
    assert source.exists()


def test_a_deleted_dataset_takes_its_copies_along(
    platform: EmbeddedPlatform, path: Path, dataset_id: str, source: Path
) -> None:
    """Every version goes; other datasets keep theirs."""
    other = platform.create_dataset(new_dataset()).dataset_id
    for each in (dataset_id, dataset_id, other):
        (kept,) = platform.upload_files(each, {"a": source})

    platform.delete_dataset(dataset_id)

    assert copies(path) == [copy_of(kept)]


def test_what_was_imported_stays_where_it_is(platform: EmbeddedPlatform, dataset_id: str, source: Path) -> None:
    """The platform removes only what it copied."""
    first, _ = platform.import_files([new_import(dataset_id, name, uri=source.as_uri()) for name in ("a", "b")])

    platform.delete_file(first.file_id)
    platform.delete_dataset(dataset_id)

    assert source.exists()


def test_an_upload_that_fails_leaves_no_copy(
    platform: EmbeddedPlatform, path: Path, dataset_id: str, source: Path
) -> None:
    """A path that is a file cannot be a folder, too: nothing of the upload stays."""
    with pytest.raises(PlatformUnavailable, match="copy"):
        platform.upload_files(dataset_id, {"a": source, "a/b": source})

    assert copies(path) == []
    assert platform.query_files(dataset_id, QueryFilesRequest()).items == ()


def test_a_dataset_that_goes_while_files_are_copied_keeps_none(
    platform: EmbeddedPlatform, path: Path, dataset_id: str, source: Path
) -> None:
    """Between the look and the record somebody deleted it: the copies go."""

    class Vanishing(dict[str, Path]):
        """Deletes the dataset when its files are about to be copied."""

        def values(self) -> object:  # type: ignore[override]  # only looped over
            platform.delete_dataset(dataset_id)
            return super().values()

    with pytest.raises(NotFound):
        platform.upload_files(dataset_id, Vanishing({"a": source}))

    assert copies(path) == []


@pytest.mark.parametrize("uri", ["s3://bucket/key", "file://elsewhere/a", "https://example.com/a", "nonsense"])
def test_only_files_of_this_machine_have_a_path(uri: str) -> None:
    """Everything else is somebody else's to fetch."""
    assert local_path(uri) is None
    assert local_path("file:///a%20b/%C3%A4") == Path("/a b/ä")
