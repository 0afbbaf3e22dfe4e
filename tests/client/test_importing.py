"""Registering many files: how a list is cut into requests, and what is said when one of them fails."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.client.http import HttpPlatform
from reconciler.client.importing import BATCH_BYTES, BATCH_FILES, batches
from reconciler.domain.datasets import ImportFileRequest
from reconciler.errors import InvalidRequest
from tests.client.builders import file_data
from tests.client.scripted_server import Answer, ScriptedServer, refusal


def requests(count: int, *, uri: str = "s3://bucket/key") -> list[ImportFileRequest]:
    """Ask for files of different paths."""
    return [ImportFileRequest(dataset_id="ds_1", relative_path=f"{number}.bag", uri=uri) for number in range(count)]


@given(
    lengths=st.lists(st.integers(0, 300)),
    most_files=st.integers(1, 10),
    most_bytes=st.integers(1, 1000),
)
def test_a_list_is_cut_into_parts_within_bounds(lengths: list[int], most_files: int, most_bytes: int) -> None:
    """Nothing is lost or moved, and only a single file may be larger than a part."""
    asked = [
        ImportFileRequest(dataset_id="d", relative_path=str(number), uri=f"s3://{'x' * length}")
        for number, length in enumerate(lengths)
    ]

    cut = list(batches(asked, most_files=most_files, most_bytes=most_bytes))

    assert [request for batch in cut for request in batch] == asked
    assert all(1 <= len(batch) <= most_files for batch in cut)
    sizes = [sum(len(json.dumps(each.to_wire(), separators=(",", ":"))) for each in batch) for batch in cut]
    assert all(size <= most_bytes or len(batch) == 1 for size, batch in zip(sizes, cut, strict=True))


def test_requests_stay_far_from_what_a_server_takes(server: ScriptedServer, platform: HttpPlatform) -> None:
    """By their number, and by their bytes."""
    server.answer_with(Answer(data=[file_data()]))

    platform.import_files(requests(BATCH_FILES + 1))
    platform.import_files(requests(600, uri=f"s3://bucket/{'k' * 4000}"))

    assert [len(asked.json["requests"]) for asked in server.asked[:2]] == [BATCH_FILES, 1]
    assert len(server.asked) == 4
    assert all(len(asked.body) < BATCH_BYTES * 1.01 for asked in server.asked)


def test_a_request_that_fails_says_what_came_before_it(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Those files are registered, and nobody has to find out which."""
    first = [file_data(f"fl_{number}", relative_path=f"{number}.bag") for number in range(BATCH_FILES)]
    server.answer_with(Answer(data=first), refusal(400, message="no"))

    with pytest.raises(InvalidRequest) as refused:
        platform.import_files(requests(BATCH_FILES + 1))

    assert refused.value.hint.startswith('5,000 of 5,001 files are registered, those up to "4999.bag"; ')


def test_a_first_request_that_fails_has_nothing_to_add(server: ScriptedServer, platform: HttpPlatform) -> None:
    """Nothing is registered."""
    server.answer_with(refusal(400))

    with pytest.raises(InvalidRequest) as refused:
        platform.import_files(requests(BATCH_FILES + 1))

    assert "registered" not in refused.value.hint


def test_a_path_that_stands_twice_is_refused_before_anything_is_sent(
    server: ScriptedServer, platform: HttpPlatform
) -> None:
    """In two requests it would be two versions of a file, which no platform could notice."""
    asked = requests(BATCH_FILES)

    with pytest.raises(InvalidRequest, match=r"7\.bag") as refused:
        platform.import_files([*asked, asked[7]])

    assert server.asked == []
    assert "once" in refused.value.hint
