"""Files: import where they are, upload, query by patterns, update, delete, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import (
    FileRecord,
    FileStorageType,
    ImportFileRequest,
    IngestionStatus,
    QueryFilesRequest,
    UpdateFileRequest,
)
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import InvalidRequest, NotFound
from tests.contract.run_builders import new_dataset, new_import


@pytest.fixture
def dataset_id(whole: WholePlatform) -> str:
    """A dataset of ours, without files."""
    return whole.create_dataset(new_dataset()).dataset_id


def paths(platform: WholePlatform, dataset_id: str, **given: Any) -> list[str]:
    """Return the paths on all pages."""
    found, token = [], None
    while True:
        page = platform.query_files(dataset_id, QueryFilesRequest(page_token=token, **given))
        found += [record.relative_path for record in page.items]
        token = page.next_token
        if token is None:
            return found


def content(record: FileRecord, folder: Path) -> bytes:
    """Return the bytes of an uploaded file, which a platform kept in ``folder`` has beside its database."""
    scheme, _, key = record.uri.partition("://reconciler_files/")
    kept = folder / "platform.db.files" / key if scheme == "s3" else Path(url2pathname(urlsplit(record.uri).path))
    return kept.read_bytes()


def test_an_imported_file_is_read_back_as_it_was_answered(whole: WholePlatform, dataset_id: str) -> None:
    """The record says where the bytes are; they are not touched, and need not exist."""
    given: dict[str, Any] = {"description": "left", "metadata": {"a": {"b": [1]}}, "tags": ["x"], "device_id": "dv_1"}

    (record,) = whole.import_files([new_import(dataset_id, "a/b.bag", uri="s3://bucket/key", **given)])

    assert whole.get_file(record.file_id) == record
    assert {name: getattr(record, name) for name in given} == given
    assert (record.association_id, record.org_id) == (dataset_id, "og_ours")
    assert (record.relative_path, record.name, record.uri) == ("a/b.bag", "b.bag", "s3://bucket/key")
    assert (record.size, record.version) == (7, 1)
    assert record.storage_type is FileStorageType.Imported
    assert record.ingestion_status is IngestionStatus.NotIngested
    assert record.file_id.startswith("fl_")


def test_answers_keep_the_order_of_the_requests(whole: WholePlatform, dataset_id: str) -> None:
    """Files of several datasets can be imported at once."""
    other = whole.create_dataset(new_dataset()).dataset_id
    requests = [new_import(dataset_id, "z"), new_import(other, "m"), new_import(dataset_id, "a")]

    records = whole.import_files(requests)

    assert [(record.association_id, record.relative_path) for record in records] == [
        (dataset_id, "z"),
        (other, "m"),
        (dataset_id, "a"),
    ]
    assert whole.import_files([]) == []


def test_importing_a_path_again_makes_its_next_version(whole: WholePlatform, dataset_id: str) -> None:
    """The file stays the same one; what the new import does not say is kept."""
    (first,) = whole.import_files([new_import(dataset_id, uri="s3://b/1", description="old", tags=["x"])])
    whole.update_file(first.file_id, UpdateFileRequest(ingestion_complete=True))

    (second,) = whole.import_files([ImportFileRequest(dataset_id=dataset_id, relative_path="logs/run.bag", uri="s3:b")])

    assert (second.file_id, second.version, second.created) == (first.file_id, 2, first.created)
    assert (second.uri, second.description, second.tags) == ("s3:b", "old", ["x"])
    assert second.modified > first.modified
    assert second.ingestion_status is IngestionStatus.NotIngested
    assert paths(whole, dataset_id) == ["logs/run.bag"]


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.", "a\x00b", "a\nb", "\ud800", "x" * 1025],
)
def test_a_path_that_leads_nowhere_is_refused(whole: WholePlatform, dataset_id: str, path: str) -> None:
    """Inputs are laid out on disk by their paths; a wrong one imports and uploads nothing, its siblings included."""
    with pytest.raises(InvalidRequest, match="relative_path"):
        whole.import_files([new_import(dataset_id, "fine"), new_import(dataset_id, path)])
    with pytest.raises(InvalidRequest, match="relative_path"):
        whole.upload_files(dataset_id, {"fine": Path(__file__), path: Path(__file__)})
    assert paths(whole, dataset_id) == []


@pytest.mark.parametrize(
    "given",
    [
        {"uri": ""},
        {"uri": "/data/run.bag"},
        {"uri": "s3:"},
        {"uri": "http://[::1"},
        {"uri": "file:///data/a%00b"},
        {"uri": "s3://bucket/a\0b"},
        {"uri": "s3://\ud800"},
        {"size": 2**63},
        {"metadata": {"a": float("inf")}},
        {"description": "\ud800"},
        {"tags": ["\ud800"]},
        {"device_id": "\ud800"},
    ],
)
def test_a_wrong_import_is_refused(whole: WholePlatform, dataset_id: str, given: dict[str, Any]) -> None:
    """A URI has a scheme; nothing is kept that cannot be read back."""
    with pytest.raises(InvalidRequest):
        whole.import_files([new_import(dataset_id, **given)])
    assert paths(whole, dataset_id) == []


def test_many_problems_are_named_and_counted(whole: WholePlatform, dataset_id: str) -> None:
    """A folder of wrong paths gives the first few, and how many there are."""
    with pytest.raises(InvalidRequest, match="and 15 more"):
        whole.import_files([new_import(dataset_id, f"/{number}") for number in range(20)])


def test_a_path_named_twice_is_refused(whole: WholePlatform, dataset_id: str) -> None:
    """Which of the two should win?"""
    with pytest.raises(InvalidRequest, match="more than once"):
        whole.import_files([new_import(dataset_id, "a"), new_import(dataset_id, "a")])


def test_patterns_choose_files(whole: WholePlatform, dataset_id: str) -> None:
    """As in .gitignore: folders, any depth, exceptions; what is excluded stays out."""
    names = ["a.bag", "b.txt", "logs/a.bag", "logs/deep/c.bag", "old/a.bag", "é/ü.bag"]
    whole.import_files([new_import(dataset_id, name) for name in reversed(names)])

    assert paths(whole, dataset_id) == names
    assert paths(whole, dataset_id, include_patterns=[]) == names
    assert paths(whole, dataset_id, include_patterns=["*.txt"]) == ["b.txt"]
    assert paths(whole, dataset_id, include_patterns=["logs/*.bag"]) == ["logs/a.bag"]
    assert paths(whole, dataset_id, include_patterns=["**/*.bag"], exclude_patterns=["logs/", "é"]) == [
        "a.bag",
        "old/a.bag",
    ]
    assert paths(whole, dataset_id, include_patterns=["*.bag", "!old/**"]) == [n for n in names if n[0] not in "bo"]
    assert paths(whole, dataset_id, include_patterns=["nothing"]) == []


@pytest.mark.parametrize("pattern", ["!", "a\\", "[z-a]"])
def test_an_illegal_pattern_is_refused(whole: WholePlatform, dataset_id: str, pattern: str) -> None:
    """The caller learns that the pattern can mean nothing."""
    with pytest.raises(InvalidRequest, match="pattern"):
        paths(whole, dataset_id, include_patterns=[pattern])


@pytest.mark.parametrize("pattern", ["", "  ", "#x", "[", "[[a]", "/", "*" * 50])
def test_odd_patterns_fail_nothing(whole: WholePlatform, dataset_id: str, pattern: str) -> None:
    """Whatever is asked for, there is an answer."""
    whole.import_files([new_import(dataset_id, "a")])

    assert set(paths(whole, dataset_id, include_patterns=[pattern], exclude_patterns=[pattern])) <= {"a"}


def test_half_a_surrogate_pair_matches_no_path(whole: WholePlatform, dataset_id: str) -> None:
    """JSON cannot say it, and where it cannot travel it is refused before it is sent."""
    whole.import_files([new_import(dataset_id, "a")])

    with suppress(InvalidRequest):
        assert paths(whole, dataset_id, include_patterns=["\ud800"]) == []


def test_many_files_come_in_pages(whole: WholePlatform, dataset_id: str) -> None:
    """Pages put together hold every file once, by path; a page that patterns thin out is filled up."""
    whole.import_files([new_import(dataset_id, f"{number % 7}/\xa0{number:05}.bag") for number in range(2500)])

    first = whole.query_files(dataset_id, QueryFilesRequest())

    assert len(first.items) == 1000
    found = paths(whole, dataset_id)
    assert len(found) == 2500
    assert found == sorted(set(found))
    thin = whole.query_files(dataset_id, QueryFilesRequest(include_patterns=["*[02468].bag"]))
    assert len(thin.items) == 1000
    assert len(paths(whole, dataset_id, include_patterns=["*[02468].bag"])) == 1250


@pytest.mark.parametrize("token", ["x", "AAAA", "djE6anNvbjpbXQ"])
def test_a_token_that_is_none_of_ours_is_refused(whole: WholePlatform, dataset_id: str, token: str) -> None:
    """A token that does not decode is the caller's mistake."""
    with pytest.raises(InvalidRequest, match="token"):
        whole.query_files(dataset_id, QueryFilesRequest(page_token=token))


