"""Whatever is cut off, and wherever: the next run converges, and nothing is lost, doubled or orphaned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply.events import ApplyReport, Outcome
from reconciler.apply.executor import execute
from reconciler.apply.keeping import Keeper
from reconciler.domain.address import Address
from reconciler.domain.live import server_id
from reconciler.domain.requests import CreateActionRequest
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InventoryMoved
from reconciler.inventory.document import Inventory, dumps, loads
from reconciler.manifests.loader import load
from reconciler.observe import observe
from reconciler.plan.diff import plan
from reconciler.plan.model import DriftState, Op, Plan, Source
from reconciler.plan.permits import Permits

ID = "3f0c6d5e-0000-4000-8000-000000000001"
PRUNING = Permits(prune=True)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fuse:
    """Counts the steps of an apply and ends it at one of them."""

    at: int | None = None
    steps: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self) -> None:
        """Take a step; the last thing that happens when it is the one."""
        with self.lock:
            self.steps += 1
            is_last = self.at is not None and self.steps >= self.at
        if is_last:
            raise Killed


@dataclass
class Shelf:
    """Keeps an inventory as bytes, and only for writers that have read what is there."""

    content: bytes | None = None
    version: int = 0
    fuse: Fuse = field(default_factory=Fuse)

    def read(self) -> tuple[Inventory, str | None]:
        """Return what is there."""
        if self.content is None:
            return Inventory.new(ID), None
        return loads(self.content, name="shelf"), str(self.version)

    def write(self, inventory: Inventory, *, expected: str | None) -> str:
        """Write in the place of the expected version."""
        if expected != (None if self.content is None else str(self.version)):
            raise InventoryMoved("somebody else wrote it")
        self.fuse.step()
        self.content, self.version = dumps(inventory), self.version + 1
        self.fuse.step()
        return str(self.version)


class Fused:
    """A platform whose writes are steps: the process may end before or after each."""

    def __init__(self, platform: EmbeddedPlatform, fuse: Fuse) -> None:
        self._platform = platform
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._platform, name)
        if not name.startswith(("create_", "update_", "delete_", "set_")):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            self._fuse.step()
            answer = found(*arguments, **options)
            self._fuse.step()
            return answer

        return call


class World:
    """A folder of manifests, a platform and an inventory."""

    def __init__(self, folder: Path) -> None:
        self.manifests = folder / "manifests"
        self.manifests.mkdir()
        self.platform = EmbeddedPlatform.open(folder / "platform.sqlite3")
        self.shelf = Shelf()
        self.clock: Callable[[], float] = lambda: 0.0

    def declare(self, *documents: str) -> None:
        """Replace all manifests."""
        text = "\n---\n".join(documents)
        (self.manifests / "all.yaml").write_text(text or "# nothing\n")

    def plan(self, permits: Permits = PRUNING) -> Plan:
        """Plan what the manifests say."""
        loading = load(["manifests"], root=self.manifests.parent)
        assert [each for each in loading.diagnostics if each.is_error and each.rule != "no-manifests"] == []
        inventory, _ = self.shelf.read()
        live = observe(self.platform)
        return plan(loading.desired, live, source=Source("m"), inventory=inventory, permits=permits)

    def apply(self, made: Plan, fuse: Fuse | None = None) -> ApplyReport:
        """Apply a plan; the fuse may end it."""
        fuse = fuse or Fuse()
        self.shelf.fuse = fuse
        inventory, version = self.shelf.read()
        keeper = Keeper(
            self.shelf, inventory, version=version, apply_id="ap_1", now=lambda: datetime.now(UTC), clock=self.clock
        )
        platform: Any = Fused(self.platform, fuse)
        return execute(made, platform, plan_id="p", parallelism=1, emit=lambda event: None, keeper=keeper)

    def converge(self) -> None:
        """Plan and apply as often as a person would: twice is enough."""
        made = self.plan()
        assert made.refusals == ()
        report = self.apply(made)
        assert {ending.outcome for ending in report.endings} <= {Outcome.APPLIED}

    def check_is_whole(self) -> None:
        """Nothing is left to do, and the inventory is exactly what is live."""
        made = self.plan()
        assert (made.changes, made.refusals, made.drift, made.refreshes) == ((), (), (), ())
        inventory, _ = self.shelf.read()
        live = observe(self.platform).records
        assert {at: entry.server_id for at, entry in inventory.entries.items()} == {
            at: server_id(record) for at, record in live.items()
        }
        assert all(entry.intent is None for entry in inventory.entries.values())


def action(name: str, *, uri: str = "img:1", more: str = "") -> str:
    """Write an action's manifest."""
    head = f"apiVersion: reconciler/v1\nkind: Action\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{uri: '{uri}', parameters: {{api_token: {{default: hunter2}}}}}}\n{more}"


def trigger(name: str, on: str, *, more: str = "") -> str:
    """Write a trigger's manifest."""
    head = f"apiVersion: reconciler/v1\nkind: Trigger\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{action_name: {on}, required_inputs: ['*.bag']}}\n{more}"


BEFORE = (
    action("old"),
    action("kept"),
    action("leaving"),
    action("left"),
    trigger("on_old", "old"),
    trigger("on_leaving", "leaving"),
    trigger("stale", "kept"),
)
AFTER = (
    action("new", more="lifecycle: {renamed_from: old}\n"),
    action("kept", uri="img:2"),
    action("fresh", more=""),
    action("by_hand", uri="img:9", more="lifecycle: {adopt: true}\n"),
    action("same", more="lifecycle: {adopt: true}\n"),
    action("left"),
    trigger("on_old", "new"),
    trigger("brand_new", "fresh"),
)


@contextmanager
def started(folder: Path) -> Iterator[World]:
    """A world in which the first manifests are applied and the second ones declared."""
    world = World(folder)
    world.declare(*BEFORE)
    world.converge()
    world.check_is_whole()
    world.platform.create_action(CreateActionRequest(name="by_hand", uri="img:8"))
    by_manifest = load_one(folder, action("same"))
    world.platform.create_action(by_manifest)
    world.declare(*AFTER)
    yield world
    world.platform.close()


def load_one(folder: Path, text: str) -> CreateActionRequest:
    """Return the request that creates what a manifest says."""
    (folder / "one").mkdir(exist_ok=True)
    (folder / "one" / "one.yaml").write_text(text)
    (resource,) = load(["one"], root=folder).desired.resources.values()
    return CreateActionRequest.of(resource.address.name, resource.spec)  # type: ignore[arg-type]  # an action's


def steps_of(folder: Path, clock: Callable[[], float]) -> int:
    """Return how many steps the second apply takes when nothing ends it."""
    with started(folder) as world:
        world.clock = clock
        fuse = Fuse()
        made = world.plan()
        assert {change.op for change in made.changes} == {Op.ADOPT, Op.CREATE, Op.RENAME, Op.UPDATE, Op.DELETE}
        assert made.refusals == ()
        world.apply(made, fuse)
        world.check_is_whole()
    return fuse.steps


@pytest.mark.parametrize("pace", [1, 20], ids=["endings written at the end", "endings written one by one"])
def test_a_kill_at_any_step_is_made_good_by_the_next_run(tmp_path: Path, pace: int) -> None:
    """Create, update, rename, adopt and delete, ended before and after each write to the platform and the inventory."""
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
            world.check_is_whole()
            names = {str(address) for address in observe(world.platform).records}
            assert names == {
                "action.new", "action.kept", "action.fresh", "action.by_hand", "action.same", "action.left",
                "trigger.on_old", "trigger.brand_new",
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
        world.check_is_whole()


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
        assert observe(world.platform).records == {}


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
