"""``Project``: load, validate, plan, apply and drift in Python, as the command line does them.

>>> from reconciler import Flags, Project
>>> project = Project.open(Flags(files=("examples/quickstart",), platform="embedded"))
>>> plan = project.plan()
>>> report = project.apply(plan)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.config import Flags, PlatformKind, Settings, resolve
from reconciler.errors import GuardRefused, InvalidManifests
from reconciler.opening import ignore, open_platform, open_reader
from reconciler.own_options import clock

if TYPE_CHECKING:
    from threading import Event as StopSignal

    from reconciler.apply.events import ApplyReport, Event
    from reconciler.applying import Apply
    from reconciler.domain.address import Address
    from reconciler.domain.live import Live
    from reconciler.domain.platform import Platform, PlatformReader
    from reconciler.inventory.document import Inventory
    from reconciler.manifests.cache import ValidationCache
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.known import Shared
    from reconciler.manifests.loader import Loading, Sources, Verdict
    from reconciler.plan.drift import Drift
    from reconciler.plan.model import Plan, Scope, Source
    from reconciler.plan.permits import Permits


def _nothing() -> None:
    """Do nothing."""


def _share(count: int, work: Callable[[int], bytes | None]) -> Shared | None:
    """Share work with a second process, whose module is only loaded for work that is worth it."""
    from reconciler.second_process import share

    return share(count, work)


class Project:
    """A folder of manifests and the platform they are for."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stdin: Callable[[], bytes] | None = None,
        warn: Callable[[str], None] = ignore,
    ) -> None:
        self.settings = settings
        self._now = now
        self._warn = warn
        # A plan that is made again needs what was read once more.
        self._stdin = None if stdin is None else cache(stdin)

    @classmethod
    def open(
        cls,
        flags: Flags | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: Callable[[], bytes] | None = None,
        warn: Callable[[str], None] = ignore,
    ) -> Project:
        """Resolve the settings as the command line does and return the project; ``warn`` is told what it meets.

        Raises:
            ConfigurationError: A setting is wrong.
            InvalidManifests: The project file has errors.
        """
        environ = os.environ if environ is None else environ
        settings = resolve(flags or Flags(), environ=environ, cwd=cwd or Path.cwd())
        return cls(settings, now=clock(environ), stdin=stdin, warn=warn)

    def validate(self) -> Verdict:
        """Return what is in the manifests and every problem with them; no platform is asked."""
        from reconciler.manifests.loader import validate

        cache = self._cache()
        verdict = validate(
            self.settings.paths,
            root=self.settings.root,
            exclude=self.settings.exclude,
            cache=cache,
            stdin=self._stdin,
            share=_share,
            layer=self.settings.layer,
        )
        if cache is not None:
            cache.save()
        return replace(verdict, diagnostics=self.settings.each_as_seen(verdict.diagnostics))

    def lint(self, rules: Collection[str] | None = None) -> Verdict:
        """Return what the lint rules of these names find, the default ones where none are given.

        Manifests that are missing or not valid are not judged further: what ``validate`` says is returned.
        """
        from reconciler.manifests.lint.check import lint, manifests_of
        from reconciler.manifests.loader import Verdict

        sources, cache = self._sources(), self._cache()
        loading = self._load_all(sources, cache)
        is_empty = not (loading.desired.resources or loading.sets)
        is_broken = is_empty or any(diagnostic.is_error for diagnostic in loading.diagnostics)
        diagnostics = loading.diagnostics if is_broken else lint(manifests_of(loading, sources.found), rules=rules)
        return Verdict(loading.counts, self.settings.each_as_seen(diagnostics), loading.files)

    def now(self) -> datetime:
        """Return the time, or what ``SOURCE_DATE_EPOCH`` pins it to."""
        return self._now()

    def reader(self) -> PlatformReader:
        """Open the platform to look at it.

        Raises:
            ConfigurationError: No platform was named, or its configuration cannot be read.
        """
        return open_reader(self.settings, warn=self._warn)

    def load(self) -> Loading:
        """Read and check the manifests.

        Raises:
            InvalidManifests: With every problem of every file.
        """
        return self._load(self._sources(), self._cache())

    def understood(self) -> Desired:
        """Return what the manifests ask for as far as it can be understood; what is wrong with them is not told."""
        return self._load_all(self._sources(), self._cache()).desired

    def plan(self, scope: Scope | None = None, *, permits: Permits | None = None) -> Plan:
        """Compare the manifests with live state and decide what would be sent; what guards refuse is part of the plan.

        Raises:
            InvalidManifests: The manifests have errors, alone or against what is live.
            GuardRefused: The plan would do what a guard forbids.
            PlatformError: Live state could not be read.
        """
        return self._planned(scope, permits=permits, may_be_empty=True)

    def _planned(self, scope: Scope | None, *, permits: Permits | None, may_be_empty: bool) -> Plan:
        """Plan; where something is ours it ``may_be_empty`` what is declared, for a guard to judge."""
        from reconciler.manifests.loader import is_all
        from reconciler.observe import Observation
        from reconciler.plan.model import InventoryRef
        from reconciler.plan.references import foreign_references
        from reconciler.plan.removals import may_delete_actions
        from reconciler.plan_memory import PlanMemory

        # A remote platform is listed while the manifests load. The embedded one is not: it would only compete with
        # loading for the interpreter.
        ahead = self.settings.platform is PlatformKind.ROBOTO
        sources, cache = self._sources(), self._cache()
        inventory = self._inventory()
        known_by = None if inventory is None else InventoryRef(inventory.id, inventory.serial)
        # With an inventory, what a part of the manifests says is not all that counts.
        is_part = inventory is not None and bool(self.settings.given)
        memory = PlanMemory(None if is_part else cache, manifests_digest=sources.digest, inventory=known_by)
        with Observation(self.reader) as observation:
            if memory and (scope is None or scope.is_everything):
                source = self._source(sources.digest)
                if known := memory.plan(observation.glance(), source=source, created=self._now()):
                    return known
            loading = self._load(
                sources,
                cache,
                underway=observation.begin if ahead else _nothing,
                may_be_empty=may_be_empty and inventory is not None and bool(inventory.entries) and self._is_whole,
            )
            is_whole = is_all(sources, loading)
            del sources  # the texts of all manifests
            references = foreign_references(loading.desired)
            asks_newer = inventory is not None and may_delete_actions(loading.desired, inventory)
            live = observation.live(references, parallelism=self.settings.parallelism, newer=asks_newer)
            plan = self._plan(loading.desired, live, scope, inventory=inventory, permits=permits)
        if is_whole:
            memory.remember(plan, live)
        return plan

    def drift(self, scope: Scope | None = None) -> Drift:
        """Return where live state differs from the manifests and who modified it; nothing is written."""
        from reconciler.plan.drift import Drift
        from reconciler.plan.permits import Permits

        return Drift.of(self._planned(scope, permits=Permits.everything(), may_be_empty=False))

    def apply(
        self,
        plan: Plan,
        *,
        emit: Callable[[Event], None] = ignore,
        stop: StopSignal | None = None,
        recheck: bool = False,
        lock_timeout: float = 0.0,
        command: str = "apply",
        again: Callable[[], Plan] | None = None,
    ) -> ApplyReport:
        """Send the requests of a plan and return how each change ended; ``emit`` is told while it happens.

        With ``recheck`` everything the plan touches is looked at once more before anything is sent, and so it is when
        somebody else has applied since the plan was made; ``again`` then makes a new one to be applied instead, while
        the lock is held. ``lock_timeout`` is in seconds; ``command`` is what the journal calls it.

        Raises:
            GuardRefused: A guard refuses the plan, or it was made for another place.
            StalePlan: Something moved since the plan was made.
            Locked: Somebody else is applying.
            InventoryMoved: Somebody else wrote the inventory while this was applied.
        """
        from reconciler.apply.events import ApplyReport
        from reconciler.ledger import open_ledger
        from reconciler.plan.model import InventoryRef
        from reconciler.plan.refusing import refuse_other_inventory, refuse_refused

        refuse_refused(plan)
        ledger = open_ledger(self.settings)
        if ledger is None:
            if plan.inventory is not None:
                raise GuardRefused("the plan was made with an inventory, and here is none", hint="plan again")
            ready = self._confirmed(plan) if recheck else plan
            with closing(open_platform(self.settings)) as platform:
                return self._apply(ready, platform, emit, stop, command).without_ledger()
        with ledger.locked(command, timeout=lock_timeout) as held:
            inventory, _ = ledger.store.read()
            has_moved = plan.inventory != InventoryRef(inventory.id, inventory.serial)
            if has_moved and again is not None:
                plan, has_moved = again(), False
                refuse_refused(plan)
                if plan.is_empty and not plan.refreshes:
                    return ApplyReport((), left_alone=plan.left_alone)
            refuse_other_inventory(plan, inventory)
            ready = self._confirmed(plan) if recheck or has_moved else plan
            with closing(open_platform(self.settings)) as platform:
                return self._apply(ready, platform, emit, stop, command).with_ledger(ledger, held)

    def _apply(
        self, plan: Plan, platform: Platform, emit: Callable[[Event], None], stop: StopSignal | None, command: str
    ) -> Apply:
        from reconciler.applying import Apply

        return Apply(plan, platform, self.settings.parallelism, emit, stop, self._now, command)

    def _confirmed(self, plan: Plan) -> Plan:
        from reconciler.plan.permits import Permits
        from reconciler.standing import confirm_current

        def plan_again() -> Plan:
            return self.plan(plan.scope, permits=Permits.everything())

        return confirm_current(plan, settings=self.settings, plan_again=plan_again)

    def _inventory(self) -> Inventory | None:
        from reconciler.ledger import open_ledger

        ledger = open_ledger(self.settings)
        return None if ledger is None else ledger.store.read()[0]

    def _sources(self) -> Sources:
        from reconciler.manifests.loader import find

        its = self.settings
        return find(its.paths, root=its.root, exclude=its.exclude, stdin=self._stdin, layer=its.layer)

    def _load_all(
        self, sources: Sources, cache: ValidationCache | None, *, underway: Callable[[], None] = _nothing
    ) -> Loading:
        from reconciler.manifests.loader import load_found

        loading = load_found(sources, root=self.settings.root, cache=cache, share=_share, underway=underway)
        if cache is not None:
            cache.save()
        return loading

    @property
    def _is_whole(self) -> bool:
        """True when what is read is all that the project declares: standard input has no files besides it."""
        return not self.settings.given or "-" in self.settings.given

    def _load(
        self,
        sources: Sources,
        cache: ValidationCache | None,
        *,
        underway: Callable[[], None] = _nothing,
        may_be_empty: bool = False,
    ) -> Loading:
        loading = self._load_all(sources, cache, underway=underway)
        diagnostics = self.settings.each_as_seen(loading.diagnostics)
        if may_be_empty:
            diagnostics = tuple(each for each in diagnostics if each.rule != "no-manifests")
        if any(diagnostic.is_error for diagnostic in diagnostics):
            raise InvalidManifests(diagnostics)
        return replace(loading, diagnostics=diagnostics, desired=self._located_as_seen(loading.desired))

    def _plan(
        self,
        desired: Desired,
        live: Live,
        scope: Scope | None,
        *,
        inventory: Inventory | None,
        permits: Permits | None,
    ) -> Plan:
        from reconciler.plan.diff import plan
        from reconciler.plan.model import Scope
        from reconciler.plan.permits import Permits
        from reconciler.plan.refusing import refuse_other_organization

        elsewhere: frozenset[Address] = frozenset()
        claimed: Mapping[Address, str] = {}
        if inventory is not None:
            refuse_other_organization(inventory, live.identity)
            elsewhere = self._elsewhere(desired, inventory)
            inventory = inventory.without(*elsewhere)
            claimed = self._claimed(desired, live, inventory)
        made = plan(
            desired,
            live,
            source=self._source(desired.digest),
            scope=scope or Scope(),
            created=self._now(),
            inventory=inventory,
            permits=self._within_limits(permits or Permits()),
            claimed=claimed,
        )
        return replace(made, unmanaged=tuple(each for each in made.unmanaged if each.address not in elsewhere))

    def _elsewhere(self, desired: Desired, inventory: Inventory) -> frozenset[Address]:
        """Return what is ours and declared in files of the project that were not given: it has not left git."""
        from reconciler.manifests.loader import load

        left = frozenset(inventory.entries.keys() - desired.resources.keys())
        if self._is_whole or not left:
            return frozenset()
        its = self.settings
        loading = load(its.declared, root=its.root, exclude=its.exclude, layer=its.layer)
        # What cannot be read may declare any of them.
        is_read = not any(diagnostic.is_error for diagnostic in loading.diagnostics)
        return left & loading.desired.resources.keys() if is_read else left

    def _claimed(self, desired: Desired, live: Live, inventory: Inventory) -> Mapping[Address, str]:
        """Return what of all that is to be adopted belongs to other projects; nobody looks where nothing is."""
        from reconciler.domain.live import server_id
        from reconciler.inventory.neighbours import claimed
        from reconciler.ledger import open_ledger

        ids = {at: entry.server_id for at, entry in inventory.entries.items()}
        wanted = [at for at, each in desired.resources.items() if each.lifecycle.adopt and at in live.records]
        adopts = any(ids.get(at) != server_id(live.records[at]) for at in wanted)
        ledger = open_ledger(self.settings) if adopts else None
        return {} if ledger is None else claimed(ledger.store, live)

    def _within_limits(self, permits: Permits) -> Permits:
        """Return the permits with the limits of this project and environment."""
        guards = self.settings.guards
        most, percent = guards.most_deletions, guards.most_deletions_percent
        return replace(permits, most_deletions=most, most_percent=percent)

    def _source(self, manifests_digest: str) -> Source:
        from reconciler.checkout import checkout_of
        from reconciler.plan.model import Source

        checkout = checkout_of(self.settings.root)
        return Source(
            manifests_digest=manifests_digest,
            paths=self.settings.given,
            commit=checkout.commit,
            dirty=checkout.dirty,
        )

    def _located_as_seen(self, desired: Desired) -> Desired:
        settings, locate = self.settings, desired.locate
        return replace(
            desired,
            warnings=settings.each_as_seen(desired.warnings),
            locate=lambda resource, pointer: settings.as_seen(locate(resource, pointer)),
        )

    def _cache(self) -> ValidationCache | None:
        if self.settings.cache_dir is None or "-" in self.settings.paths:
            return None
        from reconciler.manifests.loader import open_cache

        return open_cache(self.settings.cache_dir, project=str(self.settings.root))
