"""A world to apply in: manifests, a platform and an inventory, each of which a test may stop, break or go behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.apply.events import ApplyReport, Event, Outcome
from reconciler.apply.executor import execute
from reconciler.apply.keeping import Keeper
from reconciler.domain.live import server_id
from reconciler.domain.requests import CreateActionRequest
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InventoryMoved
from reconciler.inventory.document import Inventory, dumps, loads
from reconciler.manifests.loader import load
from reconciler.observe import observe, with_newer
from reconciler.plan.diff import plan
from reconciler.plan.model import Plan, Source
from reconciler.plan.permits import Permits

ID = "3f0c6d5e-0000-4000-8000-000000000001"
PRUNING = Permits(prune=True)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fuse:
    """Counts the steps of an apply and ends it at one of them; keeps what was sent."""

    at: int | None = None
    steps: int = 0
    sent: list[str] = field(default_factory=list)
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
            self._fuse.sent.append(repr((name, *arguments)))
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
        self.events: list[Event] = []

    def declare(self, *documents: str) -> None:
        """Replace all manifests."""
        text = "\n---\n".join(documents)
        (self.manifests / "all.yaml").write_text(text or "# nothing\n")

    def plan(self, permits: Permits = PRUNING) -> Plan:
        """Plan what the manifests say."""
        loading = load(["manifests"], root=self.manifests.parent)
        assert [each for each in loading.diagnostics if each.is_error and each.rule != "no-manifests"] == []
        inventory, _ = self.shelf.read()
        live = with_newer(observe(self.platform), self.platform)
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
        return execute(made, platform, plan_id="p", parallelism=1, emit=self.events.append, keeper=keeper)

    def converge(self) -> None:
        """Plan and apply as often as a person would: twice is enough."""
        made = self.plan()
        assert made.refusals == ()
        report = self.apply(made)
        assert {ending.outcome for ending in report.endings} <= {Outcome.APPLIED}

    def check_is_whole(self, *, forgotten: Collection[str] = ()) -> None:
        """Nothing is left to do, and the inventory is exactly what is live, but for what was forgotten."""
        made = self.plan()
        assert (made.changes, made.refusals, made.drift, made.refreshes) == ((), (), (), ())
        inventory, _ = self.shelf.read()
        live = observe(self.platform).records
        assert {at: entry.server_id for at, entry in inventory.entries.items()} == {
            at: server_id(record) for at, record in live.items() if str(at) not in forgotten
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
    action("let_be", more="lifecycle: {on_remove: forget}\n"),
    trigger("on_old", "old"),
    trigger("on_leaving", "leaving"),
    trigger("stale", "kept"),
)
#: What the second manifests let go and leave be.
FORGOTTEN = frozenset({"action.let_be"})

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
