"""Invocations: what is made of a request, who may see a run, and how it moves on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from reconciler.domain.actions import ActionRecord
from reconciler.domain.conditions import Comparator
from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import (
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationUploadDestination,
    UploadDestinationType,
)
from reconciler.domain.queries import QuerySpecification, SortDirection
from reconciler.domain.requests import SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import Conflict, InvalidRequest, InvalidTransition, NotAllowed, NotFound
from tests.contract.builders import new_action, new_trigger, where
from tests.contract.run_builders import moved, new_dataset, new_invocation

Queued, Scheduled, Downloading, Processing, Uploading, Completed, Cancelled, Failed, Deadly = InvocationStatus

PARAMETERS = [
    ActionParameter(name="rate", required=True),
    ActionParameter(name="topic", required=True, default="/imu"),
    ActionParameter(name="token"),
]


@pytest.fixture
def action(whole: WholePlatform) -> ActionRecord:
    """An action that anybody in our organization may invoke."""
    return whole.create_action(new_action())


def invoked(platform: WholePlatform, name: str = "ros_ingest", **given: Any) -> InvocationRecord:
    """Queue a run."""
    return platform.invoke_action(name, new_invocation(**given))


@pytest.mark.usefixtures("action")
def test_an_invocation_is_read_back_as_it_was_answered(whole: WholePlatform) -> None:
    """What create answers is what every later read gives."""
    dataset_id = whole.create_dataset(new_dataset()).dataset_id
    given: dict[str, Any] = {
        "data_source_id": dataset_id,
        "input_data": ["**/*.bag"],
        "rich_input_data": InvocationInput.from_dataset_file_paths(dataset_id, ["**/*.bag"]),
        "upload_destination": InvocationUploadDestination.dataset(dataset_id),
        "idempotency_id": "once",
        "compute_requirement_overrides": ComputeRequirements(vCPU=2048, memory=8192),
        "container_parameter_overrides": ContainerParameters(env_vars={"A": "b"}),
    }

    record = invoked(whole, **given)

    assert whole.get_invocation(record.invocation_id) == record
    assert record.data_source.data_source_id == dataset_id
    assert record.rich_input_data == given["rich_input_data"]
    assert record.upload_destination == given["upload_destination"]
    assert record.compute_requirements == given["compute_requirement_overrides"]
    assert record.container_parameters == given["container_parameter_overrides"]


def test_an_invocation_begins_queued_with_everything_filled_in(whole: WholePlatform, action: ActionRecord) -> None:
    """Nothing said means the platform's defaults, and the calling user as source."""
    record = invoked(whole)

    assert [entry.status for entry in record.status] == [Queued]
    assert record.last_status is Queued
    assert record.org_id == "og_ours"
    assert record.data_source.is_unspecified()
    assert record.compute_requirements == ComputeRequirements()
    assert record.container_parameters == ContainerParameters()
    assert record.timeout == 30
    assert record.duration == timedelta()
    assert record.provenance.source.source_type is InvocationSource.Manual
    assert record.provenance.source.source_id == "ann@ours.example"
    assert (record.provenance.action.name, record.provenance.action.digest) == ("ros_ingest", action.digest)
    assert record.provenance.executable.container_image_uri == action.uri


def test_a_digest_pins_the_version(whole: WholePlatform, action: ActionRecord) -> None:
    """An older version can be invoked, an unknown one cannot."""
    whole.update_action("ros_ingest", UpdateActionRequest(uri="registry.example.com/ros:2"))

    pinned = whole.invoke_action("ros_ingest", new_invocation(), digest=action.digest)
    latest = invoked(whole)

    assert pinned.provenance.executable.container_image_uri == "registry.example.com/ros:1"
    assert latest.provenance.executable.container_image_uri == "registry.example.com/ros:2"
    with pytest.raises(NotFound):
        whole.invoke_action("ros_ingest", new_invocation(), digest="0" * 32)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (None, ["rate"]),
        ({"rate": None}, ["rate"]),
        ({"rate": 1, "rat": 2}, ["rat"]),
        ({"speed": 1}, ["rate", "speed"]),
    ],
)
def test_wrong_parameters_are_refused_all_at_once(
    whole: WholePlatform, values: dict[str, Any] | None, named: list[str]
) -> None:
    """A required parameter needs a value or a default, and a value needs a parameter."""
    whole.create_action(new_action(parameters=PARAMETERS))

    with pytest.raises(InvalidRequest) as refusal:
        invoked(whole, parameter_values=values)
    assert all(f'parameter "{name}"' in refusal.value.message for name in named)


