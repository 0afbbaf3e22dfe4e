"""The values of invocations beyond what they read and send."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.actions import (
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationStatus,
    InvocationStatusRecord,
    InvocationUploadDestination,
)
from tests.domain_actions.builders import INSTANT, invocation


@pytest.mark.parametrize("given", [90, 90.0, "PT1M30S", "00:01:30"])
def test_a_duration_is_a_time_span(given: object) -> None:
    """Seconds and ISO 8601 durations read as the same span."""
    assert invocation(duration=given).duration == timedelta(seconds=90)


def test_an_invocation_without_a_duration_has_taken_no_time() -> None:
    """The duration defaults to zero, not to null."""
    assert invocation().duration == timedelta()


def test_a_record_shares_no_default_with_another() -> None:
    """Parameter values and history of two records are different objects."""
    assert invocation().parameter_values is not invocation().parameter_values
    assert invocation().status is not invocation().status


def test_a_status_entry_is_presented_in_words() -> None:
    """The status shows by name, the time in ISO 8601 with its own offset."""
    entry = InvocationStatusRecord.model_validate(
        {"status": 998, "timestamp": "2025-01-01T00:00:00.25+02:00", "detail": "exit code 70"}
    )
    assert entry.to_presentable_dict() == {
        "status": "Failed",
        "timestamp": "2025-01-01T00:00:00.250000+02:00",
        "detail": "exit code 70",
    }


def test_a_status_entry_without_detail_presents_null() -> None:
    """The key stays."""
    entry = InvocationStatusRecord.model_validate({"status": InvocationStatus.Queued, "timestamp": INSTANT})
    assert entry.to_presentable_dict()["detail"] is None


def test_the_unspecified_data_source_travels_as_the_platform_spells_it() -> None:
    """No data source is a value of its own: a dataset with a reserved id."""
    assert InvocationDataSource.unspecified().to_wire() == {
        "data_source_type": "Dataset",
        "data_source_id": "__UNSPECIFIED_DATA_SOURCE__",
    }


def test_only_the_reserved_id_is_unspecified() -> None:
    """A dataset's id is a data source."""
    dataset = InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id="ds_1")
    assert InvocationDataSource.unspecified().is_unspecified()
    assert not dataset.is_unspecified()


def test_a_dataset_destination_sends_both_its_members() -> None:
    """The type is sent though it is the default."""
    destination = InvocationUploadDestination.dataset("ds_1")
    assert destination.is_dataset
    assert destination.to_wire() == {"destination_type": "Dataset", "destination_id": "ds_1"}


@pytest.mark.parametrize(
    ("given", "is_dataset", "is_unknown"),
    [
        ({}, False, False),
        ({"destination_id": ""}, True, False),
        ({"destination_type": "Dataset", "destination_id": None}, False, False),
        ({"destination_type": "Bucket", "destination_id": "b"}, False, True),
    ],
)
def test_a_destination_says_what_it_is(given: dict[str, str], is_dataset: bool, is_unknown: bool) -> None:
    """A dataset needs an id; what was added to the platform later is unknown."""
    destination = InvocationUploadDestination.model_validate(given)
    assert (destination.is_dataset, destination.is_unknown) == (is_dataset, is_unknown)
