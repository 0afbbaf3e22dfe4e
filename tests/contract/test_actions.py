"""Actions: create, read, delete, and what is refused."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from reconciler.domain.actions import ActionRecord
from reconciler.domain.platform import Platform
from reconciler.domain.requests import UpdateActionRequest
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.errors import Conflict, InvalidRequest, NotFound
from tests.contract.builders import new_action, new_trigger


def test_a_created_action_is_read_back_as_it_was_answered(platform: Platform) -> None:
    """What create answers is what get answers."""
    created = platform.create_action(
        new_action(
            description="Reads bags",
            short_description="Reads",
            compute_requirements=ComputeRequirements(vCPU=1024, memory=4096, storage=50),
            container_parameters=ContainerParameters(
                command=["run", "--fast"], entry_point=["/bin/sh"], env_vars={"LEVEL": "1"}, workdir="/w"
            ),
            parameters=[ActionParameter(name="rate", required=True, default=5), ActionParameter(name="b")],
            metadata={"team": "perception", "level": 3, "share": 0.5, "live": True},
            tags=["ros", "bag"],
            requires_downloaded_inputs=False,
            timeout=30,
        )
    )

    assert platform.get_action("ros_ingest") == created


def test_every_given_field_is_kept(platform: Platform) -> None:
    """The record holds the request's fields unchanged, order included."""
    request = new_action(
        parameters=[ActionParameter(name="z"), ActionParameter(name="a", default=True)],
        tags=["zebra", "ant", "zebra"],
        metadata={"z": 1, "a": 2.5, "dotted.key": "x"},
        description="",
        container_parameters=ContainerParameters(command=[], env_vars={}),
    )

    record = platform.create_action(request)

    kept = {name: getattr(record, name) for name in type(request).model_fields}
    assert kept == {name: getattr(request, name) for name in type(request).model_fields}
    assert [parameter.default for parameter in record.parameters] == [None, "True"]


def test_what_is_not_given_stays_null(platform: Platform) -> None:
    """The platform fills in nothing: a create that is repeated compares equal."""
    record = platform.create_action(new_action(uri=None))

    nullable = ["compute_requirements", "container_parameters", "description", "inherits", "published"]
    nullable += ["requires_downloaded_inputs", "short_description", "timeout", "uri"]
    assert {name: getattr(record, name) for name in nullable} == dict.fromkeys(nullable)
    assert (record.metadata, record.parameters, record.tags) == ({}, [], [])
    assert record.accessibility is Accessibility.Organization


def test_bookkeeping_names_the_caller_and_the_time_in_utc(platform: Platform) -> None:
    """Owner, creator and times are the platform's to say."""
    record = platform.create_action(new_action())

    assert (record.org_id, record.created_by, record.modified_by) == ("og_ours", "ann@ours.example", "ann@ours.example")
    assert record.created == record.modified
    assert record.created.utcoffset() == timedelta(0)
    assert record.created.astimezone(UTC).year >= 2024


def test_texts_of_any_script_survive(platform: Platform) -> None:
    """Unicode is kept as it is, beyond the basic plane too."""
    record = platform.create_action(
        new_action(description="Roboter 🤖 für 車両 \u0000 \u2028", tags=["é", "🚗"], metadata={"ключ": "значение"})
    )

    assert platform.get_action("ros_ingest") == record
    assert record.description == "Roboter 🤖 für 車両 \u0000 \u2028"
    assert (record.tags, record.metadata) == (["é", "🚗"], {"ключ": "значение"})


@pytest.mark.parametrize("name", ["a", "_a", "9", "A.b-c_d", "x" * 256, "accessibility", "invoke"])
def test_names_that_are_safe_in_a_path_are_legal(platform: Platform, name: str) -> None:
    """Letters, digits, underscore, hyphen and dot make a name."""
    platform.create_action(new_action(name))

    assert platform.get_action(name).name == name


