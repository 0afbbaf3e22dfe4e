"""Whatever people do: a plan tells the truth, apply does exactly that, and what is not ours is left alone."""

from __future__ import annotations

import os
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from random import Random

import pytest

from reconciler.apply.events import ApplyReport, Outcome
from reconciler.domain.address import Address
from reconciler.domain.live import Live, LiveRecord, server_id
from reconciler.embedded.platform import LOCAL_CALLER
from reconciler.errors import InvalidManifests
from reconciler.inventory.document import Inventory
from reconciler.manifests.loader import load
from reconciler.observe import observe, with_newer
from reconciler.plan.diff import plan
from reconciler.plan.model import DriftState, Op, Plan, Request, SetAccessibility, Source
from reconciler.plan.permits import Permits
from reconciler.plan.planfile import document, dumps, loads, plan_id
from reconciler.render.markdown import plan_markdown
from tests.laws.owned_world import Fuse, Killed, World
from tests.laws.wandering import BEN, Manifests, by_hand

STEPS = 30

#: The last two meet what few walks do. With RECONCILER_EXPLORE=1 other walks than always, and more of them.
ALWAYS = (*range(14), 22, 206)
SEEDS = [secrets.randbits(32) for _ in range(300)] if os.environ.get("RECONCILER_EXPLORE") else ALWAYS


@dataclass
class Walk:
    """A walk through a world: what was done, and which resources are known to be ours."""

    world: World
    rng: Random
    manifests: Manifests
    ours: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def go(self) -> None:
        """Take a step."""
        step = self.rng.random()
        if step < 0.5:
            self.done.append(self.manifests.edit())
            self.world.declare(*self.manifests.texts())
        elif step < 0.65:
            self.done.append(by_hand(self.world.platform.as_caller(BEN), self.rng))
        else:
            self.plan_and_apply()

    def live(self) -> Live:
        """Return what is live."""
        return with_newer(observe(self.world.platform), self.world.platform)

    def inventory(self) -> Inventory:
        """Return the inventory."""
        return self.world.shelf.read()[0]

    def plan(self, permits: Permits) -> Plan | None:
        """Plan; what is not legal is taken back."""
        loading = load(["manifests"], root=self.world.manifests.parent)
        try:
            if any(each.is_error and each.rule != "no-manifests" for each in loading.diagnostics):
                raise InvalidManifests(loading.diagnostics)
            made = plan(loading.desired, self.live(), source=Source("m"), inventory=self.inventory(), permits=permits)
        except InvalidManifests:
            self.done.append("taken back")
            self.manifests.take_back()
            self.world.declare(*self.manifests.texts())
            return None
        self.manifests.keep()
        check_is_true(made, self.live(), self.inventory())
        return made

    def plan_and_apply(self) -> None:
        """Plan and apply, or be killed at it and plan and apply again."""
        permits = Permits.everything() if self.rng.random() < 0.8 else Permits()
        made = self.plan(permits)
        if made is None or made.refusals:
            return
        # Two steps for each write: the requests, and the inventory before and after.
        steps = 2 * (sum(len(change.requests) for change in made.changes) + 2)
        fuse = Fuse(self.rng.randint(1, steps) if self.rng.random() < 0.3 else None)
        self.apply(made, fuse)
        for _ in range(2):
            again = self.plan(permits)
            assert again is not None
            if again.refusals:
                return
            self.apply(again, Fuse())
        left = self.plan(permits)
        assert left is not None
        assert (left.changes, left.refusals, left.refreshes) == ((), (), ())
        assert [each.address for each in left.drift if each.address not in left.left_alone] == []

    def apply(self, made: Plan, fuse: Fuse) -> None:
        """Apply, and check that exactly what was planned has happened."""
        self.done.append(f"apply {[f'{each.op} {each.address}' for each in made.changes]} fuse {fuse.at}")
        before, report = self.live().records, None
        try:
            report = self.world.apply(made, fuse)
        except Killed:
            self.done.append("killed")
        after = self.live().records
        check_was_done(made, fuse, report)
        check_nothing_else_changed(made, before, after)
        self._learn(made, before, after, is_whole=report is not None)
        self._check_superset(after)

    def _learn(
        self, made: Plan, before: Mapping[Address, LiveRecord], after: Mapping[Address, LiveRecord], *, is_whole: bool
    ) -> None:
        """Take note of what is ours from now on, and of what is let go."""
        known = {server_id(record) for record in before.values()}
        self.ours |= {server_id(record) for record in after.values()} - known
        entries = self.inventory().entries
        for change in made.changes:
            if change.op is Op.ADOPT and is_whole:
                self.ours.add(server_id(before[change.address]))
            if change.op is Op.FORGET and change.address in before and change.address not in entries:
                self.ours.discard(server_id(before[change.address]))

    def _check_superset(self, after: Mapping[Address, LiveRecord]) -> None:
        """The inventory has everything that is ours, or that it was about to make."""
        entries = self.inventory().entries
        for address, record in after.items():
            if server_id(record) in self.ours:
                entry = entries[address]
                assert entry.server_id == server_id(record) or (entry.server_id is None and entry.intent is not None)