def test_an_update_changes_what_it_sets(whole: WholePlatform, dataset_id: str) -> None:
    """Description, metadata and tags, and that the platform has made the file searchable."""
    (record,) = whole.import_files([new_import(dataset_id, description="old", metadata={"a": 1})])
    changeset = MetadataChangeset(put_fields={"b.c": 2}, put_tags=["t"])

    described = whole.update_file(record.file_id, UpdateFileRequest(description=None, metadata_changeset=changeset))
    ingested = whole.update_file(record.file_id, UpdateFileRequest(ingestion_complete=True))

    assert (described.description, described.metadata, described.tags) == (None, {"a": 1, "b": {"c": 2}}, ["t"])
    assert described.ingestion_status is IngestionStatus.NotIngested
    assert ingested.ingestion_status is IngestionStatus.Ingested
    assert ingested.metadata == described.metadata
    assert record.modified < described.modified < ingested.modified
    assert ingested.version == 1
    assert whole.get_file(record.file_id) == ingested
    with pytest.raises(InvalidRequest):
        whole.update_file(
            record.file_id, UpdateFileRequest(metadata_changeset=MetadataChangeset(put_fields={"a.b.c": 1}))
        )


def test_a_deleted_file_is_gone(whole: WholePlatform, dataset_id: str) -> None:
    """Its path is free again, for a file of its own."""
    (record,) = whole.import_files([new_import(dataset_id)])

    whole.delete_file(record.file_id, owner="og_ours")

    with pytest.raises(NotFound):
        whole.get_file(record.file_id)
    assert paths(whole, dataset_id) == []
    (again,) = whole.import_files([new_import(dataset_id)])
    assert (again.version, again.file_id == record.file_id) == (1, False)


