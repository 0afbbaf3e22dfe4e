"""The Action Hub and foreign organizations: what others see, and that they change nothing."""

from __future__ import annotations

import pytest

from reconciler.domain.platform import Platform
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.values import Accessibility, ActionReference
from reconciler.errors import InvalidRequest, NotAllowed, NotFound
from tests.contract.builders import new_action, new_trigger

PUBLISH = SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub)
TAKE_BACK = SetActionAccessibilityRequest(accessibility=Accessibility.Organization)


def test_publishing_keeps_the_version_and_says_when(platform: Platform) -> None:
    """Accessibility says who may read a version: it makes none."""
    created = platform.create_action(new_action())

    published = platform.set_action_accessibility("ros_ingest", PUBLISH)

    assert published.accessibility is Accessibility.ActionHub
    assert published.digest == created.digest
    assert published.published == published.modified > created.modified
    assert platform.get_action("ros_ingest") == published


def test_taking_back_clears_the_time_of_publication(platform: Platform) -> None:
    """``published`` is set exactly while the action is in the hub."""
    platform.create_action(new_action())
    published = platform.set_action_accessibility("ros_ingest", PUBLISH)

    taken_back = platform.set_action_accessibility("ros_ingest", TAKE_BACK)

    assert (taken_back.accessibility, taken_back.published) == (Accessibility.Organization, None)
    assert taken_back.modified > published.modified


def test_setting_what_is_set_changes_nothing(platform: Platform) -> None:
    """Publishing twice is publishing once."""
    platform.create_action(new_action())
    published = platform.set_action_accessibility("ros_ingest", PUBLISH)

    assert platform.set_action_accessibility("ros_ingest", PUBLISH) == published


def test_an_update_of_a_published_action_is_published(platform: Platform, foreign: Platform) -> None:
    """A new version is as accessible as the one before."""
    platform.create_action(new_action())
    published = platform.set_action_accessibility("ros_ingest", PUBLISH)

    updated = platform.update_action("ros_ingest", UpdateActionRequest(timeout=5))

    assert (updated.accessibility, updated.published) == (Accessibility.ActionHub, published.published)
    assert foreign.get_action("ros_ingest", owner="og_ours") == updated


def test_one_version_can_be_published_by_digest(platform: Platform, foreign: Platform) -> None:
    """Accessibility belongs to a version: others read the one that was published, and only by its digest."""
    first = platform.create_action(new_action())
    platform.update_action("ros_ingest", UpdateActionRequest(timeout=5))
    request = SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub, digest=first.digest)

    published = platform.set_action_accessibility("ros_ingest", request)

    assert foreign.get_action("ros_ingest", digest=first.digest, owner="og_ours") == published
    with pytest.raises(NotFound):
        foreign.get_action("ros_ingest", owner="og_ours")
    assert platform.get_action("ros_ingest").accessibility is Accessibility.Organization


def test_an_unknown_version_cannot_be_published(platform: Platform) -> None:
    """A digest that never was is not found."""
    platform.create_action(new_action())

    with pytest.raises(NotFound):
        platform.set_action_accessibility(
            "ros_ingest", SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub, digest="0123")
        )


def test_a_private_action_does_not_exist_for_others(platform: Platform, foreign: Platform) -> None:
    """Reading, changing, publishing and deleting a foreign private action are all "not found"."""
    digest = platform.create_action(new_action()).digest

    with pytest.raises(NotFound):
        foreign.get_action("ros_ingest", owner="og_ours")
    with pytest.raises(NotFound):
        foreign.get_action("ros_ingest", owner="og_ours", digest=digest)
    with pytest.raises(NotFound):
        foreign.update_action("ros_ingest", UpdateActionRequest(timeout=1), owner="og_ours")
    with pytest.raises(NotFound):
        foreign.set_action_accessibility("ros_ingest", PUBLISH, owner="og_ours")
    with pytest.raises(NotFound):
        foreign.delete_action("ros_ingest", owner="og_ours")
    assert foreign.query_actions(QuerySpecification(), owner="og_ours").items == ()


