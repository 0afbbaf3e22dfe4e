"""Events that only triggers in the newer shape hear of: what raises them, what they tell, and that they end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.datasets import UpdateDatasetRequest, UpdateFileRequest
from reconciler.domain.dry_runs import TriggerDryRunRequest
from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import ActionParameter, ActionReference
from reconciler.embedded.http.accounts import Accounts
from reconciler.embedded.http.application import application
from reconciler.embedded.http.seals import Seals
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.pulse import at_work_for
from reconciler.embedded.scheduler import utc_now
from reconciler.errors import InvalidRequest
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import moved, new_dataset, new_import, new_invocation
from tests.contract.server import serving
from tests.embedded.targeting import create, dispatches, imported, made, on, target, touch

COMPLETED = "invocation.completed"
FAILED = "invocation.failed"


@pytest.fixture(autouse=True)
def _actions(platform: EmbeddedPlatform) -> None:
    """Two actions to invoke."""
    platform.create_action(new_action(parameters=[ActionParameter(name="what")]))
    platform.create_action(new_action(name="follow_up", parameters=[ActionParameter(name="what")]))


def telling(what: str, **members: Any) -> Any:
    """Return a target whose run is given what an event says."""
    return target(parameter_values={"what": what}, **members)


def told(platform: EmbeddedPlatform) -> list[str]:
    """Return what runs were given, oldest first."""
    return [str(run.parameter_values.get("what")) for run in made(platform)]


def changed(platform: EmbeddedPlatform, file_id: str, changeset: MetadataChangeset) -> None:
    """Change a file's metadata."""
    platform.update_file(file_id, UpdateFileRequest(metadata_changeset=changeset))


def invoked(platform: EmbeddedPlatform, name: str = "ros_ingest") -> InvocationRecord:
    """Invoke an action by hand."""
    return platform.invoke_action(name, new_invocation())


def test_a_new_dataset_is_an_event(platform: EmbeddedPlatform) -> None:
    """Once for each; tags it is made with were not added to it."""
    create(platform, on("dataset.created", once_per="dataset"), telling("{{dataset.name}}"))
    create(platform, on("dataset.tag_added", once_per="occurrence"), telling("tag"), name="on_tag")

    platform.create_dataset(new_dataset(name="one", tags=["night"]))
    platform.create_dataset(new_dataset(name="two"))

    assert told(platform) == ["one", "two"]


def test_added_tags_are_told(platform: EmbeddedPlatform) -> None:
    """Those that were not there before; taking one away is no such event."""
    create(platform, on("dataset.tag_added", once_per="occurrence"), telling("{{tag.added}}|{{tag.removed}}"))
    dataset_id = platform.create_dataset(new_dataset(tags=["old"])).dataset_id

    for changeset in (
        MetadataChangeset(put_tags=["old", "new"], remove_tags=["old"]),
        MetadataChangeset(remove_tags=["new"]),
        MetadataChangeset(put_fields={"a": 1}),
    ):
        platform.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))

    assert told(platform) == ['["new"]|[]']


def test_conditions_look_at_what_changed(platform: EmbeddedPlatform) -> None:
    """At values that are other than before, however deep, and at tags that came or went."""
    path = Condition(field="changed.vehicle.id", comparator=Comparator.Equals, value="b")
    create(platform, on("dataset.metadata_updated", once_per="occurrence"), telling("field"), condition=path)
    removed = Condition(field="tag.removed", comparator=Comparator.Contains, value="draft")
    create(
        platform,
        on("dataset.metadata_updated", once_per="occurrence"),
        telling("tag"),
        condition=removed,
        name="on_removed",
    )
    dataset_id = platform.create_dataset(new_dataset(metadata={"vehicle": {"id": "a"}}, tags=["draft"])).dataset_id

    for changeset in (
        MetadataChangeset(put_fields={"vehicle.id": "b"}),
        MetadataChangeset(put_fields={"vehicle.id": "b", "weather": "fog"}),
        MetadataChangeset(remove_tags=["draft"]),
    ):
        platform.update_dataset(dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))

    assert told(platform) == ["field", "tag"]


