"""Schedules: each time fires once, whoever looks, and what older clients see of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.datasets import CreateDatasetRequest
from reconciler.domain.inputs import FileSelector, InvocationInput
from reconciler.domain.invocations import InvocationRecord, InvocationSource
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest
from reconciler.domain.scheduled_triggers import (
    CreateScheduledTriggerRequest,
    ScheduledTriggerRecord,
    UpdateScheduledTriggerRequest,
)
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    InvokeActionTarget,
    Schedule,
    UpdateTargetedTriggerRequest,
)
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.embedded.access import Caller
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.scheduler import Scheduler
from reconciler.errors import Conflict, InvalidRequest, NotFound
from tests.embedded.running import in_background
from tests.embedded.test_processes import started

START: Final = datetime(2026, 9, 1, 5, 30, tzinfo=UTC)
SIX: Final = START.replace(hour=6, minute=0)
DAY: Final = timedelta(days=1)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """The platform's clock, at half past five."""
    return Clock()


@pytest.fixture
def platform(path: Path, clock: Clock) -> Iterator[EmbeddedPlatform]:
    """A platform with an action to invoke."""
    opened = EmbeddedPlatform.open(path, clock=clock)
    opened.create_action(CreateActionRequest(name="report", uri="img:1", parameters=[ActionParameter(name="day")]))
    yield opened
    opened.close()


def create(platform: EmbeddedPlatform, **members: Any) -> ScheduledTriggerRecord:
    """Create a trigger that fires at six o'clock."""
    defaults: dict[str, Any] = {"name": "daily", "schedule": "0 6 * * *", "action_name": "report"}
    return platform.targeted_triggers.create_scheduled(CreateScheduledTriggerRequest(**(defaults | members)))


def invocations(platform: EmbeddedPlatform) -> tuple[InvocationRecord, ...]:
    """Return what was invoked, newest first."""
    return platform.query_invocations(QuerySpecification()).items


