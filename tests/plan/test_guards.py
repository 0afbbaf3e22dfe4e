"""Guards: what a plan may not do, and whether live state moved since it was made."""

from __future__ import annotations

import pytest

from reconciler.domain.live import LiveRecord
from reconciler.errors import GuardRefused, StalePlan
from reconciler.plan.guards import moved, refuse_stale
from tests.plan.builders import (
    LATER,
    action,
    action_record,
    live,
    planned,
    trigger,
    trigger_address,
    trigger_record,
)


def test_every_service_user_that_would_change_is_named() -> None:
    """One run shows all refusals."""
    wanted = [trigger(name, service_user_id="su_new") for name in ("a", "b")]

    with pytest.raises(GuardRefused) as refused:
        planned(wanted, [action_record(), trigger_record("a"), trigger_record("b")])

    assert "trigger.a" in refused.value.message
    assert "trigger.b" in refused.value.message


AT = "2026-05-02 12:00:00 UTC"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([action_record(), trigger_record()], ()),
        (
            [action_record(modified=LATER, modified_by="bob"), trigger_record()],
            (f"action.ros_ingest was modified since the plan was made: by bob at {AT}",),
        ),
        (
            [action_record(digest="d2", modified=LATER, modified_by="bob"), trigger_record()],
            (f"action.ros_ingest was modified since the plan was made: by bob at {AT}",),
        ),
        (
            [action_record(), trigger_record(modified=LATER, modified_by="bob")],
            (f"trigger.on_bags was modified since the plan was made: by bob at {AT}",),
        ),
        ([trigger_record()], ("action.ros_ingest is gone from the platform",)),
        (
            [action_record(), trigger_record(), action_record("fresh", modified=LATER, modified_by="bob")],
            (f"action.fresh appeared on the platform: by bob at {AT}",),
        ),
    ],
    ids=["still", "published", "new digest", "trigger modified", "vanished", "appeared"],
)
def test_movement_is_told_in_one_sentence_per_resource(now: list[LiveRecord], expected: tuple[str, ...]) -> None:
    """Resources move by version or time of modification, and by appearing and vanishing."""
    plan = planned(
        [action(timeout=1), action("fresh"), trigger(timeout=1)],
        [action_record(), trigger_record()],
    )

    assert moved(plan, live(*now)) == expected


def test_what_the_plan_does_not_touch_may_move() -> None:
    """Only changed resources are looked at."""
    plan = planned([trigger(timeout=1), action()], [action_record(), trigger_record()])

    assert [change.address for change in plan.changes] == [trigger_address()]
    assert moved(plan, live(action_record(digest="d2"), trigger_record())) == ()


def test_a_stale_plan_names_a_few_and_counts_the_rest() -> None:
    """Three hundred sentences in one line help nobody."""
    with pytest.raises(StalePlan) as stale:
        refuse_stale([f"action.a{number} is gone from the platform" for number in range(300)])

    assert "action.a4 is gone" in stale.value.message
    assert "action.a5 is gone" not in stale.value.message
    assert stale.value.message.endswith("; and 295 more moved")


def test_a_plan_of_which_nothing_moved_is_not_stale() -> None:
    """No sentence, no refusal."""
    refuse_stale(())