def test_the_uri_is_stripped(platform: Platform) -> None:
    """White space around an image means nothing."""
    assert platform.create_action(new_action(uri="  img:1 \n")).uri == "img:1"


def test_a_taken_name_is_a_conflict(platform: Platform) -> None:
    """A second action of a name is refused and the first stays."""
    first = platform.create_action(new_action())

    with pytest.raises(Conflict, match="ros_ingest"):
        platform.create_action(new_action(description="another"))
    assert platform.get_action("ros_ingest") == first


def test_two_organizations_may_use_one_name(platform: Platform, foreign: Platform) -> None:
    """Names are unique within an organization."""
    ours, theirs = platform.create_action(new_action()), foreign.create_action(new_action())

    assert (platform.get_action("ros_ingest"), foreign.get_action("ros_ingest")) == (ours, theirs)


def test_an_action_and_a_trigger_may_share_a_name(platform: Platform) -> None:
    """Names are unique within a kind."""
    platform.create_action(new_action())
    platform.create_trigger(new_trigger("ros_ingest"))

    assert platform.get_trigger("ros_ingest").action.name == platform.get_action("ros_ingest").name


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"name": "with space"}, "name"),
        ({"name": ""}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "-a"}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "bäg"}, "name"),
        ({"name": "query"}, "route"),
        ({"name": "invocations"}, "route"),
        ({"uri": ""}, "uri"),
        ({"uri": " \t"}, "uri"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -5}, "timeout"),
        ({"timeout": 2**31}, "timeout"),
        ({"metadata": {"deep": {"a": 1}}}, "metadata"),
        ({"metadata": {"list": [1]}}, "metadata"),
        ({"metadata": {"null": None}}, "metadata"),
        ({"parameters": [ActionParameter(name="a"), ActionParameter(name="a")]}, '"a" is declared 2 times'),
        ({"parameters": [ActionParameter(name=" ")]}, "blank"),
        ({"inherits": ActionReference(name="ghost"), "uri": None}, "ghost"),
        ({"inherits": ActionReference(name="bad name"), "uri": None}, "bad name"),
    ],
)
def test_a_wrong_field_is_refused_by_name(platform: Platform, given: dict[str, Any], complaint: str) -> None:
    """What the platform would not keep is an invalid request, and nothing is created."""
    with pytest.raises(InvalidRequest, match=complaint):
        platform.create_action(new_action(**{"name": "wrong", **given}))
    with pytest.raises(NotFound):
        platform.get_action("wrong")


def test_every_problem_is_named_at_once(platform: Platform) -> None:
    """One answer tells all that has to be mended."""
    with pytest.raises(InvalidRequest) as refusal:
        platform.create_action(new_action("bad name", uri=" ", timeout=0, metadata={"a": None, "b": []}))

    assert all(word in refusal.value.message for word in ("bad name", "uri", "timeout", '"a"', '"b"'))


@pytest.mark.parametrize(
    "own",
    [
        {"uri": "img:1"},
        {"container_parameters": ContainerParameters(workdir="/w")},
        {"parameters": [ActionParameter(name="a")]},
        {"requires_downloaded_inputs": True},
    ],
)
def test_an_inheriting_action_declares_nothing_that_it_inherits(platform: Platform, own: dict[str, Any]) -> None:
    """Image, container, parameters and downloading come from the parent."""
    platform.create_action(new_action("parent"))

    with pytest.raises(InvalidRequest, match=next(iter(own))):
        platform.create_action(new_action("child", **{"uri": None, "inherits": ActionReference(name="parent"), **own}))


def test_an_action_inherits_from_a_version_of_its_own_organization(platform: Platform) -> None:
    """A parent may be pinned; whose it is stands in the record, for the official program compares it."""
    parent = platform.create_action(new_action("parent"))
    pinned = ActionReference(name="parent", digest=parent.digest)

    child = platform.create_action(new_action("child", uri=None, inherits=pinned, compute_requirements=None))

    assert child.inherits == ActionReference(name="parent", digest=parent.digest, owner="og_ours")
    assert platform.create_action(
        new_action("other", uri=None, inherits=ActionReference(name="parent"))
    ).inherits == ActionReference(name="parent", owner="og_ours")


