"""Applies a plan: sends what it says, in the order its dependencies ask for, and tells every step as an event.

Worker threads only call the platform. The thread that called :func:`execute` owns the schedule, the events and the
report, so events come one at a time and, with one worker, always in the same order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from reconciler.apply.crew import Crew, Done
from reconciler.apply.delivery import PLAN_AGAIN, Delivery
from reconciler.apply.dispatch import deliver
from reconciler.apply.events import (
    ApplyEnded,
    ApplyReport,
    ApplyStarted,
    ChangeEnded,
    ChangeStarted,
    Event,
    Outcome,
)
from reconciler.apply.interrupts import first_interrupt_sets
from reconciler.apply.keeping import Keeper
from reconciler.apply.schedule import CYCLE, Schedule
from reconciler.domain.address import Address
from reconciler.domain.platform import Platform
from reconciler.errors import (
    InventoryMoved,
    InventoryUnavailable,
    NotAllowed,
    NotAuthenticated,
    OutcomeUnknown,
    PlatformUnavailable,
    TooManyRequests,
)
from reconciler.plan.model import Change, Plan

#: After so many changes in a row that found no working platform, nothing more is sent.
UNANSWERED_LIMIT: Final = 5

_INTERRUPTED: Final = "interrupted"
_LOST: Final = "not sent: somebody else wrote the inventory"
_UNKEPT: Final = "not sent: the inventory cannot be written"
_NOT_AUTHENTICATED: Final = "not sent: the platform does not know the caller"
_UNAVAILABLE: Final = f"not sent: the platform did not answer {UNANSWERED_LIMIT} changes in a row"


def execute(
    plan: Plan,
    platform: Platform,
    *,
    plan_id: str,
    parallelism: int = 16,
    emit: Callable[[Event], None],
    stop: threading.Event | None = None,
    clock: Callable[[], float] = time.monotonic,
    keeper: Keeper | None = None,
) -> ApplyReport:
    """Send the requests of a plan with at most ``parallelism`` changes under way at once.

    A change starts when everything it depends on was applied; one that failed takes its dependents with it and leaves
    the others alone. When ``stop`` is set, or at the first Ctrl-C, nothing more is sent and what is under way is
    waited for; a second Ctrl-C stops waiting. ``clock`` gives seconds. ``keeper`` keeps the inventory, if there is one.

    Raises:
        ValueError: ``parallelism`` is less than 1.
        InventoryMoved: Somebody else wrote the inventory: nothing more was sent, and the events said what was.
        InventoryUnavailable: The inventory cannot be written any more: likewise.
    """
    if parallelism < 1:
        raise ValueError(f"parallelism must be at least 1, not {parallelism}")
    stop = stop or threading.Event()
    started = clock()
    if keeper is not None:
        keeper.begin(plan)
    emit(ApplyStarted(plan_id, total=len(plan.changes)))
    with first_interrupt_sets(stop):
        run = _Run(plan, emit=emit, stop=stop, keeper=keeper)
        org_id = plan.identity.org_id
        crew = Crew(lambda change: deliver(change, platform, org_id=org_id, stop=stop), clock=clock)
        try:
            run.drive(crew, parallelism=parallelism)
        except KeyboardInterrupt:
            run.give_up()
        finally:
            crew.dismiss()
    run.finish()
    report = run.report()
    emit(_ended(report, seconds=clock() - started))
    if run.lost is not None:
        raise run.lost
    return report


class _Run:
    """The state of one apply, touched by the calling thread alone."""

    def __init__(
        self, plan: Plan, *, emit: Callable[[Event], None], stop: threading.Event, keeper: Keeper | None
    ) -> None:
        self._schedule = Schedule(plan.changes)
        self._left_alone = plan.left_alone
        self._emit = emit
        self._stop = stop
        self._under_way: dict[Address, Change] = {}
        self._endings: list[ChangeEnded] = []
        self._halted = ""
        self._unanswered = 0
        self._keeper = keeper
        self.lost: InventoryMoved | InventoryUnavailable | None = None

    def drive(self, crew: Crew, *, parallelism: int) -> None:
        """Start what may start, record what ends, until nothing is left."""
        while True:
            self._start_ready(crew, parallelism=parallelism)
            if not self._under_way:
                break
            done = self._wait(crew)
            if done is not None:
                self._record(done)
        self._skip(self._schedule.abandon(), reason=self._reason_to_halt() or CYCLE)

    def give_up(self) -> None:
        """Stop waiting: what is under way may or may not land."""
        self._stop.set()
        for change in list(self._under_way.values()):
            self._end(change, Delivery(Outcome.UNKNOWN, 0, "interrupted while under way", PLAN_AGAIN))
        self._skip(self._schedule.abandon(), reason=_INTERRUPTED)

    def finish(self) -> None:
        """Write what the inventory has not been told yet."""
        if self._keeper is not None:
            self._guarded(self._keeper.finish)

    def report(self) -> ApplyReport:
        """Return every ending so far."""
        return ApplyReport(tuple(self._endings), interrupted=self._stop.is_set(), left_alone=self._left_alone)

    def _start_ready(self, crew: Crew, *, parallelism: int) -> None:
        while len(self._under_way) < parallelism and not self._reason_to_halt():
            if self._keeper is not None:
                self._guarded(self._keeper.check)
                if self.lost is not None:
                    return
            change = self._schedule.start()
            if change is None:
                return
            self._under_way[change.address] = change
            self._emit(ChangeStarted(change.address, change.op))
            crew.take_on(change, workers=parallelism)

    def _wait(self, crew: Crew) -> Done | None:
        try:
            return crew.next_done()
        except KeyboardInterrupt:
            if self._stop.is_set():
                raise
            self._stop.set()
            return None

    def _record(self, done: Done) -> None:
        if done.delivery is None:
            assert done.bug is not None
            raise done.bug
        self._end(done.change, done.delivery, seconds=done.seconds)
        self._judge_platform(done.delivery)
        if done.delivery.outcome is Outcome.APPLIED:
            self._schedule.applied(done.change)
            return
        self._skip(self._schedule.fail(done.change), reason=_why_dependents(done.change, done.delivery))

    def _judge_platform(self, delivery: Delivery) -> None:
        """Halt when going on would only repeat the same failure."""
        if isinstance(delivery.error, NotAuthenticated):
            self._halted = _NOT_AUTHENTICATED
        unanswered = isinstance(delivery.error, PlatformUnavailable | TooManyRequests | OutcomeUnknown)
        self._unanswered = self._unanswered + 1 if unanswered else 0
        if self._unanswered >= UNANSWERED_LIMIT and not self._halted:
            self._halted = _UNAVAILABLE

    def _reason_to_halt(self) -> str:
        return _INTERRUPTED if self._stop.is_set() else self._halted

    def _skip(self, changes: Iterable[Change], *, reason: str) -> None:
        for change in changes:
            self._end(change, Delivery(Outcome.SKIPPED, 0, reason))

    def _end(self, change: Change, delivery: Delivery, *, seconds: float = 0.0) -> None:
        self._under_way.pop(change.address, None)
        ending = ChangeEnded(
            change.address,
            change.op,
            delivery.outcome,
            requests_done=delivery.done,
            requests_total=len(change.requests),
            reason=delivery.reason,
            hint=delivery.hint,
            seconds=seconds,
            denied=isinstance(delivery.error, NotAuthenticated | NotAllowed),
        )
        self._endings.append(ending)
        keeper = self._keeper
        if keeper is not None:
            self._guarded(lambda: keeper.keep(change, delivery))
        self._emit(ending)

    def _guarded(self, write: Callable[[], None]) -> None:
        """Write to the inventory; when somebody else has, or it cannot be, send nothing more."""
        if self.lost is not None:
            return
        try:
            write()
        except (InventoryMoved, InventoryUnavailable) as error:
            self.lost = error
            self._halted = _LOST if isinstance(error, InventoryMoved) else _UNKEPT


def _why_dependents(change: Change, delivery: Delivery) -> str:
    if delivery.outcome is Outcome.UNKNOWN:
        return f"the outcome of {change.address} is unknown"
    if delivery.outcome is Outcome.SKIPPED:
        return delivery.reason
    return f"{change.address} failed"


def _ended(report: ApplyReport, *, seconds: float) -> ApplyEnded:
    return ApplyEnded(
        applied=report.count(Outcome.APPLIED),
        failed=report.count(Outcome.FAILED),
        skipped=report.count(Outcome.SKIPPED),
        unknown=report.count(Outcome.UNKNOWN),
        interrupted=report.interrupted,
        left_alone=len(report.left_alone),
        seconds=seconds,
    )