def test_values_are_no_part_of_a_refusal(whole: WholePlatform) -> None:
    """A value may be a secret."""
    whole.create_action(new_action(parameters=PARAMETERS))

    with pytest.raises(InvalidRequest) as refusal:
        invoked(whole, parameter_values={"token": "hunter2", "ghost": "hunter2"})
    assert "hunter2" not in str(refusal.value)


def test_the_record_keeps_the_values_that_were_given(whole: WholePlatform) -> None:
    """Defaults are filled in for the run; the record says what was asked for."""
    whole.create_action(new_action(parameters=PARAMETERS))

    assert invoked(whole, parameter_values={"rate": [1, 2.5]}).parameter_values == {"rate": [1, 2.5]}


def test_an_heir_is_invoked_with_what_it_inherits(whole: WholePlatform) -> None:
    """Image, parameters and container come from the ancestor; compute and timeout too, unless the heir has its own."""
    container = ContainerParameters(command=["run"])
    compute = ComputeRequirements(vCPU=1024, memory=2048)
    whole.create_action(
        new_action("root", parameters=PARAMETERS, container_parameters=container, compute_requirements=compute)
    )
    whole.create_action(new_action("middle", uri=None, inherits=ActionReference(name="root"), timeout=5))
    whole.create_action(new_action("heir", uri=None, inherits=ActionReference(name="middle")))

    with pytest.raises(InvalidRequest, match="rate"):
        invoked(whole, "heir")
    record = invoked(whole, "heir", parameter_values={"rate": 1})

    assert record.provenance.executable.container_image_uri == "registry.example.com/ros:1"
    assert record.provenance.action.name == "heir"
    assert record.container_parameters == container
    assert record.compute_requirements == compute
    assert record.timeout == 5


def test_an_override_replaces_the_whole_object(whole: WholePlatform) -> None:
    """Members the override leaves out are not taken from the action."""
    whole.create_action(new_action(container_parameters=ContainerParameters(command=["a"], workdir="/w"), timeout=9))

    record = invoked(whole, container_parameter_overrides=ContainerParameters(command=["b"]), timeout=4)

    assert record.container_parameters == ContainerParameters(command=["b"])
    assert record.timeout == 4


def test_an_override_of_variables_alone_is_added(whole: WholePlatform) -> None:
    """The newest official program sends one with every invocation; the command of the action still runs."""
    own = ContainerParameters(command=["a"], env_vars={"A": "1", "B": "1"})
    whole.create_action(new_action(container_parameters=own))

    record = invoked(whole, container_parameter_overrides=ContainerParameters(env_vars={"B": "2"}))

    assert record.container_parameters == ContainerParameters(command=["a"], env_vars={"A": "1", "B": "2"})


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("timeout", [0, -1, 2**31])
def test_a_timeout_out_of_range_is_refused(whole: WholePlatform, timeout: int) -> None:
    """A timeout is a number of minutes a run can have."""
    with pytest.raises(InvalidRequest, match="timeout"):
        invoked(whole, timeout=timeout)


@pytest.mark.usefixtures("action")
def test_a_second_use_of_an_idempotency_id_is_a_conflict(whole: WholePlatform) -> None:
    """Clients take the conflict for "was done already"; the first invocation stays."""
    first = invoked(whole, idempotency_id="once")

    with pytest.raises(Conflict):
        invoked(whole, idempotency_id="once")
    assert whole.query_invocations(QuerySpecification()).items == (first,)


