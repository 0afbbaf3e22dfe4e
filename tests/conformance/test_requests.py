"""Our client sends what the official one sends for the same use, but for differences that are listed here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

import pytest

from reconciler.client.http import HttpPlatform
from reconciler.domain.datasets import QueryFilesRequest
from reconciler.domain.invocation_requests import CancelActiveInvocationsRequest
from reconciler.domain.wire import API_VERSION
from tests.client.builders import ORGANIZATION, TOKEN, connected, file_data, page_data
from tests.client.dataset_cases import DATASET_CASES
from tests.conformance.environments import NEW, OLD, Environment
from tests.conformance.operations import OPERATIONS
from tests.conformance.ours import our_client
from tests.conformance.recorder import Recorder, Request, recording

#: What the newest client says its version is: that of the older shape of triggers where it speaks it.
NEW_VERSION: Final = "2026-10-06"
NEW_TRIGGER_VERSION: Final = "2026-08-10"

#: Uses of the port that the official classes have no way to ask for.
NO_OFFICIAL_WAY: Final = {"get foreign dataset", "get foreign file", "next page of files"}

#: What the official clients send and ours leaves out: each says what silence says as well.
SILENCE: Final[dict[str, dict[str, Any]]] = {
    # Updates of datasets name every field. To their API version null means that a field stays; to the one that ours
    # names, 2026-01-02, it clears the field, and what is left out stays.
    OLD: dict.fromkeys(("conditions", "description", "device_id", "metadata_changeset", "name")),
    # Members that the domain page does not know.
    NEW: {"custom_fields": None, "custom_fields_changeset": None, "include_inherited": False},
}


@pytest.fixture
def recorder(official: Environment) -> Iterator[Recorder]:
    """The official client and a server that remembers."""
    with recording(official, token=TOKEN) as recorder:
        yield recorder


@pytest.fixture
def platform(recorder: Recorder) -> Iterator[HttpPlatform]:
    """Our client, asking the same server."""
    platform = connected(recorder.server.endpoint)
    yield platform
    platform.close()


def test_our_handles_send_what_the_official_ones_send(
    official: Environment, recorder: Recorder, platform: HttpPlatform
) -> None:
    """The same code with our classes and with theirs: the same requests, for all that the classes can do."""
    client = our_client(platform)
    different = []
    for title, (use, answers) in OPERATIONS.items():
        ours = recorder.ours(partial(use, client), *answers)
        theirs = recorder.official(title, *answers)
        different += differences(title, ours=ours, theirs=[in_version(API_VERSION, each) for each in theirs])
        assert [each.version for each in theirs] == [version_of(official, each) for each in theirs], title

    assert len(OPERATIONS) > 50
    assert different == []


def test_our_port_sends_what_the_official_classes_send_for_datasets(official: Environment, recorder: Recorder) -> None:
    """Datasets and files, as far as there is an official way to ask for the same."""
    platform = connected(recorder.server.endpoint, org_id=ORGANIZATION)
    different = []
    for case in DATASET_CASES:
        if case.title in NO_OFFICIAL_WAY:
            continue
        ours = recorder.ours(partial(case.use, platform), case.data)
        theirs = [in_version(case.version, each) for each in recorder.official(case.title, case.data)]
        silence = SILENCE[official.version] if official.version == NEW or case.method == "PUT" else {}
        ours = [completed(mine, like=other, by=silence) for mine, other in zip(ours, theirs, strict=True)]
        different += differences(case.title, ours=ours, theirs=theirs)
    platform.close()

    assert different == []


def test_our_port_walks_files_as_the_official_class_does(official: Environment, recorder: Recorder) -> None:
    """The token of the next page goes into the body and into the query string."""
    platform = connected(recorder.server.endpoint)
    answers = (page_data(file_data(), next_token="t 1/+"), page_data())

    def walk(token: str | None = None) -> None:
        patterns = {"include_patterns": ["**/*.bag"], "exclude_patterns": ["x/**"]}
        page = platform.query_files("ds_1", QueryFilesRequest(**patterns, page_token=token))
        if page.next_token is not None:
            walk(page.next_token)

    theirs = [in_version(API_VERSION, each) for each in recorder.official("list files page by page", *answers)]
    ours = [
        completed(mine, like=other, by=SILENCE[NEW])
        for mine, other in zip(recorder.ours(walk, *answers), theirs, strict=True)
    ]
    platform.close()

    assert len(theirs) == 2
    assert differences("list files page by page", ours=ours, theirs=theirs) == []


def test_our_port_cancels_all_as_the_official_program_does(official: Environment, recorder: Recorder) -> None:
    """Again and again with the same time, until nothing remains."""
    platform = connected(recorder.server.endpoint)
    counts = {"success_count": 1, "failure_count": 0}
    answers = ({**counts, "count_remaining": 1, "has_more": True}, {**counts, "count_remaining": 0, "has_more": False})
    title = "cancel all invocations"
    theirs = [in_version(API_VERSION, each) for each in recorder.official(title, *answers)]
    moment = datetime.fromisoformat(theirs[0].body["created_before"])

    def cancel() -> None:
        while platform.cancel_active_invocations(CancelActiveInvocationsRequest(created_before=moment)).has_more:
            pass

    ours = recorder.ours(cancel, *answers)
    platform.close()

    assert len(theirs) == 2
    assert differences(title, ours=ours, theirs=theirs) == []


def version_of(official: Environment, request: Request) -> str:
    """Return the version that a request must name: ours is that of the older client."""
    if official.version == OLD:
        return API_VERSION
    return NEW_TRIGGER_VERSION if request.path.startswith("/v1/triggers") else NEW_VERSION


def in_version(version: str, request: Request) -> Request:
    """Return a request as another version would say it: in what is compared here none differs otherwise."""
    return request._replace(version=version)


def completed(request: Request, *, like: Request, by: dict[str, Any]) -> Request:
    """Return a request with the members that another has and silence stands for."""
    if not request.body:
        return request
    added = {name: by[name] for name in by.keys() & (like.body.keys() - request.body.keys())}
    return request._replace(body={**request.body, **added})


def differences(title: str, *, ours: list[Request], theirs: list[Request]) -> list[str]:
    """Say in what requests differ, and in nothing else."""
    if len(ours) != len(theirs):
        return [f"{title}: {len(ours)} requests are not {len(theirs)}"]
    return [
        f"{title}: {name}: {seen!r} is not {expected!r}"
        for mine, other in zip(ours, theirs, strict=True)
        for name, seen, expected in zip(Request._fields, mine, other, strict=True)
        if seen != expected
    ]