def test_a_published_action_is_read_by_all_and_written_by_its_owner(platform: Platform, foreign: Platform) -> None:
    """Others may read a hub action; changing it is not allowed, and nothing changes."""
    platform.create_action(new_action())
    published = platform.set_action_accessibility("ros_ingest", PUBLISH)

    assert foreign.get_action("ros_ingest", owner="og_ours") == published
    with pytest.raises(NotAllowed):
        foreign.update_action("ros_ingest", UpdateActionRequest(timeout=1), owner="og_ours")
    with pytest.raises(NotAllowed):
        foreign.set_action_accessibility("ros_ingest", TAKE_BACK, owner="og_ours")
    with pytest.raises(NotAllowed):
        foreign.delete_action("ros_ingest", owner="og_ours")
    assert platform.get_action("ros_ingest") == published


def test_the_hub_lists_what_is_published_by_anybody(platform: Platform, foreign: Platform) -> None:
    """A hub query crosses organizations; with an owner it shows that owner's part."""
    platform.create_action(new_action("private"))
    platform.create_action(new_action("ours"))
    foreign.create_action(new_action("theirs"))
    ours = platform.set_action_accessibility("ours", PUBLISH)
    theirs = foreign.set_action_accessibility("theirs", PUBLISH)

    hub = platform.query_actions(QuerySpecification(), accessibility=Accessibility.ActionHub)
    part = platform.query_actions(QuerySpecification(), accessibility=Accessibility.ActionHub, owner="og_ours")

    assert hub.items == (theirs, ours)
    assert part.items == (ours,)


def test_a_foreign_listing_shows_what_is_published(platform: Platform, foreign: Platform) -> None:
    """Of another organization only hub actions are seen."""
    platform.create_action(new_action("private"))
    platform.create_action(new_action("public"))
    published = platform.set_action_accessibility("public", PUBLISH)

    assert foreign.query_actions(QuerySpecification(), owner="og_ours").items == (published,)
    assert foreign.query_actions(QuerySpecification(), owner="og_nowhere").items == ()
    assert {record.name for record in platform.query_actions(QuerySpecification()).items} == {"private", "public"}


def test_a_hub_action_can_be_inherited_and_triggered_by_others(platform: Platform, foreign: Platform) -> None:
    """References lead to foreign actions exactly while they are visible."""
    platform.create_action(new_action())
    reference = ActionReference(name="ros_ingest", owner="og_ours")
    with pytest.raises(InvalidRequest):
        foreign.create_action(new_action("child", uri=None, inherits=reference))
    with pytest.raises(NotFound):
        foreign.create_trigger(new_trigger(action_owner_id="og_ours"))

    platform.set_action_accessibility("ros_ingest", PUBLISH)

    assert foreign.create_action(new_action("child", uri=None, inherits=reference)).inherits == reference
    assert foreign.create_trigger(new_trigger(action_owner_id="og_ours")).action == reference


def test_others_cannot_hold_a_hub_action_hostage(platform: Platform, foreign: Platform) -> None:
    """What another organization builds on it does not stop the owner from deleting an action."""
    platform.create_action(new_action())
    platform.set_action_accessibility("ros_ingest", PUBLISH)
    reference = ActionReference(name="ros_ingest", owner="og_ours")
    child = foreign.create_action(new_action("child", uri=None, inherits=reference))
    trigger = foreign.create_trigger(new_trigger(action_owner_id="og_ours"))

    platform.delete_action("ros_ingest")

    assert foreign.get_action("child") == child
    assert foreign.get_trigger("on_bag") == trigger
    assert foreign.update_trigger("on_bag", UpdateTriggerRequest(enabled=False)).enabled is False


def test_the_own_organization_may_be_named_as_owner(platform: Platform) -> None:
    """Naming the own organization is the same as naming none."""
    platform.create_action(new_action())

    updated = platform.update_action("ros_ingest", UpdateActionRequest(timeout=5), owner="og_ours")

    assert platform.get_action("ros_ingest", owner="og_ours") == updated
    platform.delete_action("ros_ingest", owner="og_ours")


def test_foreign_triggers_are_nobodys_business(platform: Platform, foreign: Platform) -> None:
    """A foreign trigger is not found, and a listing of foreign triggers is refused rather than empty."""
    platform.create_action(new_action())
    trigger = platform.create_trigger(new_trigger())

    with pytest.raises(NotFound):
        foreign.get_trigger("on_bag", owner="og_ours")
    with pytest.raises(NotFound):
        foreign.update_trigger("on_bag", UpdateTriggerRequest(enabled=False), owner="og_ours")
    with pytest.raises(NotFound):
        foreign.delete_trigger("on_bag", owner="og_ours")
    with pytest.raises(NotAllowed):
        foreign.query_triggers(QuerySpecification(), owner="og_ours")
    assert platform.get_trigger("on_bag") == trigger