def test_a_parent_version_that_does_not_exist_is_refused(platform: Platform) -> None:
    """A pinned parent must have that version."""
    platform.create_action(new_action("parent"))

    with pytest.raises(InvalidRequest, match="0123"):
        platform.create_action(
            new_action("child", uri=None, inherits=ActionReference(name="parent", digest="0123")),
        )


def test_an_action_cannot_inherit_from_its_own_line(platform: Platform) -> None:
    """A cycle is refused and named, and nothing changes."""
    platform.create_action(new_action("a"))
    platform.create_action(new_action("b", uri=None, inherits=ActionReference(name="a")))
    platform.create_action(new_action("c", uri=None, inherits=ActionReference(name="b")))
    before = platform.get_action("a")

    with pytest.raises(InvalidRequest, match="a -> c -> b -> a"):
        platform.update_action("a", UpdateActionRequest(uri=None, inherits=ActionReference(name="c")))
    with pytest.raises(InvalidRequest, match="a -> a"):
        platform.update_action("a", UpdateActionRequest(uri=None, inherits=ActionReference(name="a")))
    assert platform.get_action("a") == before


@pytest.mark.parametrize("name", ["ghost", "query"])
def test_an_unknown_action_is_not_found(platform: Platform, name: str) -> None:
    """Reading, changing and deleting what is not there says so."""
    with pytest.raises(NotFound):
        platform.get_action(name)
    with pytest.raises(NotFound):
        platform.update_action(name, UpdateActionRequest(timeout=1))
    with pytest.raises(NotFound):
        platform.delete_action(name)


def test_an_error_says_what_was_asked(platform: Platform) -> None:
    """The operation names kind and resource."""
    with pytest.raises(NotFound) as refusal:
        platform.get_action("ghost")

    assert "action" in refusal.value.operation
    assert "ghost" in refusal.value.operation


def test_delete_takes_every_version_and_frees_the_name(platform: Platform) -> None:
    """After a delete neither name nor digest leads anywhere, and the name can be used again."""
    first = platform.create_action(new_action())
    platform.update_action("ros_ingest", UpdateActionRequest(timeout=5))

    platform.delete_action("ros_ingest")

    for digest in (None, first.digest):
        with pytest.raises(NotFound):
            platform.get_action("ros_ingest", digest=digest)
    assert isinstance(platform.create_action(new_action()), ActionRecord)
    with pytest.raises(NotFound):
        platform.get_action("ros_ingest", digest=first.digest)


def test_an_action_in_use_by_a_trigger_is_not_deleted(platform: Platform) -> None:
    """The refusal names the trigger; without the trigger the action goes."""
    platform.create_action(new_action())
    platform.create_trigger(new_trigger("on_bag"))

    with pytest.raises(Conflict, match="on_bag"):
        platform.delete_action("ros_ingest")
    platform.delete_trigger("on_bag")
    platform.delete_action("ros_ingest")


def test_a_parent_in_use_is_not_deleted(platform: Platform) -> None:
    """The refusal names the inheriting action; once that has a life of its own the parent goes."""
    platform.create_action(new_action("parent"))
    platform.create_action(new_action("child", uri=None, inherits=ActionReference(name="parent")))

    with pytest.raises(Conflict, match="child"):
        platform.delete_action("parent")
    platform.update_action("child", UpdateActionRequest(inherits=None, uri="img:1"))
    platform.delete_action("parent")


def test_close_twice_is_harmless(platform: Platform) -> None:
    """Closing is idempotent."""
    platform.close()
    platform.close()


def test_identity_names_the_organization(platform: Platform) -> None:
    """A plan is bound to the organization it was made for."""
    assert platform.identity().org_id == "og_ours"