@pytest.mark.usefixtures("action")
def test_idempotency_ids_are_each_organizations_own(whole: WholePlatform, whole_foreign: WholePlatform) -> None:
    """What others call their runs is no conflict."""
    whole.set_action_accessibility("ros_ingest", SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub))
    invoked(whole, idempotency_id="once")

    theirs = whole_foreign.invoke_action("ros_ingest", new_invocation(idempotency_id="once"), owner="og_ours")

    assert theirs.idempotency_id == "once"


@pytest.mark.usefixtures("action")
def test_a_published_action_is_invoked_for_the_callers_organization(
    whole: WholePlatform, whole_foreign: WholePlatform
) -> None:
    """Whoever sees an action may run it; the run is the caller's, and its owner knows nothing of it."""
    with pytest.raises(NotFound):
        whole_foreign.invoke_action("ros_ingest", new_invocation(), owner="og_ours")
    whole.set_action_accessibility("ros_ingest", SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub))

    record = whole_foreign.invoke_action("ros_ingest", new_invocation(), owner="og_ours")

    assert (record.org_id, record.provenance.action.org_id) == ("og_theirs", "og_ours")
    with pytest.raises(NotFound):
        whole.get_invocation(record.invocation_id)


@pytest.mark.usefixtures("action")
def test_invoking_for_a_foreign_organization_is_refused(whole: WholePlatform) -> None:
    """A caller works for organizations they are a member of."""
    with pytest.raises(NotAllowed):
        whole.invoke_action("ros_ingest", new_invocation(), caller_org="og_theirs")


@pytest.mark.usefixtures("action")
def test_a_trigger_is_named_and_recorded_by_its_id(whole: WholePlatform) -> None:
    """The official client sends the trigger's name and then asks for runs by its id."""
    trigger = whole.create_trigger(new_trigger())

    by_name = invoked(whole, invocation_source=InvocationSource.Trigger, invocation_source_id="on_bag")
    by_id = invoked(whole, invocation_source=InvocationSource.Trigger, invocation_source_id=trigger.trigger_id)
    invoked(whole)

    query = where("provenance.source.source_id", Comparator.Equals, trigger.trigger_id)
    assert whole.query_invocations(query).items == (by_id, by_name)


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize(("source_id", "error"), [(None, InvalidRequest), ("ghost", NotFound)])
def test_an_unknown_trigger_cannot_invoke(
    whole: WholePlatform, source_id: str | None, error: type[InvalidRequest | NotFound]
) -> None:
    """A trigger that invokes has a name that is known."""
    with pytest.raises(error):
        invoked(whole, invocation_source=InvocationSource.Trigger, invocation_source_id=source_id)


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize(
    "given",
    [
        {"upload_destination": InvocationUploadDestination.dataset("ds_ghost")},
        {"upload_destination": InvocationUploadDestination()},
        {
            "upload_destination": InvocationUploadDestination(
                destination_type=UploadDestinationType.Unknown, destination_id="x"
            )
        },
        {"data_source_id": "ds_ghost"},
    ],
)
def test_a_dataset_that_is_not_there_is_refused(whole: WholePlatform, given: dict[str, Any]) -> None:
    """Inputs come from and outputs go to datasets the caller has."""
    with pytest.raises((InvalidRequest, NotFound)):
        invoked(whole, **given)
    assert whole.query_invocations(QuerySpecification()).items == ()


@pytest.mark.usefixtures("action")
def test_a_foreign_dataset_takes_no_outputs(whole: WholePlatform, whole_foreign: WholePlatform) -> None:
    """A run cannot write where its caller cannot."""
    theirs = whole_foreign.create_dataset(new_dataset())

    with pytest.raises(NotFound):
        invoked(whole, upload_destination=InvocationUploadDestination.dataset(theirs.dataset_id))


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize(
    "given",
    [{"input_data": ["\ud800"]}, {"idempotency_id": "\udfff"}, {"invocation_source_id": "\ud800"}],
)
def test_text_that_is_no_unicode_is_refused(whole: WholePlatform, given: dict[str, Any]) -> None:
    """Nothing is kept that cannot be read back."""
    with pytest.raises(InvalidRequest):
        invoked(whole, **given)


