"""Datasets: create, read, query, update, delete, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    DatasetRecord,
    QueryFilesRequest,
    UpdateDatasetRequest,
)
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import InvalidRequest, NotAllowed, NotFound
from tests.contract.builders import where
from tests.contract.run_builders import new_dataset, new_import

NESTED = {"sensor": {"type": "lidar", "rates": [10, 20.5, None]}, "night": True}


def nested(levels: int) -> dict[str, Any]:
    """Metadata of that many levels."""
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


def test_a_created_dataset_is_read_back_as_it_was_answered(whole: WholePlatform) -> None:
    """Every field is kept, nested metadata and the order of tags included."""
    given: dict[str, Any] = {"description": "dry road", "device_id": "dv_1", "metadata": NESTED, "tags": ["z", "a"]}

    created = whole.create_dataset(new_dataset(**given))

    assert whole.get_dataset(created.dataset_id) == created
    assert {name: getattr(created, name) for name in given} == given
    assert created.dataset_id.startswith("ds_")
    assert (created.org_id, created.created_by, created.modified_by) == ("og_ours", *["ann@ours.example"] * 2)
    assert created.created == created.modified


def test_a_dataset_needs_nothing(whole: WholePlatform) -> None:
    """A name is optional, and two may share one."""
    nameless = whole.create_dataset(CreateDatasetRequest())
    twins = [whole.create_dataset(new_dataset()).dataset_id for _ in range(2)]

    assert nameless.name is None
    assert len({nameless.dataset_id, *twins}) == 3


@pytest.mark.parametrize(
    "given",
    [
        {"metadata": {"a": float("nan")}},
        {"metadata": {"a": {"b": 2**2000}}},
        {"metadata": nested(100)},
        {"metadata": nested(5000)},
        {"metadata": {"a": [{"\ud800": 1}]}},
        {"description": "\ud800"},
        {"tags": ["\udfff"]},
    ],
)
def test_what_cannot_be_kept_is_refused(whole: WholePlatform, given: dict[str, Any]) -> None:
    """Nothing is kept that cannot be read back."""
    with pytest.raises(InvalidRequest):
        whole.create_dataset(new_dataset(**given))
    assert whole.query_datasets(QuerySpecification()).items == ()


def test_only_what_is_set_changes_and_null_clears(whole: WholePlatform) -> None:
    """An update leaves alone what it does not name."""
    created = whole.create_dataset(new_dataset(description="old", device_id="dv_1", metadata=NESTED))

    updated = whole.update_dataset(created.dataset_id, UpdateDatasetRequest(description=None, name="new"))

    assert (updated.name, updated.description, updated.device_id) == ("new", None, "dv_1")
    assert updated.metadata == NESTED
    assert updated.created == created.created
    assert updated.modified > created.modified
    assert whole.get_dataset(created.dataset_id) == updated


def test_a_changeset_reaches_into_nested_metadata(whole: WholePlatform) -> None:
    """Dotted paths lead through objects; tags are put and removed."""
    created = whole.create_dataset(new_dataset(metadata=NESTED, tags=["night", "old"]))
    changeset = MetadataChangeset(
        put_fields={"sensor.type": "radar", "site.name": "A1"},
        remove_fields=["night"],
        put_tags=["new"],
        remove_tags=["old"],
    )

    updated = whole.update_dataset(created.dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))

    assert updated.metadata == {"sensor": {"type": "radar", "rates": [10, 20.5, None]}, "site": {"name": "A1"}}
    assert updated.tags == ["night", "new"]


@pytest.mark.parametrize(
    "request_body",
    [
        UpdateDatasetRequest(metadata_changeset=MetadataChangeset(put_fields={"night.x.y": 1})),
        UpdateDatasetRequest(metadata_changeset=MetadataChangeset(put_fields={"sensor.rates.9.x": 1})),
        UpdateDatasetRequest(metadata_changeset=MetadataChangeset(put_fields={"a." * 2000 + "a": 1})),
        UpdateDatasetRequest(name="x" * 121),
    ],
)
def test_a_wrong_update_changes_nothing(whole: WholePlatform, request_body: UpdateDatasetRequest) -> None:
    """A path through a scalar or out of a list, too deep, too long: refused as a whole."""
    created = whole.create_dataset(new_dataset(metadata=NESTED))

    with pytest.raises(InvalidRequest):
        whole.update_dataset(created.dataset_id, request_body)
    assert whole.get_dataset(created.dataset_id) == created


def test_a_deleted_dataset_is_gone_with_its_files(whole: WholePlatform) -> None:
    """Neither the dataset nor its files can be found, and others stay."""
    created, other = whole.create_dataset(new_dataset()), whole.create_dataset(new_dataset())
    (file,) = whole.import_files([new_import(created.dataset_id)])
    (kept,) = whole.import_files([new_import(other.dataset_id)])

    whole.delete_dataset(created.dataset_id, owner="og_ours")

    for operation in (
        lambda: whole.get_dataset(created.dataset_id),
        lambda: whole.get_file(file.file_id),
        lambda: whole.query_files(created.dataset_id, QueryFilesRequest()),
        lambda: whole.delete_dataset(created.dataset_id),
    ):
        with pytest.raises(NotFound):
            operation()
    assert whole.get_file(kept.file_id) == kept


@pytest.mark.parametrize("dataset_id", ["ds_ghost", "../x", "'"])
def test_an_unknown_dataset_is_not_found(whole: WholePlatform, dataset_id: str) -> None:
    """Every operation says so."""
    for operation in operations_on(whole, dataset_id):
        with pytest.raises(NotFound):
            operation()


@pytest.mark.parametrize("dataset_id", ["", "\ud800"])
def test_what_is_no_id_leads_to_no_dataset(whole: WholePlatform, dataset_id: str) -> None:
    """Where it cannot travel, it is refused before it is sent."""
    for operation in operations_on(whole, dataset_id):
        with pytest.raises((InvalidRequest, NotFound)):
            operation()


def operations_on(whole: WholePlatform, dataset_id: str) -> tuple[Callable[[], object], ...]:
    """Return everything that can be done to a dataset."""
    return (
        lambda: whole.get_dataset(dataset_id),
        lambda: whole.update_dataset(dataset_id, UpdateDatasetRequest(name="x")),
        lambda: whole.delete_dataset(dataset_id),
        lambda: whole.query_files(dataset_id, QueryFilesRequest()),
        lambda: whole.import_files([new_import(dataset_id)]),
        lambda: whole.upload_files(dataset_id, {}),
    )


def test_others_know_nothing_of_our_datasets(whole: WholePlatform, whole_foreign: WholePlatform) -> None:
    """For others a dataset is not there, and listing ours is refused."""
    created = whole.create_dataset(new_dataset())

    for operation in (
        lambda: whole_foreign.get_dataset(created.dataset_id, owner="og_ours"),
        lambda: whole_foreign.update_dataset(created.dataset_id, UpdateDatasetRequest(name="x"), owner="og_ours"),
        lambda: whole_foreign.delete_dataset(created.dataset_id, owner="og_ours"),
        lambda: whole_foreign.import_files([new_import(created.dataset_id)]),
        lambda: whole.get_dataset(created.dataset_id, owner="og_theirs"),
    ):
        with pytest.raises(NotFound):
            operation()
    with pytest.raises(NotAllowed):
        whole_foreign.query_datasets(QuerySpecification(), owner="og_ours")
    assert whole.get_dataset(created.dataset_id) == created


def test_datasets_are_listed_newest_first_in_pages(whole: WholePlatform) -> None:
    """Pages put together hold every dataset once."""
    made = [whole.create_dataset(new_dataset(f"d{number}")).dataset_id for number in range(7)]
    found, token = [], None
    while True:
        page = whole.query_datasets(QuerySpecification(limit=3, after=token))
        found += [record.dataset_id for record in page.items]
        token = page.next_token
        if token is None:
            break

    assert found == made[::-1]


def test_datasets_are_found_by_what_they_are(whole: WholePlatform) -> None:
    """Names, tags and nested metadata can be asked for."""
    lidar = whole.create_dataset(new_dataset("a", metadata=NESTED, tags=["ml"]))
    plain = whole.create_dataset(CreateDatasetRequest())

    def found(field: str, comparator: Comparator, value: Any = None) -> list[DatasetRecord]:
        return list(whole.query_datasets(where(field, comparator, value)).items)

    assert found("name", Comparator.Equals, "a") == [lidar]
    assert found("name", Comparator.Equals, "") == []
    assert found("name", Comparator.IsNull) == [plain]
    assert found("name", Comparator.LessThan, "b") == [lidar]
    assert found("tags", Comparator.Contains, "ml") == [lidar]
    assert found("metadata.sensor.type", Comparator.Equals, "lidar") == [lidar]
    assert found("dataset_id", Comparator.Equals, plain.dataset_id) == [plain]
    assert found("metadata", Comparator.GreaterThan, 3) == []


@pytest.mark.parametrize("field", ["name", "modified", "metadata.sensor.type", "tags"])
def test_datasets_are_sorted_by_any_field(whole: WholePlatform, field: str) -> None:
    """What is missing has a place, too: pages hold everything once."""
    made = {
        whole.create_dataset(new_dataset(f"d{n}", metadata=NESTED) if n % 2 else CreateDatasetRequest()).dataset_id
        for n in range(5)
    }
    found, token = [], None
    while True:
        page = whole.query_datasets(QuerySpecification(sort_by=field, limit=2, after=token))
        found += [record.dataset_id for record in page.items]
        token = page.next_token
        if token is None:
            break

    assert len(found) == 5
    assert set(found) == made


def test_updates_of_many_threads_are_all_kept(whole: WholePlatform) -> None:
    """Changesets add up, and imports of the same path are versions one after another."""
    dataset_id = whole.create_dataset(new_dataset()).dataset_id

    def work(number: int) -> int:
        changeset = MetadataChangeset(put_fields={f"k{number}": number}, put_tags=[f"t{number}"])
        whole.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))
        return whole.import_files([new_import(dataset_id)])[0].version

    with ThreadPoolExecutor(16) as pool:
        versions = list(pool.map(work, range(32)))

    record = whole.get_dataset(dataset_id)
    assert record.metadata == {f"k{number}": number for number in range(32)}
    assert len(record.tags) == 32
    assert sorted(versions) == list(range(1, 33))