def test_a_changed_file_is_an_event(platform: EmbeddedPlatform) -> None:
    """Of a file that matches; a new description, or the same metadata again, is none."""
    create(
        platform,
        on("file.metadata_updated", once_per="occurrence"),
        telling("{{file.relative_path}} {{changed.leg}}", required_inputs=["*.bag"]),
    )
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    bag, text = imported(platform, dataset_id, "a.bag", "a.txt")

    for file_id in (bag, bag, text):
        changed(platform, file_id, MetadataChangeset(put_fields={"leg": 2}))
    platform.update_file(bag, UpdateFileRequest(description="the first"))

    assert told(platform) == ["a.bag 2"]
    assert made(platform)[0].input_data == ["/a.bag"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([InvocationStatus.Processing, InvocationStatus.Completed], [COMPLETED]),
        ([InvocationStatus.Failed, InvocationStatus.Queued, InvocationStatus.Failed], [FAILED, FAILED]),
        ([InvocationStatus.Failed, InvocationStatus.Deadly], [FAILED, FAILED]),
        ([InvocationStatus.Cancelled], []),
        ([InvocationStatus.Completed, InvocationStatus.Completed], [COMPLETED]),
    ],
)
def test_the_end_of_a_run_is_an_event(
    platform: EmbeddedPlatform, steps: list[InvocationStatus], expected: list[str]
) -> None:
    """Each failure is one; a cancellation is none, and a status that is said twice happens once."""
    create(platform, on(COMPLETED, FAILED, once_per="occurrence"), telling("{{envelope.type}}"))

    moved(platform, invoked(platform).invocation_id, *steps)

    assert told(platform)[1:] == expected


def test_the_third_failure_is_told_once(platform: EmbeddedPlatform) -> None:
    """What fails for good has failed once more, not twice; once per invocation it is told at the first failure."""
    each = create(platform, on(FAILED, once_per="occurrence"), telling("{{envelope.data.status}}"))
    first = create(platform, on(FAILED, once_per="invocation"), telling("first"), name="on_first")
    run = invoked(platform)

    for _ in range(3):
        moved(platform, run.invocation_id, InvocationStatus.Failed)
        if platform.get_invocation(run.invocation_id).last_status is InvocationStatus.Failed:
            moved(platform, run.invocation_id, InvocationStatus.Queued)

    assert len(dispatches(platform, each)) == 3
    assert "999" in told(platform)
    assert [slot.idempotency_token for slot in dispatches(platform, first)] == [
        f"invocation.failed|invocation:{run.invocation_id}"
    ]


def test_a_lost_runner_is_a_failure_too(platform: EmbeddedPlatform) -> None:
    """Whoever finds out raises the event."""
    create(platform, on(FAILED, once_per="occurrence"), telling("{{action.name}} {{invocation.invocation_id}}"))
    run = invoked(platform)
    platform.run_queue.claim(1)

    platform.run_queue.retry_orphans(silent_since=utc_now())

    assert told(platform)[1:] == [f"ros_ingest {run.invocation_id}"]


def test_conditions_look_at_the_run_and_its_action(platform: EmbeddedPlatform) -> None:
    """Only the runs of one action are followed up."""
    named = Condition(field="action.name", comparator=Comparator.Equals, value="ros_ingest")
    follow_up = target(action=ActionReference(name="follow_up"))
    create(platform, on(COMPLETED, once_per="invocation"), follow_up, condition=named)

    for name in ("ros_ingest", "follow_up"):
        moved(platform, invoked(platform, name).invocation_id, InvocationStatus.Completed)

    assert [run.provenance.action.name for run in made(platform)] == ["ros_ingest", "follow_up", "follow_up"]


def test_a_trigger_is_deaf_to_its_own_runs(platform: EmbeddedPlatform) -> None:
    """Otherwise every run would be followed by another, without end."""
    create(platform, on(COMPLETED, once_per="occurrence"))
    moved(platform, invoked(platform).invocation_id, InvocationStatus.Completed)

    moved(platform, made(platform)[-1].invocation_id, InvocationStatus.Completed)

    assert len(made(platform)) == 2


def test_triggers_that_wake_each_other_do_so_once(platform: EmbeddedPlatform) -> None:
    """The second follows the first, and the first does not follow it in turn."""
    for name, follows, action in (("ping", "follow_up", "ros_ingest"), ("pong", "ros_ingest", "follow_up")):
        condition = Condition(field="action.name", comparator=Comparator.Equals, value=follows)
        then = target(action=ActionReference(name=action))
        create(platform, on(COMPLETED, once_per="occurrence"), then, condition=condition, name=name)
    moved(platform, invoked(platform).invocation_id, InvocationStatus.Completed)

    for _ in range(3):
        moved(platform, made(platform)[-1].invocation_id, InvocationStatus.Completed)

    assert [run.provenance.action.name for run in made(platform)] == ["ros_ingest", "follow_up", "ros_ingest"]


@pytest.mark.parametrize("newer", [True, False])
def test_what_a_run_leaves_behind_does_not_wake_its_trigger(platform: EmbeddedPlatform, newer: bool) -> None:
    """Of triggers in either shape; another trigger hears of it, and so does this one of what others bring."""
    ingested = on("file.ingested", once_per="occurrence")
    if newer:
        create(platform, ingested, target(required_inputs=["*.bag"]))
    else:
        platform.create_trigger(
            new_trigger("on_it", required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.DatasetFile)
        )
    create(platform, ingested, telling("other", required_inputs=["*.bag"]), name="other")
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    imported(platform, dataset_id, "a.bag")
    first = next(run.record for run in platform.run_queue.claim(2) if not run.parameters.get("what"))

    at_work_for(platform, first).import_files([new_import(dataset_id, "out.bag")])

    assert sorted(run.input_data[0] for run in made(platform)) == ["/a.bag", "/a.bag", "/out.bag"]
    imported(platform, dataset_id, "out.bag")
    assert len(made(platform)) == 5


