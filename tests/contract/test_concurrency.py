"""Many threads on one platform: nothing is lost, nothing is done by halves, nothing is locked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.platform import Platform
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import UpdateActionRequest, UpdateTriggerRequest
from reconciler.errors import Conflict
from tests.contract.builders import new_action, new_trigger

THREADS = 16


def test_updates_of_one_action_are_all_kept(platform: Platform) -> None:
    """Changesets of 16 threads add up, each in a version of its own."""
    platform.create_action(new_action())

    def update(number: int) -> str | None:
        changeset = MetadataChangeset(put_fields={f"k{number}": number}, put_tags=[f"t{number}"])
        return platform.update_action("ros_ingest", UpdateActionRequest(metadata_changeset=changeset)).digest

    with ThreadPoolExecutor(THREADS) as pool:
        digests = list(pool.map(update, range(64)))

    record = platform.get_action("ros_ingest")
    assert record.metadata == {f"k{number}": number for number in range(64)}
    assert set(record.tags) == {f"t{number}" for number in range(64)}
    assert len(set(digests)) == 64


def test_work_on_distinct_resources_does_not_mix(platform: Platform) -> None:
    """Each of 16 threads makes and changes resources of its own while the others list."""

    def work(number: int) -> int:
        name = f"r{number}"
        platform.create_action(new_action(name))
        platform.create_trigger(new_trigger(name, action_name=name))
        platform.update_action(name, UpdateActionRequest(timeout=number + 1))
        platform.update_trigger(name, UpdateTriggerRequest(timeout=number + 1))
        return len(platform.query_actions(QuerySpecification()).items)

    with ThreadPoolExecutor(THREADS) as pool:
        seen = list(pool.map(work, range(32)))

    expected = {f"r{number}": number + 1 for number in range(32)}
    assert {record.name: record.timeout for record in platform.query_actions(QuerySpecification()).items} == expected
    assert {record.name: record.timeout for record in platform.query_triggers(QuerySpecification()).items} == expected
    assert all(1 <= count <= 32 for count in seen)


def test_one_of_many_creates_wins(platform: Platform) -> None:
    """Of 16 threads that create the same name one succeeds and the others meet a conflict."""

    def create(number: int) -> bool:
        try:
            platform.create_action(new_action(description=str(number)))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        won = list(pool.map(create, range(THREADS)))

    assert won.count(True) == 1
    assert platform.get_action("ros_ingest").description == str(won.index(True))
