"""The executor: what is sent in which order, what is skipped and why, told as events."""

from __future__ import annotations

import signal
import threading

import pytest

from reconciler.apply.events import ChangeEnded, Outcome
from reconciler.apply.executor import UNANSWERED_LIMIT, execute
from reconciler.domain.address import Address
from reconciler.errors import InvalidRequest, NotAuthenticated, PlatformUnavailable
from reconciler.plan.model import Change
from tests.apply.builders import action, create, create_trigger, delete, plan_of, run, update
from tests.apply.memory import MemoryPlatform

REFUSED = InvalidRequest("uri is blank", hint="give it an image")


@pytest.fixture
def platform() -> MemoryPlatform:
    """A platform with nothing on it."""
    return MemoryPlatform()


def test_changes_go_in_the_order_of_the_plan(platform: MemoryPlatform) -> None:
    """With one worker a plan is a fixed sequence of events."""
    _, lines = run(platform, create("base"), create("child", "base"), create_trigger("on_upload", "child"))

    assert lines == [
        "begin 3",
        "start action.base",
        "applied action.base",
        "start action.child",
        "applied action.child",
        "start trigger.on_upload",
        "applied trigger.on_upload",
        "end 3/0/0/0",
    ]
    assert platform.calls == ["create_action base", "create_action child", "create_trigger on_upload"]


def test_nothing_to_apply_is_two_events(platform: MemoryPlatform) -> None:
    """An empty plan begins and ends."""
    assert run(platform)[1] == ["begin 0", "end 0/0/0/0"]


def test_update_and_delete_reach_the_platform(platform: MemoryPlatform) -> None:
    """Every operation is sent by its own request."""
    run(platform, create("old"), create("kept"), create_trigger("t", "kept"))

    run(
        platform,
        update(platform.actions["kept"], timeout=5),
        update(platform.triggers["t"], timeout=6),
        delete(platform.actions["old"]),
    )

    assert list(platform.actions) == ["kept"]
    assert (platform.actions["kept"].timeout, platform.triggers["t"].timeout) == (5, 6)


def test_a_failure_skips_dependents_and_spares_siblings(platform: MemoryPlatform) -> None:
    """What needs a failed change is skipped with its name, however far; the rest goes on."""
    platform.fail("create_action base", REFUSED)

    _, lines = run(
        platform, create("base"), create("child", "base"), create_trigger("grandchild", "child"), create("sibling")
    )

    assert lines == [
        "begin 4",
        "start action.base",
        "failed action.base: uri is blank",
        "skipped action.child: action.base failed",
        "skipped trigger.grandchild: action.base failed",
        "start action.sibling",
        "applied action.sibling",
        "end 1/1/2/0",
    ]


def test_a_failure_keeps_the_hint_of_the_platform(platform: MemoryPlatform) -> None:
    """The hint of an error travels into the ending."""
    platform.fail("create_action base", REFUSED)

    report, _ = run(platform, create("base"))

    assert report.endings[0].hint == "give it an image"


def test_requests_of_a_change_stop_at_the_first_failure(platform: MemoryPlatform) -> None:
    """A change that was applied in part says how far it came."""
    platform.fail("set_action_accessibility hub", REFUSED)

    report, _ = run(platform, create("hub", publish=True))

    ending = report.endings[0]
    assert (ending.outcome, ending.requests_done, ending.requests_total) == (Outcome.FAILED, 1, 2)
    assert ending.reason == "uri is blank; 1 of 2 requests were applied"


def test_a_dependency_that_does_not_change_is_no_obstacle(platform: MemoryPlatform) -> None:
    """Only dependencies within the plan are waited for."""
    assert run(platform, create("child", "unchanged"))[0].count(Outcome.APPLIED) == 1


def test_an_unknown_caller_stops_everything_else(platform: MemoryPlatform) -> None:
    """After a 401 nothing more is sent."""
    platform.fail("create_action a", NotAuthenticated("token expired"))

    _, lines = run(platform, create("a"), create("b"), create("c"))

    assert lines[2:] == [
        "failed action.a: token expired",
        "skipped action.b: not sent: the platform does not know the caller",
        "skipped action.c: not sent: the platform does not know the caller",
        "end 0/1/2/0",
    ]


def test_a_dead_platform_is_not_hammered(platform: MemoryPlatform) -> None:
    """After some changes in a row without a working platform the rest is skipped."""
    names = [f"a{number}" for number in range(UNANSWERED_LIMIT + 3)]
    for name in names:
        platform.fail(f"create_action {name}", PlatformUnavailable("503"))

    report, _ = run(platform, *map(create, names))

    assert len(platform.calls) == UNANSWERED_LIMIT
    assert report.endings[-1].reason == f"not sent: the platform did not answer {UNANSWERED_LIMIT} changes in a row"


def test_an_answer_in_between_starts_the_count_again(platform: MemoryPlatform) -> None:
    """Only failures in a row count."""
    names = [f"a{number}" for number in range(2 * UNANSWERED_LIMIT - 1)]
    for name in names:
        if name != f"a{UNANSWERED_LIMIT - 1}":
            platform.fail(f"create_action {name}", PlatformUnavailable("503"))

    assert run(platform, *map(create, names))[0].count(Outcome.SKIPPED) == 0


