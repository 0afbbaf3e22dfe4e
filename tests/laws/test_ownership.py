"""Whatever is cut off, and wherever: the next run converges, and nothing is lost, doubled or orphaned."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from reconciler.domain.address import Address
from reconciler.domain.requests import CreateActionRequest
from reconciler.errors import InvalidRequest, InventoryMoved
from reconciler.inventory.document import Inventory
from reconciler.observe import observe
from reconciler.plan.model import DriftState, Op
from reconciler.plan.permits import Permits
from tests.laws.owned_world import AFTER, FORGOTTEN, PRUNING, Fuse, Killed, Shelf, World, action, started, trigger


def steps_of(folder: Path, clock: Callable[[], float]) -> int:
    """Return how many steps the second apply takes when nothing ends it."""
    with started(folder) as world:
        world.clock = clock
        fuse = Fuse()
        made = world.plan()
        assert {change.op for change in made.changes} == set(Op)
        assert made.refusals == ()
        world.apply(made, fuse)
        world.check_is_whole(forgotten=FORGOTTEN)
    return fuse.steps


@pytest.mark.parametrize("pace", [1, 20], ids=["endings written at the end", "endings written one by one"])
def test_a_kill_at_any_step_is_made_good_by_the_next_run(tmp_path: Path, pace: int) -> None:
    """Every kind of change, ended before and after each write to the platform and to the inventory."""
    ticks = count()

    def clock() -> int:
        # Growing so fast, every look at the clock is far after the one before.
        moment: int = pace ** next(ticks)
        return moment

    (tmp_path / "whole").mkdir()
    steps = steps_of(tmp_path / "whole", clock)
    assert steps > (20 if pace == 1 else 40)
    for at in range(1, steps + 1):
        folder = tmp_path / str(at)
        folder.mkdir()
        with started(folder) as world:
            world.clock = clock
            with pytest.raises(Killed):
                world.apply(world.plan(), Fuse(at))
            world.converge()
            world.check_is_whole(forgotten=FORGOTTEN)
            names = {str(address) for address in observe(world.platform).records}
            assert names == {
                "action.new", "action.kept", "action.fresh", "action.by_hand", "action.same", "action.left",
                "trigger.on_old", "trigger.brand_new", "action.let_be",
            }  # fmt: skip


def test_secrets_are_not_in_the_inventory(tmp_path: Path) -> None:
    """Only what tells them apart is."""
    with started(tmp_path) as world:
        world.converge()
        assert world.shelf.content is not None
        assert b"hunter2" not in world.shelf.content
        assert b"$hash" in world.shelf.content


def test_a_second_writer_stops_the_first(tmp_path: Path) -> None:
    """Whoever lost the lock finds out at the next write; what was not sent is not."""
    with started(tmp_path) as world:
        made = world.plan()
        stolen = False

        class Thief(Shelf):
            """Is written by somebody else in between."""

            def write(self, inventory: Inventory, *, expected: str | None) -> str:
                nonlocal stolen
                version = super().write(inventory, expected=expected)
                if not stolen:
                    stolen = True
                    self.version += 1
                return version

        world.shelf = Thief(world.shelf.content, world.shelf.version)
        with pytest.raises(InventoryMoved):
            world.apply(made)
        world.converge()
        world.check_is_whole(forgotten=FORGOTTEN)


def test_drift_is_told_three_ways(tmp_path: Path) -> None:
    """Git moved on, live was changed, both did, or it is gone."""
    from reconciler.domain.requests import UpdateActionRequest

    with started(tmp_path) as world:
        world.converge()
        texts = list(AFTER)
        texts[1] = action("kept", uri="img:3")
        texts[5] = action("left", uri="img:7")
        world.declare(*texts)
        world.platform.update_action("fresh", UpdateActionRequest(uri="img:by-hand"))
        world.platform.update_action("left", UpdateActionRequest(description="by hand"))
        world.platform.delete_trigger("brand_new")
        made = world.plan()
        states = {str(each.address): each.state for each in made.drift}
        assert states == {
            "action.kept": DriftState.PENDING,
            "action.fresh": DriftState.DRIFT,
            "action.left": DriftState.BOTH,
            "trigger.brand_new": DriftState.MISSING,
        }
        (fresh,) = (each for each in made.drift if each.state is DriftState.DRIFT)
        assert [(field.pointer, field.before, field.after) for field in fresh.fields] == [
            ("/spec/uri", "img:1", "img:by-hand")
        ]


@pytest.mark.parametrize(
    ("permits", "rules"),
    [
        (Permits(), {"prune"}),
        (PRUNING, set()),
        (Permits(prune=True, most_deletions=1, most_percent=1), {"many-deletions"}),
        (Permits(prune=True, most_deletions=1, most_percent=1, many=True), set()),
    ],
)
def test_guards_judge_what_is_deleted(tmp_path: Path, permits: Permits, rules: set[str]) -> None:
    """Each refuses by itself, and its own way leads past it."""
    with started(tmp_path) as world:
        world.converge()
        world.declare(action("new"), action("kept", uri="img:2"), action("left"), trigger("on_old", "new"))
        assert {refusal.rule for refusal in world.plan(permits).refusals} == rules


def test_nothing_declared_deletes_nothing_unasked(tmp_path: Path) -> None:
    """An empty folder is a mistake until it is said not to be."""
    with started(tmp_path) as world:
        world.converge()
        world.declare()
        everything = Permits(prune=True, many=True)
        assert {refusal.rule for refusal in world.plan(everything).refusals} == {"empty"}
        made = world.plan(Permits(prune=True, many=True, empty=True))
        assert made.refusals == ()
        world.apply(made)
        assert set(map(str, observe(world.platform).records)) == FORGOTTEN


def test_what_is_not_ours_is_refused_with_its_creator(tmp_path: Path) -> None:
    """And the way to adopt it."""
    world = World(tmp_path)
    world.platform.create_action(CreateActionRequest(name="theirs", uri="img:1"))
    world.declare(action("theirs"))
    made = world.plan()
    (refusal,) = made.refusals
    assert refusal.rule == "not-ours"
    assert "local@localhost created it" in refusal.summary
    assert "reconciler adopt action.theirs" in refusal.way
    assert made.changes == ()
    world.platform.close()


def test_a_trigger_of_somebody_else_keeps_an_action(tmp_path: Path) -> None:
    """It is named, and nothing leads past it."""
    from reconciler.domain.requests import CreateTriggerRequest
    from reconciler.domain.triggers import TriggerForEachPrimitive

    with started(tmp_path) as world:
        world.platform.create_trigger(
            CreateTriggerRequest(
                name="theirs",
                action_name="leaving",
                required_inputs=["*.bag"],
                for_each=TriggerForEachPrimitive.Dataset,
            )
        )
        (refusal,) = world.plan().refusals
        assert refusal.rule == "in-use"
        assert "trigger.theirs" in refusal.summary


def test_forgetting_leaves_it_be(tmp_path: Path) -> None:
    """``on_remove: forget`` takes it out of the inventory alone."""
    world = World(tmp_path)
    world.declare(action("mine", more="lifecycle: {on_remove: forget}\n"), action("other"))
    world.converge()
    world.declare(action("other"))
    made = world.plan(Permits())
    assert [(change.op, str(change.address)) for change in made.changes] == [(Op.FORGET, "action.mine")]
    world.apply(made)
    inventory, _ = world.shelf.read()
    assert set(map(str, inventory.entries)) == {"action.other"}
    assert set(map(str, observe(world.platform).records)) == {"action.mine", "action.other"}
    world.platform.close()


def test_protection_is_remembered_when_the_manifest_is_gone(tmp_path: Path) -> None:
    """Also when it was only added later, by an apply that had nothing to send."""
    world = World(tmp_path)
    world.declare(action("mine"), action("other"))
    world.converge()
    world.declare(action("mine", more="lifecycle: {protect: true}\n"), action("other"))
    made = world.plan()
    assert made.changes == ()
    assert [refresh.address for refresh in made.refreshes] == [Address.parse("action.mine")]
    world.apply(made)
    world.declare(action("other"))
    assert {refusal.rule for refusal in world.plan().refusals} == {"protected"}
    world.platform.close()


def test_a_likely_rename_is_suggested(tmp_path: Path) -> None:
    """A new name for the same thing, which nobody declared."""
    world = World(tmp_path)
    world.declare(action("mine"), action("other", uri="img:5"))
    world.converge()
    world.declare(action("yours"), action("other", uri="img:5"))
    (warning,) = world.plan().warnings
    assert warning.rule == "likely-rename"
    assert "renamed_from: mine" in warning.hint
    world.platform.close()


def test_a_drifted_resource_is_not_deleted_unasked(tmp_path: Path) -> None:
    """Somebody changed it: perhaps they want it."""
    from reconciler.domain.requests import UpdateActionRequest

    world = World(tmp_path)
    world.declare(action("mine"), action("other"))
    world.converge()
    world.platform.update_action("mine", UpdateActionRequest(description="by hand"))
    world.declare(action("other"))
    assert {refusal.rule for refusal in world.plan().refusals} == {"drifted"}
    assert world.plan(Permits(prune=True, drifted=True)).refusals == ()
    world.platform.close()


def test_what_could_not_be_brought_back_was_ours_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is missing, as long as nobody brings it back: a failed attempt forgets nothing."""
    with started(tmp_path) as world:
        world.converge()
        world.platform.delete_action("left")

        def refuse(*_: object, **__: object) -> None:
            raise InvalidRequest("not today", operation="create action")

        with monkeypatch.context() as patched:
            patched.setattr(world.platform, "create_action", refuse)
            world.apply(world.plan())
        (told,) = world.plan().drift
        assert (str(told.address), told.state) == ("action.left", DriftState.MISSING)


