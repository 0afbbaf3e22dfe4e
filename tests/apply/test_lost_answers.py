"""What follows an answer that never came: read back, judge, and never write blindly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.apply.events import ChangeEnded, Outcome
from reconciler.domain.requests import UpdateActionRequest, UpdateTriggerRequest
from reconciler.errors import Conflict, NotFound, PlatformUnavailable
from reconciler.plan.model import Change
from tests.apply.builders import create, create_trigger, delete, run, update
from tests.apply.memory import Line, Meanwhile, MemoryPlatform

Builder = Callable[[MemoryPlatform], Change]


@pytest.fixture
def platform() -> MemoryPlatform:
    """A platform with one action and one trigger, both called ``live``."""
    platform = MemoryPlatform()
    run(platform, create("live"), create_trigger("live", "live"))
    platform.calls.clear()
    return platform


def ending(platform: MemoryPlatform, change: Change) -> ChangeEnded:
    """Apply one change and return how it ended."""
    return run(platform, change)[0].endings[0]


@pytest.mark.parametrize(
    ("call", "build"),
    [
        ("create_action new", lambda platform: create("new")),
        ("create_trigger new", lambda platform: create_trigger("new", "live")),
        ("update_action live", lambda platform: update(platform.actions["live"])),
        ("update_trigger live", lambda platform: update(platform.triggers["live"])),
        ("delete_action live", lambda platform: delete(platform.actions["live"])),
        ("delete_trigger live", lambda platform: delete(platform.triggers["live"])),
    ],
)
class TestEveryWrite:
    """Claims that hold for each request."""

    def test_that_landed_is_applied_without_repeating_it(
        self, platform: MemoryPlatform, call: str, build: Builder
    ) -> None:
        """A write that is live as requested is not sent again."""
        platform.fail(call, Line.LOST_AFTER)

        assert ending(platform, build(platform)).outcome is Outcome.APPLIED
        assert platform.writes() == [call]

    def test_that_did_not_land_is_sent_once_more(self, platform: MemoryPlatform, call: str, build: Builder) -> None:
        """A write that left no trace is repeated."""
        platform.fail(call, Line.LOST_BEFORE)

        assert ending(platform, build(platform)).outcome is Outcome.APPLIED
        assert platform.writes() == [call, call]

    def test_that_never_lands_fails_after_two_tries(self, platform: MemoryPlatform, call: str, build: Builder) -> None:
        """Repeating is bounded, and the end is a plain failure: nothing landed."""
        platform.fail(call, Line.LOST_BEFORE, Line.LOST_BEFORE, Line.LOST_BEFORE)

        ended = ending(platform, build(platform))

        assert (ended.outcome, platform.writes()) == (Outcome.FAILED, [call, call])
        assert ended.reason == "no answer; read back, it did not take effect"

    def test_that_cannot_be_read_back_is_unknown(self, platform: MemoryPlatform, call: str, build: Builder) -> None:
        """Where nobody can say, we say so, and what to do."""
        change = build(platform)
        platform.fail(call, Line.LOST_BEFORE)
        platform.fail(f"get_{change.address.kind.lower()} {change.address.name}", PlatformUnavailable("503"))

        ended = ending(platform, change)

        assert (ended.outcome, platform.writes()) == (Outcome.UNKNOWN, [call])
        assert ended.hint == 'run "reconciler plan" to see what is live now'


def test_a_create_that_somebody_else_won_fails(platform: MemoryPlatform) -> None:
    """What exists but differs from the request is not ours."""
    change = create("new")
    platform.fail("create_action new", Line.LOST_BEFORE, Conflict("new exists already"))
    platform.fail("get_action new", NotFound("no new yet"))
    platform.before_call = lambda call: _sneak_in(platform, call)

    ended = ending(platform, change)

    assert ended.outcome is Outcome.FAILED
    assert "somebody else created it" in ended.reason


def test_a_create_that_arrives_late_is_applied(platform: MemoryPlatform) -> None:
    """When the second try says "exists already" and it is as requested, the first one landed after all."""
    platform.fail("create_action new", Line.LOST_AFTER)
    platform.fail("get_action new", NotFound("not visible yet"))

    assert ending(platform, create("new")).outcome is Outcome.APPLIED
    assert platform.writes() == ["create_action new", "create_action new"]


def test_a_conflict_at_the_first_try_is_a_failure(platform: MemoryPlatform) -> None:
    """A name that is taken is somebody else's, even when it looks the same."""
    ended = ending(platform, create("live"))

    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "live exists already")
    assert ended.hint == 'run "reconciler plan" to see what is live now'


def test_an_update_that_somebody_overtook_fails(platform: MemoryPlatform) -> None:
    """Live state that is neither as before nor as requested is left alone."""
    other = UpdateActionRequest(timeout=99)
    platform.fail("update_action live", Meanwhile(lambda: platform.edit_action("live", other, by="ana@example.com")))

    ended = ending(platform, update(platform.actions["live"]))

    assert (ended.outcome, platform.writes()) == (Outcome.FAILED, ["update_action live"])
    assert ended.reason == "action.live was modified by ana@example.com while it was being changed"


def test_an_update_counts_as_landed_whatever_else_moved(platform: MemoryPlatform) -> None:
    """Somebody who touched another field does not undo what we did."""
    other = UpdateTriggerRequest(enabled=False)
    platform.fail("update_trigger live", Meanwhile(lambda: platform.edit_trigger("live", other, by="ana@example.com")))

    assert ending(platform, update(platform.triggers["live"])).outcome is Outcome.APPLIED


def test_an_update_of_what_was_deleted_meanwhile_fails(platform: MemoryPlatform) -> None:
    """A resource that vanished is not created again by an update."""
    change = update(platform.actions["live"])
    platform.fail("update_action live", Meanwhile(lambda: platform.actions.pop("live")))

    assert ending(platform, change).reason == "action.live was deleted by somebody else while it was being changed"


def test_a_delete_of_what_is_gone_is_applied(platform: MemoryPlatform) -> None:
    """Deleting wants it gone, and it is."""
    change = delete(platform.triggers["live"])
    platform.triggers.clear()

    assert ending(platform, change).outcome is Outcome.APPLIED


def test_a_delete_spares_what_was_changed_meanwhile(platform: MemoryPlatform) -> None:
    """A lost delete is not repeated on something the plan has not seen."""
    change = delete(platform.actions["live"])
    stranger = platform.actions["live"].model_copy(update={"digest": "another"})
    platform.fail("delete_action live", Meanwhile(lambda: platform.actions.update(live=stranger)))

    assert ending(platform, change).outcome is Outcome.FAILED
    assert platform.writes() == ["delete_action live"]


def test_publishing_is_read_back_by_accessibility(platform: MemoryPlatform) -> None:
    """A lost accessibility request that landed is not repeated, one that did not is."""
    platform.fail("set_action_accessibility a", Line.LOST_AFTER)
    platform.fail("set_action_accessibility b", Line.LOST_BEFORE)

    report, _ = run(platform, create("a", publish=True), create("b", publish=True))

    assert report.count(Outcome.APPLIED) == 2
    assert [call for call in platform.writes() if "accessibility" in call] == [
        "set_action_accessibility a",
        "set_action_accessibility b",
        "set_action_accessibility b",
    ]


def _sneak_in(platform: MemoryPlatform, call: str) -> None:
    """Create ``new`` as somebody else, just before the second try."""
    if call == "create_action new" and "get_action new" in platform.calls and "new" not in platform.actions:
        platform.actions["new"] = platform.actions["live"].model_copy(update={"name": "new"})