def test_others_know_nothing_of_our_files(whole: WholePlatform, whole_foreign: WholePlatform, dataset_id: str) -> None:
    """For others a file is not there."""
    (record,) = whole.import_files([new_import(dataset_id)])

    for operation in (
        lambda: whole_foreign.get_file(record.file_id, owner="og_ours"),
        lambda: whole_foreign.update_file(record.file_id, UpdateFileRequest(description="x"), owner="og_ours"),
        lambda: whole_foreign.delete_file(record.file_id, owner="og_ours"),
        lambda: whole_foreign.query_files(dataset_id, QueryFilesRequest(), owner="og_ours"),
        lambda: whole_foreign.upload_files(dataset_id, {}),
    ):
        with pytest.raises(NotFound):
            operation()
    assert whole.get_file(record.file_id) == record


def test_half_a_surrogate_pair_is_no_id_of_a_file(whole: WholePlatform) -> None:
    """Where it cannot travel, it is refused before it is sent."""
    with pytest.raises((InvalidRequest, NotFound)):
        whole.get_file("\ud800")


def test_an_uploaded_file_is_copied(whole: WholePlatform, dataset_id: str, tmp_path: Path) -> None:
    """The platform has bytes of its own; the source may change or go."""
    source = tmp_path / "source.bag"
    source.write_bytes(b"one")

    records = whole.upload_files(dataset_id, {"a/ö b#.bag": source, "c.bag": source})
    source.write_bytes(b"another")

    assert [record.relative_path for record in records] == ["a/ö b#.bag", "c.bag"]
    for record in records:
        assert content(record, tmp_path) == b"one"
        assert (record.size, record.version, record.storage_type) == (3, 1, FileStorageType.Uploaded)
        assert whole.get_file(record.file_id) == record
    assert len({record.upload_id for record in records}) == 1


def test_uploading_again_leaves_the_old_bytes_to_who_reads_them(
    whole: WholePlatform, dataset_id: str, tmp_path: Path
) -> None:
    """A new version has bytes of its own."""
    source = tmp_path / "source.bag"
    source.write_bytes(b"one")
    (first,) = whole.upload_files(dataset_id, {"a.bag": source})
    source.write_bytes(b"two!")

    (second,) = whole.upload_files(dataset_id, {"a.bag": source})

    assert (second.file_id, second.version, second.size) == (first.file_id, 2, 4)
    assert (content(first, tmp_path), content(second, tmp_path)) == (b"one", b"two!")


def test_an_upload_of_what_is_not_there_uploads_nothing(whole: WholePlatform, dataset_id: str, tmp_path: Path) -> None:
    """Each file that cannot be read is named."""
    (tmp_path / "there").touch()
    files = {"a": tmp_path / "there", "b": tmp_path / "ghost", "c": tmp_path}

    with pytest.raises(InvalidRequest) as refusal:
        whole.upload_files(dataset_id, files)
    assert str(tmp_path / "ghost") in refusal.value.message
    assert f"{tmp_path}: it is not a file" in refusal.value.message
    assert paths(whole, dataset_id) == []