def test_what_a_run_invokes_itself_is_of_its_line(platform: EmbeddedPlatform) -> None:
    """A run that invokes an action with its own token does not get around it."""
    create(platform, on("dataset.tag_added", once_per="occurrence"))
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    touch(platform, dataset_id, "x")
    (first,) = platform.run_queue.claim(1)
    at_work_for(platform, first.record).invoke_action("follow_up", new_invocation())
    (second,) = platform.run_queue.claim(1)

    at_work_for(platform, second.record).update_dataset(
        dataset_id, UpdateDatasetRequest(metadata_changeset=MetadataChangeset(put_tags=["y"]))
    )

    assert len(made(platform)) == 2


def test_a_dry_run_for_an_invocation(platform: EmbeddedPlatform) -> None:
    """As if it ended now, through the same gates."""
    named = Condition(field="invocation.timeout", comparator=Comparator.Equals, value=7)
    trigger = create(platform, on(FAILED, once_per="invocation"), condition=named)
    triggers = platform.targeted_triggers
    seven, other = (
        platform.invoke_action("ros_ingest", new_invocation(timeout=timeout)).invocation_id for timeout in (7, 8)
    )

    answers = [
        triggers.dry_run(trigger.trigger_id, TriggerDryRunRequest(invocation_id=each)) for each in (seven, other)
    ]

    assert [answer.would_fire for answer in answers] == [True, False]
    assert answers[0].event_type.value == FAILED
    assert len(made(platform)) == 2


def test_a_dry_run_of_a_whole_event_knows_what_it_changes(platform: EmbeddedPlatform) -> None:
    """As the event says it; what is no change is refused."""
    tagged = Condition(field="tag.added", comparator=Comparator.Contains, value="go")
    trigger = create(platform, on("dataset.tag_added", once_per="occurrence"), condition=tagged)
    dataset_id = platform.create_dataset(new_dataset()).dataset_id

    def fires(**said: Any) -> bool:
        event = {"type": "dataset.tag_added", "data": {"dataset_id": dataset_id, **said}}
        request = TriggerDryRunRequest.model_validate({"event": event})
        return platform.targeted_triggers.dry_run(trigger.trigger_id, request).would_fire

    assert fires(tags_added=["go"])
    assert not fires(tags_added=["stop"])
    assert not fires()
    with pytest.raises(InvalidRequest, match="tags_added"):
        fires(tags_added=7)


def test_an_event_of_something_else_needs_its_subject(platform: EmbeddedPlatform) -> None:
    """A dataset does not complete, and an invocation has no tags."""
    ends = create(platform, on(COMPLETED, once_per="invocation"))
    tags = create(platform, on("dataset.tag_added", once_per="occurrence"), name="tags")
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    run = invoked(platform)
    triggers = platform.targeted_triggers

    completed = TriggerDryRunRequest.model_validate({"dataset_id": dataset_id, "event_type": COMPLETED})
    tagged = TriggerDryRunRequest.model_validate(
        {"invocation_id": run.invocation_id, "event_type": "dataset.tag_added"}
    )

    with pytest.raises(InvalidRequest, match="invocation_id"):
        triggers.dry_run(ends.trigger_id, completed)
    with pytest.raises(InvalidRequest, match="dataset_id"):
        triggers.dry_run(tags.trigger_id, tagged)


def test_what_a_run_does_over_http_is_known_as_its_doing(platform: EmbeddedPlatform) -> None:
    """The trigger that started it does not hear of it; another one does."""
    tagged = on("dataset.tag_added", once_per="occurrence")
    for name in ("mine", "theirs"):
        create(platform, tagged, telling(name), name=name)
    dataset_id = platform.create_dataset(new_dataset()).dataset_id
    touch(platform, dataset_id, "by_hand")
    run = next(each for each in made(platform) if each.parameter_values["what"] == "mine")
    seals = Seals()
    token = seals.run(run.org_id, user_id="triggers@og_local", invocation_id=run.invocation_id, good_for=60)

    with (
        serving(application(platform, accounts=Accounts(), seals=seals)) as url,
        httpx.Client(base_url=url, trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client,
    ):
        answer = client.put(f"/v1/datasets/{dataset_id}", json={"metadata_changeset": {"put_tags": ["by_the_run"]}})

    assert answer.status_code == 200
    assert sorted(told(platform)) == ["mine", "theirs", "theirs"]