def test_an_unknown_action_is_not_found(whole: WholePlatform) -> None:
    """There is nothing to run."""
    with pytest.raises(NotFound):
        invoked(whole, "ghost")


@pytest.mark.usefixtures("action")
def test_half_a_surrogate_pair_is_no_name_of_a_trigger(whole: WholePlatform) -> None:
    """JSON cannot say it, and where it cannot travel it is refused before it is sent."""
    with pytest.raises((InvalidRequest, NotFound)):
        invoked(whole, invocation_source=InvocationSource.Trigger, invocation_source_id="\ud800")


@pytest.mark.parametrize("invocation_id", ["iv_ghost", "'"])
def test_an_unknown_invocation_is_not_found(whole: WholePlatform, invocation_id: str) -> None:
    """Every operation says so."""
    for operation in operations_on(whole, invocation_id):
        with pytest.raises(NotFound):
            operation()


@pytest.mark.parametrize("invocation_id", ["", "\ud800"])
def test_what_is_no_id_leads_to_no_invocation(whole: WholePlatform, invocation_id: str) -> None:
    """Where it cannot travel, it is refused before it is sent."""
    for operation in operations_on(whole, invocation_id):
        with pytest.raises((InvalidRequest, NotFound)):
            operation()


def operations_on(whole: WholePlatform, invocation_id: str) -> tuple[Callable[[], object], ...]:
    """Return what can be done to an invocation."""
    return (
        lambda: whole.get_invocation(invocation_id),
        lambda: whole.cancel_invocation(invocation_id),
        lambda: whole.invocation_logs(invocation_id),
        lambda: whole.stream_invocation_logs(invocation_id),
        lambda: moved(whole, invocation_id, Scheduled),
    )


@pytest.mark.usefixtures("action")
def test_others_know_nothing_of_our_runs(whole: WholePlatform, whole_foreign: WholePlatform) -> None:
    """Reading, moving, cancelling: there is no such invocation; listing ours is refused."""
    invocation_id = invoked(whole).invocation_id

    for operation in (
        lambda: whole_foreign.get_invocation(invocation_id),
        lambda: whole_foreign.cancel_invocation(invocation_id, owner="og_ours"),
        lambda: whole_foreign.invocation_logs(invocation_id, owner="og_ours"),
        lambda: moved(whole_foreign, invocation_id, Scheduled),
    ):
        with pytest.raises(NotFound):
            operation()
    for listing in (
        lambda: whole_foreign.query_invocations(QuerySpecification(), owner="og_ours"),
        lambda: whole_foreign.cancel_active_invocations(CancelActiveInvocationsRequest(), owner="og_ours"),
    ):
        with pytest.raises(NotAllowed):
            listing()
    assert whole_foreign.query_invocations(QuerySpecification()).items == ()


@pytest.mark.usefixtures("action")
def test_a_run_goes_through_its_stages(whole: WholePlatform) -> None:
    """Each step is an entry with its detail, later than the one before; the run's time counts from its first work."""
    invocation_id = invoked(whole).invocation_id

    record = moved(whole, invocation_id, Scheduled, Downloading, Processing, Uploading, Completed)

    assert [entry.status for entry in record.status] == [
        Queued,
        Scheduled,
        Downloading,
        Processing,
        Uploading,
        Completed,
    ]
    assert record.status[-1].detail == "Completed"
    times = [entry.timestamp for entry in record.status]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert record.duration == times[-1] - times[2]
    assert record.last_status is Completed


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("start", list(InvocationStatus))
def test_only_legal_steps_are_taken(whole: WholePlatform, start: InvocationStatus) -> None:
    """From every status, each other one is reached exactly where the transition table says so."""
    way = {Queued: (), Deadly: (Failed, Deadly)}.get(start, (start,))
    for target in InvocationStatus:
        invocation_id = invoked(whole).invocation_id
        before = moved(whole, invocation_id, *way)
        if start.can_transition_to(target):
            assert moved(whole, invocation_id, target).last_status is target
            continue
        with pytest.raises(InvalidTransition, match=f"from {start.name} to {target.name}"):
            moved(whole, invocation_id, target)
        assert whole.get_invocation(invocation_id) == before