def check_is_true(made: Plan, live: Live, inventory: Inventory) -> None:
    """A plan touches what is ours alone, blames who did it, and survives its file and its formats."""
    for change in made.changes:
        record, entry = live.records.get(change.address), inventory.entries.get(change.address)
        if change.op in {Op.CREATE, Op.RENAME}:
            assert record is None
        if change.op in {Op.UPDATE, Op.DELETE}:
            assert record is not None
            assert entry is not None
            # One without an id was about to be made, and stands there just as it was to be made.
            assert entry.server_id == server_id(record) or entry.intent is not None
    for deviation in made.drift:
        if deviation.state in {DriftState.DRIFT, DriftState.BOTH}:
            assert (deviation.modified_by, bool(deviation.fields)) == (BEN.user_id, True)
    touched = [change.address for change in made.changes]
    assert len({*touched, *made.left_alone}) == len(touched) + len(made.left_alone)
    assert len({deviation.address for deviation in made.drift}) == len(made.drift)

    text = dumps(made)
    read = loads(text, file="plan.json")
    assert (dumps(read), plan_id(read)) == (text, plan_id(made))
    counts = Counter(change["change"]["actions"][0] for change in document(made)["resource_changes"])
    assert {op: counts[op] for op in Op} == made.counts()
    comment = plan_markdown(made)
    assert all(f"`{address}`" in comment for address in made.left_alone)
    assert "hunter" not in text + comment


def check_was_done(made: Plan, fuse: Fuse, report: ApplyReport | None) -> None:
    """What was sent is what was planned; a part of it where the apply was cut off."""
    planned = Counter(call_of(request) for change in made.changes for request in change.requests)
    sent = Counter(fuse.sent)
    assert sent <= planned
    if report is not None:
        assert [ending for ending in report.endings if ending.outcome is not Outcome.APPLIED] == []
        assert sent == planned


def call_of(request: Request) -> str:
    """Return the call that sends a request, as the fuse keeps it."""
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(request).__name__).lower()
    named = "set_action_accessibility" if isinstance(request, SetAccessibility) else method
    return repr((named, *(getattr(request, each.name) for each in fields(request))))


def check_nothing_else_changed(
    made: Plan, before: Mapping[Address, LiveRecord], after: Mapping[Address, LiveRecord]
) -> None:
    """What the plan sends nothing for is as it was."""
    touched = {change.address for change in made.changes if change.requests}
    assert {at: record for at, record in after.items() if at not in touched} == {
        at: record for at, record in before.items() if at not in touched
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_keeps_every_promise(tmp_path: Path, seed: int) -> None:
    """Through edits, changes by hand, applies and kills, in an order that the seed chooses."""
    rng = Random(seed)
    walk = Walk(World(tmp_path), rng, Manifests(rng))
    assert walk.world.platform.caller == LOCAL_CALLER
    try:
        for _ in range(STEPS):
            walk.go()
    except BaseException as error:
        error.add_note("\n".join(walk.done))
        raise
    finally:
        walk.world.platform.close()
