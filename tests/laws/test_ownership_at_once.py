"""Two applies that cross: what one of them made is never lost by the other."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from reconciler.apply.events import ChangeEnded, Outcome
from reconciler.domain.requests import UpdateActionRequest
from reconciler.errors import InventoryUnavailable
from reconciler.inventory.document import Inventory
from reconciler.plan.model import DriftState, Op
from tests.laws.owned_world import AFTER, FORGOTTEN, Fuse, Killed, Shelf, action, load_one, started


def test_what_a_dead_apply_still_makes_is_not_lost(tmp_path: Path) -> None:
    """Its request arrives after the next apply has planned: that one cannot create it, and finds it to be ours."""
    with started(tmp_path) as world:
        with pytest.raises(Killed):
            # The intents are written, nothing is sent.
            world.apply(world.plan(), Fuse(2))
        made = world.plan()
        world.platform.create_action(load_one(tmp_path, action("fresh")))
        outcomes = {str(ending.address): ending.outcome for ending in world.apply(made).endings}
        assert outcomes["action.fresh"] is Outcome.FAILED
        world.converge()
        world.check_is_whole(forgotten=FORGOTTEN)


def test_what_somebody_else_made_meanwhile_is_not_ours(tmp_path: Path) -> None:
    """A name that is taken between plan and apply stays theirs, however alike it is."""
    with started(tmp_path) as world:
        made = world.plan()
        world.platform.create_action(load_one(tmp_path, action("fresh")))
        world.apply(made)
        assert {refusal.rule for refusal in world.plan().refusals} == {"not-ours"}


def test_an_old_plan_unlearns_nothing(tmp_path: Path) -> None:
    """What it had to tell the inventory is out of date when another apply came in between."""
    with started(tmp_path) as world:
        world.converge()
        world.platform.update_action("left", UpdateActionRequest(uri="img:2"))
        world.platform.update_action("left", UpdateActionRequest(uri="img:1"))
        old = world.plan()
        assert [str(refresh.address) for refresh in old.refreshes] == ["action.left"]
        texts = list(AFTER)
        texts[5] = action("left", uri="img:3")
        world.declare(*texts)
        world.converge()
        world.apply(old)
        world.check_is_whole(forgotten=FORGOTTEN)


def test_an_old_plan_makes_nothing_ours_again(tmp_path: Path) -> None:
    """What it saw as ours was forgotten by another apply since."""
    with started(tmp_path) as world:
        world.converge()
        world.platform.update_action("left", UpdateActionRequest(uri="img:2"))
        world.platform.update_action("left", UpdateActionRequest(uri="img:1"))
        old = world.plan()
        assert [str(refresh.address) for refresh in old.refreshes] == ["action.left"]
        world.declare(*(*AFTER[:5], action("left", more="lifecycle: {on_remove: forget}\n"), *AFTER[6:]))
        world.converge()
        world.declare(*(text for text in AFTER if text != AFTER[5]))
        world.converge()
        world.apply(old)
        inventory, _ = world.shelf.read()
        assert "action.left" not in set(map(str, inventory.entries))


def test_an_inventory_that_cannot_be_written_any_more_stops_what_is_not_sent(tmp_path: Path) -> None:
    """What is under way is told how it ended, the rest is not sent, and the next run finds out about everything."""
    with started(tmp_path) as world:

        class Failing(Shelf):
            """Is out of reach after the first write."""

            def write(self, inventory: Inventory, *, expected: str | None) -> str:
                if expected != first:
                    raise InventoryUnavailable("no connection")
                return super().write(inventory, expected=expected)

        first = str(world.shelf.version)
        whole, world.shelf = world.shelf, Failing(world.shelf.content, world.shelf.version)
        ticks = count()
        # Each ending is written at once.
        world.clock = lambda: 20.0 ** next(ticks)
        with pytest.raises(InventoryUnavailable):
            world.apply(world.plan())
        endings = [event for event in world.events if isinstance(event, ChangeEnded)]
        assert {ending.outcome for ending in endings[-3:]} == {Outcome.SKIPPED}
        assert endings[-1].reason == "not sent: the inventory cannot be written"
        whole.content, whole.version = world.shelf.content, world.shelf.version
        world.shelf = whole
        world.converge()
        world.check_is_whole(forgotten=FORGOTTEN)


def test_an_update_nobody_told_of_is_no_drift(tmp_path: Path) -> None:
    """It landed and the process died: git may move on, or let it go, and nobody is accused of having changed it."""
    with started(tmp_path) as world:
        world.apply(world.plan())
        changed = [action("left", uri="img:2") if text == action("left") else text for text in AFTER]
        world.declare(*changed)
        with pytest.raises(Killed):
            # Both writes of the intents, and both sides of the request.
            world.apply(world.plan(), Fuse(4))
        assert world.platform.get_action("left").uri == "img:2"
        world.declare(*(text for text in changed if "{name: left}" not in text))
        gone = world.plan()
        assert (gone.refusals, gone.drift) == ((), ())
        world.declare(*(text.replace("img:2", "img:3") if "{name: left}" in text else text for text in changed))
        moved = world.plan()
        assert {each.state for each in moved.drift} == {DriftState.PENDING}
        world.converge()
        world.check_is_whole(forgotten=FORGOTTEN)


def test_what_was_never_made_is_forgotten_with_its_manifest(tmp_path: Path) -> None:
    """Or whoever makes the same by hand one day would find it to be ours, and deleted."""
    with started(tmp_path) as world:
        with pytest.raises(Killed):
            world.apply(world.plan(), Fuse(2))
        world.declare(*(text for text in AFTER if "{name: brand_new}" not in text))
        made = world.plan()
        assert [str(change.address) for change in made.changes if change.op is Op.FORGET] == [
            "action.let_be",
            "trigger.brand_new",
        ]
        world.apply(made)
        world.check_is_whole(forgotten=FORGOTTEN)