@pytest.mark.usefixtures("action")
def test_a_step_said_twice_is_taken_once(whole: WholePlatform) -> None:
    """Clients repeat requests whose answers they missed: a repeated failure is one failure."""
    invocation_id = invoked(whole).invocation_id

    once = moved(whole, invocation_id, Processing, Failed)

    assert moved(whole, invocation_id, Failed, Failed, Failed) == once


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("third", [Failed, Deadly])
def test_the_third_failure_is_deadly(whole: WholePlatform, third: InvocationStatus) -> None:
    """It is recorded as what it is, and the run is given up; the official client asks for Deadly itself."""
    invocation_id = invoked(whole).invocation_id
    moved(whole, invocation_id, Processing, Failed, Queued, Processing, Failed, Queued, Processing)

    record = moved(whole, invocation_id, third)

    assert [entry.status for entry in record.status][-3:] == [Processing, Failed, Deadly]
    assert record.last_status is Deadly
    steps = [entry.status for entry in record.status]
    assert all(one.can_transition_to(other) for one, other in pairwise(steps))


@pytest.mark.usefixtures("action")
def test_a_step_without_detail_has_none(whole: WholePlatform) -> None:
    """The official client writes "None" for nothing."""
    invocation_id = invoked(whole).invocation_id

    record = whole.update_invocation_status(invocation_id, UpdateInvocationStatus(status=Scheduled, detail="None"))

    assert record.status[-1].detail is None


@pytest.mark.usefixtures("action")
def test_a_cancelled_run_says_who_did_it(whole: WholePlatform) -> None:
    """The history names the user."""
    invocation_id = invoked(whole).invocation_id

    whole.cancel_invocation(invocation_id, owner="og_ours")

    record = whole.get_invocation(invocation_id)
    assert record.last_status is Cancelled
    assert "ann@ours.example" in (record.status[-1].detail or "")


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("end", [Completed, Cancelled, Failed])
def test_a_run_that_ended_is_not_cancelled(whole: WholePlatform, end: InvocationStatus) -> None:
    """Cancelling comes too late, and that is no error."""
    ended = moved(whole, invoked(whole).invocation_id, end)

    whole.cancel_invocation(ended.invocation_id)

    assert whole.get_invocation(ended.invocation_id) == ended


@pytest.mark.usefixtures("action")
def test_all_active_runs_are_cancelled_in_bounded_steps(whole: WholePlatform) -> None:
    """Each call ends some, says how many remain, and leaves what has ended alone."""
    ended = moved(whole, invoked(whole).invocation_id, Completed)
    for _ in range(130):
        invoked(whole)
    remaining, calls = 1, []
    while remaining:
        answer = whole.cancel_active_invocations(CancelActiveInvocationsRequest())
        calls.append((answer.success_count, answer.failure_count, answer.count_remaining, answer.has_more))
        remaining = answer.count_remaining

    assert calls == [(100, 0, 30, True), (30, 0, 0, False)]
    assert whole.get_invocation(ended.invocation_id) == ended
    active = where("last_status", Comparator.LessThan, Completed.value)
    assert whole.query_invocations(active).items == ()


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("zone", [UTC, None])
def test_only_runs_from_before_are_cancelled(whole: WholePlatform, zone: Any) -> None:
    """A time without zone is one in UTC."""
    old, new = invoked(whole), invoked(whole)

    answer = whole.cancel_active_invocations(
        CancelActiveInvocationsRequest(created_before=new.created.astimezone(UTC).replace(tzinfo=zone))
    )

    assert (answer.success_count, answer.count_remaining) == (1, 0)
    assert whole.get_invocation(old.invocation_id).last_status is Cancelled
    assert whole.get_invocation(new.invocation_id).last_status is Queued


