"""What triggers hear of: each operation on a dataset or file, and its cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.datasets import ImportFileRequest, UpdateDatasetRequest, UpdateFileRequest
from reconciler.domain.triggers import FIRST_CAUSES, TriggerEvaluationCause
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset, new_import

UPLOAD, INGEST, METADATA = (
    TriggerEvaluationCause.FileUpload,
    TriggerEvaluationCause.FileIngest,
    TriggerEvaluationCause.DatasetMetadataUpdate,
)


@pytest.fixture
def dataset_id(platform: EmbeddedPlatform) -> str:
    """A dataset with metadata, a tag and no files, and a trigger that hears of everything."""
    platform.create_action(new_action())
    platform.create_trigger(new_trigger(causes=list(FIRST_CAUSES), required_inputs=["never"]))
    return platform.create_dataset(new_dataset(metadata={"a": 1}, tags=["x"])).dataset_id


def heard(platform: EmbeddedPlatform, dataset_id: str) -> list[TriggerEvaluationCause | None]:
    """What the trigger was evaluated for, the oldest first."""
    return [each.cause for each in platform.dataset_evaluations(dataset_id).items][::-1]


def test_an_import_is_heard_once_for_all_its_files(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Per dataset: each hears of its own."""
    other = platform.create_dataset(new_dataset()).dataset_id

    platform.import_files([new_import(dataset_id, "a"), new_import(other, "a"), new_import(dataset_id, "b")])

    assert heard(platform, dataset_id) == [INGEST]
    assert heard(platform, other) == [INGEST]


def test_an_upload_is_heard_once_for_all_its_files(platform: EmbeddedPlatform, dataset_id: str, path: Path) -> None:
    """The next upload is heard again, also of the same paths."""
    platform.upload_files(dataset_id, {"a": path, "b": path})
    platform.upload_files(dataset_id, {"a": path})

    assert heard(platform, dataset_id) == [UPLOAD, UPLOAD]


def test_a_file_that_becomes_ingested_is_heard_once(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Saying it again, and describing the file, is no news."""
    (record,) = platform.import_files([new_import(dataset_id)])

    platform.update_file(record.file_id, UpdateFileRequest(description="x"))
    for _ in range(2):
        platform.update_file(record.file_id, UpdateFileRequest(ingestion_complete=True))

    assert heard(platform, dataset_id) == [INGEST, INGEST]


@pytest.mark.parametrize(
    ("changeset", "causes"),
    [
        (MetadataChangeset(put_fields={"a": 2}), [METADATA]),
        (MetadataChangeset(put_fields={"a": 1.0}), [METADATA]),
        (MetadataChangeset(put_tags=["y"]), [METADATA]),
        (MetadataChangeset(remove_fields=["a"]), [METADATA]),
        (MetadataChangeset(put_fields={"a": 1}, put_tags=["x"], remove_tags=["ghost"]), []),
        (MetadataChangeset(), []),
    ],
)
def test_metadata_is_heard_of_when_it_changes(
    platform: EmbeddedPlatform, dataset_id: str, changeset: MetadataChangeset, causes: list[TriggerEvaluationCause]
) -> None:
    """A changeset that changes nothing is no news: clients repeat requests whose answers they missed."""
    platform.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))

    assert heard(platform, dataset_id) == causes


def test_a_new_name_is_nothing_to_hear_of(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """There is no such cause."""
    platform.update_dataset(dataset_id, UpdateDatasetRequest(name="new", description="new"))

    assert heard(platform, dataset_id) == []


@pytest.mark.parametrize(
    "refused",
    [
        lambda platform, dataset_id: platform.import_files([new_import(dataset_id), new_import(dataset_id, "/")]),
        lambda platform, dataset_id: platform.upload_files(dataset_id, {"a": Path("/ghost")}),
        lambda platform, dataset_id: platform.update_dataset(
            dataset_id, UpdateDatasetRequest(metadata_changeset=MetadataChangeset(put_fields={"b": float("nan")}))
        ),
    ],
)
def test_what_is_refused_is_not_heard_of(
    platform: EmbeddedPlatform, dataset_id: str, refused: Callable[[EmbeddedPlatform, str], object]
) -> None:
    """The note is part of the transaction."""
    with pytest.raises(InvalidRequest):
        refused(platform, dataset_id)

    assert heard(platform, dataset_id) == []


def test_nothing_brought_is_nothing_heard(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """An import or upload without files is no event."""
    assert platform.import_files(list[ImportFileRequest]()) == []
    assert platform.upload_files(dataset_id, {}) == []
    assert heard(platform, dataset_id) == []
