"""Updates of actions: versions, digests, changesets, null as distinct from not set."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.platform import Platform
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import UpdateActionRequest
from reconciler.domain.values import ActionParameter, ActionReference, ComputeRequirements, ContainerParameters
from reconciler.errors import InvalidRequest, NotFound
from tests.contract.builders import new_action

FULL: dict[str, Any] = {
    "compute_requirements": ComputeRequirements(vCPU=1024, memory=2048),
    "container_parameters": ContainerParameters(workdir="/w"),
    "description": "long",
    "short_description": "short",
    "timeout": 10,
    "uri": "img:1",
}


def test_every_update_makes_a_version_with_a_digest_of_its_own(platform: Platform) -> None:
    """Old versions stay readable by digest, and the latest is what a name leads to."""
    versions = [platform.create_action(new_action(description="0"))]
    versions += [
        platform.update_action("ros_ingest", UpdateActionRequest(description=str(number))) for number in (1, 2, 3)
    ]

    assert len({version.digest for version in versions}) == 4
    assert [platform.get_action("ros_ingest", digest=version.digest) for version in versions] == versions
    assert platform.get_action("ros_ingest") == versions[-1]


def test_an_update_that_sets_nothing_makes_a_version_too(platform: Platform) -> None:
    """An empty update is legal and changes nothing but the version."""
    first = platform.create_action(new_action(**FULL))

    second = platform.update_action("ros_ingest", UpdateActionRequest())

    assert second.digest != first.digest
    assert second == first.model_copy(update={"digest": second.digest, "modified": second.modified})


def test_a_version_keeps_who_created_the_action_and_when(platform: Platform) -> None:
    """``created`` belongs to the action, ``modified`` to the version and only ever grows."""
    versions = [platform.create_action(new_action())]
    versions += [platform.update_action("ros_ingest", UpdateActionRequest(timeout=n)) for n in range(1, 20)]

    assert {version.created for version in versions} == {versions[0].created}
    modified = [version.modified for version in versions]
    assert modified == sorted(set(modified))


def test_a_listing_shows_the_latest_version_only(platform: Platform) -> None:
    """Versions do not multiply an action."""
    platform.create_action(new_action())
    latest = platform.update_action("ros_ingest", UpdateActionRequest(timeout=5))

    assert platform.query_actions(QuerySpecification()).items == (latest,)


@pytest.mark.parametrize("field", sorted(FULL))
def test_null_clears_a_field_and_not_set_leaves_it(platform: Platform, field: str) -> None:
    """Null and absence are different things to say."""
    platform.create_action(new_action(**FULL))

    record = platform.update_action("ros_ingest", UpdateActionRequest(**{field: None}))

    expected = {**FULL, field: None}
    assert {name: getattr(record, name) for name in FULL} == expected


def test_a_set_field_replaces_the_whole_value(platform: Platform) -> None:
    """Objects are not merged."""
    platform.create_action(new_action(container_parameters=ContainerParameters(command=["a"], workdir="/w")))

    record = platform.update_action(
        "ros_ingest", UpdateActionRequest(container_parameters=ContainerParameters(entry_point=["b"]))
    )

    assert record.container_parameters == ContainerParameters(entry_point=["b"])


def test_a_metadata_changeset_puts_and_removes(platform: Platform) -> None:
    """Tags and metadata change by what the changeset names; order is kept."""
    platform.create_action(new_action(metadata={"a": 1, "b": 2}, tags=["x", "y"]))
    changeset = MetadataChangeset(
        put_fields={"c": "3"}, remove_fields=["a", "ghost"], put_tags=["z"], remove_tags=["x"]
    )

    record = platform.update_action("ros_ingest", UpdateActionRequest(metadata_changeset=changeset))

    assert (record.metadata, record.tags) == ({"b": 2, "c": "3"}, ["y", "z"])


def test_a_metadata_changeset_replaces_all(platform: Platform) -> None:
    """Keys with dots are kept as written."""
    platform.create_action(new_action(metadata={"a": 1}, tags=["x"]))
    changeset = MetadataChangeset(put_fields={"a.b": 1}, replace_all=True)

    record = platform.update_action("ros_ingest", UpdateActionRequest(metadata_changeset=changeset))

    assert (record.metadata, record.tags) == ({"a.b": 1}, [])


@pytest.mark.parametrize(
    "changeset",
    [
        MetadataChangeset(put_fields={"a.b": 1}),
        MetadataChangeset(put_fields={"text.b.c": 1}),
        MetadataChangeset(put_fields={"n": None}),
        MetadataChangeset(put_fields={"n": [1]}, replace_all=True),
    ],
)
def test_a_changeset_to_what_cannot_be_kept_is_refused(platform: Platform, changeset: MetadataChangeset) -> None:
    """Nested metadata and paths through scalars are invalid requests, and no version is made."""
    before = platform.create_action(new_action(metadata={"text": "x"}))

    with pytest.raises(InvalidRequest, match="metadata"):
        platform.update_action("ros_ingest", UpdateActionRequest(metadata_changeset=changeset))
    assert platform.get_action("ros_ingest") == before


def test_a_parameter_changeset_puts_and_removes_by_name(platform: Platform) -> None:
    """A known parameter is replaced where it stands, a new one comes last, an unknown removal is nothing."""
    platform.create_action(new_action(parameters=[ActionParameter(name=name) for name in "abc"]))
    changeset = ActionParameterChangeset(
        put_parameters=[ActionParameter(name="b", default=7), ActionParameter(name="d")],
        remove_parameters=["a", "ghost"],
    )

    record = platform.update_action("ros_ingest", UpdateActionRequest(parameter_changeset=changeset))

    assert record.parameters == [
        ActionParameter(name="b", default="7"),
        ActionParameter(name="c"),
        ActionParameter(name="d"),
    ]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"timeout": 0}, "timeout"),
        ({"inherits": ActionReference(name="ghost"), "uri": None}, "ghost"),
        ({"inherits": ActionReference(name="parent")}, "uri"),
        ({"inherits": ActionReference(name="parent"), "uri": None, "requires_downloaded_inputs": False}, "downloaded"),
    ],
)
def test_a_wrong_update_is_refused(platform: Platform, given: dict[str, Any], complaint: str) -> None:
    """An update is held to the same rules as a create, and makes no version when it breaks one."""
    platform.create_action(new_action("parent"))
    before = platform.create_action(new_action())

    with pytest.raises(InvalidRequest, match=complaint):
        platform.update_action("ros_ingest", UpdateActionRequest(**given))
    assert platform.get_action("ros_ingest") == before


def test_an_action_can_begin_to_inherit(platform: Platform) -> None:
    """What it declared itself is cleared in the same request; what no request can clear goes by itself."""
    platform.create_action(new_action("parent"))
    platform.create_action(
        new_action(requires_downloaded_inputs=False, parameters=[ActionParameter(name="a")], timeout=3)
    )

    record = platform.update_action(
        "ros_ingest",
        UpdateActionRequest(
            inherits=ActionReference(name="parent"),
            uri=None,
            parameter_changeset=ActionParameterChangeset(remove_parameters=["a"]),
            requires_downloaded_inputs=True,
        ),
    )

    parent = ActionReference(name="parent", owner="og_ours")
    assert (record.inherits, record.uri, record.parameters) == (parent, None, [])
    assert (record.requires_downloaded_inputs, record.timeout) == (None, 3)


def test_an_update_elsewhere_does_not_mind_a_parent_taken_from_the_hub(platform: Platform) -> None:
    """Only a request that names the parent is held to it."""
    platform.create_action(new_action("parent"))
    platform.create_action(new_action("child", uri=None, inherits=ActionReference(name="parent")))

    record = platform.update_action("child", UpdateActionRequest(timeout=9))

    assert (record.inherits, record.timeout) == (ActionReference(name="parent", owner="og_ours"), 9)


@pytest.mark.parametrize("digest", ["0" * 32, "nonsense'; --", "ü", "None-such"])
def test_an_unknown_digest_is_not_found(platform: Platform, digest: str) -> None:
    """A version that never was cannot be read."""
    platform.create_action(new_action())

    with pytest.raises(NotFound):
        platform.get_action("ros_ingest", digest=digest)