@pytest.mark.usefixtures("action")
def test_the_image_that_ran_is_recorded(whole: WholePlatform) -> None:
    """The digest is known once the image was pulled; the location of logs is taken without a trace in the record."""
    record = invoked(whole)

    changed = whole.set_container_info(record.invocation_id, SetContainerInfoRequest(image_digest="sha256:1"))

    assert changed.provenance.executable.container_image_digest == "sha256:1"
    assert whole.get_invocation(record.invocation_id) == changed
    location = SetLogsLocationRequest(bucket="logs", prefix="a/b")
    assert whole.set_logs_location(record.invocation_id, location) == changed


@pytest.mark.usefixtures("action")
def test_a_new_run_has_no_logs(whole: WholePlatform) -> None:
    """An empty page and an empty stream, both at their end."""
    invocation_id = invoked(whole).invocation_id

    page, stream = whole.invocation_logs(invocation_id), whole.stream_invocation_logs(invocation_id)

    assert (page.items, page.next_token) == ((), None)
    assert (stream.items, stream.last_read, stream.has_next) == ((), None, False)
    for token in ("x", "v1", "AAAA"):
        with pytest.raises(InvalidRequest, match="token"):
            whole.invocation_logs(invocation_id, page_token=token)
        with pytest.raises(InvalidRequest, match="token"):
            whole.stream_invocation_logs(invocation_id, last_read=token)


@pytest.mark.usefixtures("action")
def test_runs_are_listed_newest_first_in_pages(whole: WholePlatform) -> None:
    """Pages put together hold every run once, also under a condition and in the other direction."""
    made = [invoked(whole).invocation_id for _ in range(7)]
    for query in (QuerySpecification(limit=3), where("last_status", Comparator.Equals, 0, limit=3)):
        for direction, expected in ((SortDirection.Ascending, made), (SortDirection.Descending, made[::-1])):
            found, token = [], None
            while True:
                spec = query.model_copy(update={"after": token, "sort_direction": direction})
                page = whole.query_invocations(spec)
                found += [record.invocation_id for record in page.items]
                token = page.next_token
                if token is None:
                    break
            assert found == expected


@pytest.mark.usefixtures("action")
def test_runs_are_found_by_what_they_are(whole: WholePlatform) -> None:
    """Fields with a column and without choose alike, and times are times."""
    dataset_id = whole.create_dataset(new_dataset()).dataset_id
    plain = invoked(whole)
    fed = moved(whole, invoked(whole, data_source_id=dataset_id, timeout=3).invocation_id, Completed)

    def found(field: str, comparator: Comparator, value: Any) -> list[str]:
        page = whole.query_invocations(where(field, comparator, value))
        return [record.invocation_id for record in page.items]

    both = [fed.invocation_id, plain.invocation_id]
    assert found("data_source.data_source_id", Comparator.Equals, dataset_id) == both[:1]
    assert found("last_status", Comparator.Equals, 5) == both[:1]
    assert found("last_status", Comparator.Equals, "5") == []
    assert found("last_status", Comparator.LessThan, 4.5) == both[1:]
    assert found("timeout", Comparator.Equals, 3) == both[:1]
    assert found("provenance.action.name", Comparator.Equals, "ros_ingest") == both
    assert found("created", Comparator.GreaterThan, plain.created) == both[:1]
    assert found("created", Comparator.GreaterThan, datetime(2020, 1, 1).isoformat()) == []
    with suppress(InvalidRequest):  # where it cannot travel
        assert found("invocation_id", Comparator.Equals, "\ud800") == []