def test_what_an_apply_deleted_is_nobodys_drift(tmp_path: Path) -> None:
    """Cut off just after the deletion was sent, it leaves an intent behind, and the manifest comes back."""
    with started(tmp_path) as world:
        world.converge()
        world.declare(*(text for text in AFTER if "brand_new" not in text))
        # Steps: before and after the inventory is written, and before and after the deletion is sent.
        with pytest.raises(Killed):
            world.apply(world.plan(), Fuse(4))
        forgotten = world.plan()
        assert [(change.op, change.reason) for change in forgotten.changes] == [
            (Op.FORGET, "an apply that was cut off deleted it")
        ]
        world.declare(*AFTER)
        made = world.plan()
        assert [(str(change.address), change.op, change.reason) for change in made.changes] == [
            ("trigger.brand_new", Op.CREATE, "not on the platform")
        ]
        assert made.drift == ()


def test_what_a_cut_off_creation_left_to_do_is_nobodys_drift(tmp_path: Path) -> None:
    """An action that was made and not yet published: nobody took it back."""
    world = World(tmp_path)
    world.declare(action("hub").replace("{uri:", "{accessibility: action_hub, uri:"))
    # Steps: before and after the inventory is written, before and after the action is created, and then the next.
    with pytest.raises(Killed):
        world.apply(world.plan(), Fuse(5))
    made = world.plan()
    (told,) = made.drift
    assert (told.state, [field.pointer for field in made.changes[0].fields]) == (
        DriftState.PENDING,
        ["/spec/accessibility"],
    )
    world.converge()
    world.check_is_whole()
    world.platform.close()