def test_stop_lets_the_change_under_way_end(platform: MemoryPlatform) -> None:
    """When stop is set nothing new is sent, and what was under way is told."""
    stop = threading.Event()
    platform.before_call = lambda call: stop.set()

    _, lines = run(platform, create("a"), create("b", "a"), create("c"), stop=stop)

    assert lines == [
        "begin 3",
        "start action.a",
        "applied action.a",
        "skipped action.b: interrupted",
        "skipped action.c: interrupted",
        "end 1/0/2/0 interrupted",
    ]


def test_stop_between_two_requests_says_how_far_it_came(platform: MemoryPlatform) -> None:
    """A change interrupted between its requests is a failure, not a success."""
    stop = threading.Event()
    platform.before_call = lambda call: stop.set()

    report, _ = run(platform, create("hub", publish=True), stop=stop)

    assert report.endings[0].reason == "interrupted; 1 of 2 requests were applied"
    assert report.interrupted


@pytest.mark.parametrize("asking", [signal.SIGINT, signal.SIGTERM])
def test_first_interrupt_waits_for_what_is_under_way(platform: MemoryPlatform, asking: signal.Signals) -> None:
    """Ctrl-C while waiting ends like stop, and so does the end of a pipeline's job."""
    usual = signal.getsignal(asking)
    platform.before_call = lambda call: _interrupt(asking)

    _, lines = run(platform, create("a"), create("b"))

    assert lines[2:] == ["applied action.a", "skipped action.b: interrupted", "end 1/0/1/0 interrupted"]
    assert signal.getsignal(asking) is usual


@pytest.mark.parametrize("asking", [signal.SIGINT, signal.SIGTERM])
def test_second_interrupt_gives_up_waiting(platform: MemoryPlatform, asking: signal.Signals) -> None:
    """A second Ctrl-C reports what is under way as of unknown outcome."""
    answered = threading.Event()

    def interrupt_twice(call: str) -> None:
        _interrupt(asking)
        assert stop.wait(60)
        _interrupt(asking)
        answered.wait(60)

    stop = threading.Event()
    platform.before_call = interrupt_twice

    _, lines = run(platform, create("a"), create("b"), stop=stop)
    answered.set()

    assert lines[2:] == [
        "unknown action.a: interrupted while under way",
        "skipped action.b: interrupted",
        "end 0/0/1/1 interrupted",
    ]


def test_workers_work_at_the_same_time(platform: MemoryPlatform) -> None:
    """As many changes are under way as parallelism allows."""
    meeting = threading.Barrier(4, timeout=60)
    platform.before_call = lambda call: _meet(meeting)

    report, _ = run(platform, *(create(f"a{number}") for number in range(8)), parallelism=4)

    assert report.count(Outcome.APPLIED) == 8


def test_a_dependent_never_starts_before_its_dependency_ended(platform: MemoryPlatform) -> None:
    """Order holds with many workers, too."""
    layers = [
        [create(f"a{layer}_{n}", *([f"a{layer - 1}_{n}"] if layer else [])) for n in range(20)] for layer in range(5)
    ]
    ended: set[Address] = set()
    changes: dict[Address, Change] = {change.address: change for layer in layers for change in layer}

    def watch(event: object) -> None:
        if isinstance(event, ChangeEnded):
            assert set(changes[event.address].depends_on) <= ended
            ended.add(event.address)

    execute(plan_of(*changes.values()), platform, plan_id="p", emit=watch)

    assert ended == set(changes)


def test_dependencies_in_a_circle_are_skipped_not_waited_for(platform: MemoryPlatform) -> None:
    """A plan file edited into a cycle ends, and says why."""
    report, _ = run(platform, create("a", "b"), create("b", "a"))

    assert [ending.reason for ending in report.endings] == ["its dependencies form a cycle"] * 2


def test_a_bug_in_a_worker_surfaces(platform: MemoryPlatform) -> None:
    """An exception that is not of our tree reaches the caller instead of hanging the run."""

    def crash(call: str) -> None:
        raise ZeroDivisionError(call)

    platform.before_call = crash

    with pytest.raises(ZeroDivisionError):
        run(platform, create("a"))


def test_no_worker_is_wrong_usage(platform: MemoryPlatform) -> None:
    """Parallelism under 1 is refused before anything is sent."""
    with pytest.raises(ValueError, match="at least 1"):
        run(platform, create("a"), parallelism=0)


def test_seconds_are_measured_by_the_clock_that_was_given(platform: MemoryPlatform) -> None:
    """A change's time is the clock's."""
    report, _ = run(platform, create("a"))

    assert report.endings[0].seconds == 1
    assert report.endings[0].address == action("a")


def _meet(barrier: threading.Barrier) -> None:
    barrier.wait()


def _interrupt(asking: signal.Signals = signal.SIGINT) -> None:
    """Press Ctrl-C, or end the job: the signal goes to the main thread, as the terminal's does."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, asking)