def test_a_schedule_fires_when_its_time_has_come(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Not before, and once."""
    trigger = create(platform, parameter_values={"day": "{{schedule.scheduled_for}}"}, timeout=7)
    assert trigger.next_occurrence == SIX
    assert platform.run_due() == 0

    clock.time = SIX
    assert (platform.run_due(), platform.run_due()) == (1, 0)

    (made,) = invocations(platform)
    assert (made.provenance.source.source_type, made.provenance.source.source_id) == (
        InvocationSource.Trigger,
        trigger.trigger_id,
    )
    assert made.parameter_values == {"day": "2026-09-01T06:00:00Z"}
    assert (made.timeout, made.data_source.is_unspecified(), made.input_data) == (7, True, [])
    assert platform.targeted_triggers.get_scheduled_named("daily").next_occurrence == SIX + DAY


def test_every_time_fires(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Whoever looks often enough misses none."""
    create(platform, schedule="*/10 * * * *")

    for minutes in range(0, 61, 5):
        clock.time = START + timedelta(minutes=minutes)
        platform.run_due()

    assert len(invocations(platform)) == 6


def test_missed_times_are_made_up_for_by_the_latest(platform: EmbeddedPlatform, clock: Clock) -> None:
    """A platform that was off for days does not start a hundred runs."""
    create(platform, parameter_values={"day": "{{schedule.scheduled_for}}"})
    clock.time = SIX + 3 * DAY + timedelta(hours=2)

    assert platform.run_due() == 1

    (made,) = invocations(platform)
    assert made.parameter_values == {"day": "2026-09-04T06:00:00Z"}
    assert platform.targeted_triggers.get_scheduled_named("daily").next_occurrence == SIX + 4 * DAY


def test_a_disabled_schedule_does_not_fire_and_catches_nothing_up(platform: EmbeddedPlatform, clock: Clock) -> None:
    """What passes while it is disabled has passed."""
    trigger = create(platform, enabled=False)
    assert trigger.next_occurrence is None
    clock.time = SIX + DAY
    assert platform.run_due() == 0

    enabled = platform.targeted_triggers.update_scheduled(
        trigger.trigger_id, UpdateScheduledTriggerRequest(enabled=True)
    )

    assert platform.run_due() == 0
    assert enabled.next_occurrence == SIX + 2 * DAY


def test_another_schedule_counts_from_now_and_other_changes_do_not(platform: EmbeddedPlatform, clock: Clock) -> None:
    """An edit of the parameters at one past six, before anybody looked, does not swallow six o'clock."""
    trigger = create(platform)
    clock.time = SIX + timedelta(minutes=1)
    triggers = platform.targeted_triggers

    kept = triggers.update_scheduled(trigger.trigger_id, UpdateScheduledTriggerRequest(parameter_values={"day": "x"}))
    assert kept.next_occurrence == SIX
    moved = triggers.update_scheduled(trigger.trigger_id, UpdateScheduledTriggerRequest(schedule="0 7 * * *"))
    assert moved.next_occurrence == SIX + timedelta(hours=1)


def test_a_restart_fires_nothing_again(path: Path, platform: EmbeddedPlatform, clock: Clock) -> None:
    """What was fired is in the file."""
    create(platform)
    clock.time = SIX
    platform.run_due()
    platform.close()

    again = EmbeddedPlatform.open(path, clock=clock)

    assert again.run_due() == 0
    assert len(invocations(again)) == 1
    again.close()


def test_many_at_once_fire_once(path: Path, platform: EmbeddedPlatform, clock: Clock) -> None:
    """Several schedulers on one file do not multiply a schedule's times."""
    for number in range(10):
        create(platform, name=f"daily_{number}")
    clock.time = SIX
    others = [EmbeddedPlatform.open(path, clock=clock) for _ in range(4)]
    together = threading.Barrier(len(others))

    def run(other: EmbeddedPlatform) -> int:
        together.wait()
        return other.run_due()

    with ThreadPoolExecutor(len(others)) as pool:
        fired = list(pool.map(run, others))

    assert sum(fired) == 10
    assert len(invocations(platform)) == 10
    for other in others:
        other.close()


def test_processes_fire_a_schedule_once(path: Path, platform: EmbeddedPlatform, clock: Clock) -> None:
    """Each of them finds it due, and one fires it."""
    create(platform, schedule="* * * * *")
    clock.time = START + timedelta(minutes=5)
    program = "from datetime import datetime\nplatform._clock = lambda: datetime.fromisoformat(sys.argv[2])\n"
    at = clock.time.isoformat()

    ended = [process.communicate() for process in [started(f"{program}platform.run_due()", path, at) for _ in "ab"]]

    assert [errors for _, errors in ended] == ["", ""]
    assert len(invocations(platform)) == 1


def test_a_run_that_cannot_start_is_recorded_and_the_next_time_tries_again(
    platform: EmbeddedPlatform, clock: Clock
) -> None:
    """The schedule goes on, and others are not held up."""
    trigger = create(platform, parameter_values={"ghost": "1"})
    create(platform, name="other")
    clock.time = SIX
    assert platform.run_due() == 2
    assert [made.provenance.action.name for made in invocations(platform)] == ["report"]

    triggers = platform.targeted_triggers
    triggers.update_scheduled(trigger.trigger_id, UpdateScheduledTriggerRequest(parameter_values=None))
    clock.time = SIX + DAY
    platform.run_due()

    records = triggers.scheduled_evaluations("daily").items
    assert [record.status.value for record in records] == ["evaluated", "failed"]
    assert records[0].outcome is not None
    assert "ghost" in str(records[1].status_detail)
    assert records[0].evaluation_start > records[1].evaluation_start


def test_a_condition_on_the_schedule_is_asked(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Only the newer shape can say it; the time passes, and nothing is invoked."""
    early = Condition(field="scheduled_for", comparator=Comparator.LessThan, value="2026-09-02T00:00:00Z")
    platform.targeted_triggers.create(
        CreateTargetedTriggerRequest(
            name="first_day",
            fires_on=Schedule(cron="0 6 * * *"),
            condition=early,
            targets=[InvokeActionTarget(target_id="t", action=ActionReference(name="report"))],
        )
    )

    for days in range(3):
        clock.time = SIX + days * DAY
        assert platform.run_due() == 1

    assert len(invocations(platform)) == 1
    with pytest.raises(NotFound):
        platform.targeted_triggers.get_scheduled_named("first_day")


def test_inputs_of_one_dataset_make_it_the_source(platform: EmbeddedPlatform, clock: Clock) -> None:
    """Outputs of the run then have somewhere to go."""
    dataset = platform.create_dataset(CreateDatasetRequest(name="maps"))
    chosen = InvocationInput(files=FileSelector(dataset_id=dataset.dataset_id, paths=["*.osm"]))
    create(platform, invocation_input=chosen)
    clock.time = SIX
    platform.run_due()

    (made,) = invocations(platform)
    assert made.data_source.data_source_id == dataset.dataset_id
    assert made.input_data == ["*.osm"]
    assert made.rich_input_data == chosen


def test_a_scheduler_fires_by_itself(platform: EmbeddedPlatform) -> None:
    """It looks as soon as it is run, and ends when asked to."""
    create(platform)
    looked_again, calls = threading.Event(), iter(range(1, 1000))

    def clock() -> datetime:
        # Two looks for the first schedule, and a third once it was fired.
        if next(calls) == 3:
            looked_again.set()
        return SIX

    scheduler = Scheduler(platform._store, now=clock)
    (thread,) = in_background(scheduler.run)
    assert looked_again.wait(timeout=60)
    scheduler.stop()
    thread.join(60)

    assert len(invocations(platform)) == 1


def test_scheduled_triggers_are_read_changed_and_deleted(platform: EmbeddedPlatform, clock: Clock) -> None:
    """The shape of older clients, over triggers of the newer one."""
    triggers = platform.targeted_triggers
    created = create(platform, parameter_values={"day": "a"})
    assert triggers.get_scheduled(created.trigger_id) == created
    assert isinstance(triggers.get(created.trigger_id).fires_on, Schedule)

    clock.time = START + timedelta(minutes=1)
    changed = triggers.update_scheduled(
        created.trigger_id, UpdateScheduledTriggerRequest(timeout=9, parameter_values=None, enabled=False)
    )
    assert (changed.timeout, changed.parameter_values, changed.enabled) == (9, {}, False)
    assert (changed.schedule, changed.modified) == ("0 6 * * *", clock.time)
    assert triggers.get_scheduled_named("daily") == changed

    triggers.delete_scheduled(created.trigger_id)
    with pytest.raises(NotFound):
        triggers.get_scheduled(created.trigger_id)


def test_a_change_in_the_newer_shape_shows_in_the_older(platform: EmbeddedPlatform) -> None:
    """There is one trigger, whoever writes it."""
    created = create(platform)

    platform.targeted_triggers.update(
        created.trigger_id, UpdateTargetedTriggerRequest(name="hourly", fires_on=Schedule(cron="0 * * * *"))
    )

    seen = platform.targeted_triggers.get_scheduled_named("hourly")
    assert (seen.trigger_id, seen.schedule) == (created.trigger_id, "0 * * * *")


def test_names_are_shared_with_other_triggers(platform: EmbeddedPlatform) -> None:
    """One organization, one name, one trigger."""
    create(platform)
    older = CreateTriggerRequest(
        name="daily", action_name="report", required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.Dataset
    )

    with pytest.raises(Conflict):
        create(platform)
    with pytest.raises(Conflict):
        platform.create_trigger(older)


def test_triggers_on_events_are_no_scheduled_ones(platform: EmbeddedPlatform) -> None:
    """Asked for as one, a trigger on events is not there."""
    record = platform.create_trigger(
        CreateTriggerRequest(
            name="on_bag", action_name="report", required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.Dataset
        )
    )

    with pytest.raises(NotFound):
        platform.targeted_triggers.get_scheduled(record.trigger_id)
    with pytest.raises(NotFound):
        platform.targeted_triggers.delete_scheduled(record.trigger_id)
    assert platform.get_trigger("on_bag") == record


def test_bad_requests_are_refused(platform: EmbeddedPlatform) -> None:
    """An unknown action, an illegal name, an impossible time limit."""
    with pytest.raises(NotFound):
        create(platform, action_name="ghost")
    with pytest.raises(InvalidRequest, match="name"):
        create(platform, name="scheduled")
    with pytest.raises(InvalidRequest, match="timeout"):
        create(platform, timeout=0)
    with pytest.raises(ValueError, match="five fields"):
        create(platform, schedule="@daily")


def test_strangers_see_no_schedules(platform: EmbeddedPlatform) -> None:
    """A trigger is known to members of its organization only."""
    created = create(platform)
    stranger = platform.as_caller(Caller("bob", "og_theirs")).targeted_triggers

    for attempt in (stranger.get_scheduled, stranger.delete_scheduled, stranger.get, stranger.delete):
        with pytest.raises(NotFound):
            attempt(created.trigger_id)
    with pytest.raises(NotFound):
        stranger.get_scheduled_named("daily", owner=created.org_id)


def test_an_action_in_use_by_a_schedule_stays(platform: EmbeddedPlatform) -> None:
    """Deleting it would leave a trigger that only ever fails."""
    create(platform)

    with pytest.raises(Conflict, match="daily"):
        platform.delete_action("report")
