"""Triggers as handles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.actions import (
    Action,
    ActionParameter,
    ComputeRequirements,
    ContainerParameters,
    InvocationSource,
    InvocationUploadDestination,
    Trigger,
    TriggerEvaluationCause,
    TriggerEvaluationOutcome,
    TriggerEvaluationRecord,
    TriggerEvaluationStatus,
    TriggerForEachPrimitive,
    TriggerRecord,
)
from reconciler.domain.conditions import Condition
from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest, NotAllowed, NotFound
from reconciler.handles.evaluations import PendingEvaluations
from tests.handles.builders import in_dataset, new_action, new_dataset, new_trigger

EVERYTHING: dict[str, Any] = {
    "additional_inputs": ["**/*.yaml"],
    "causes": [TriggerEvaluationCause.FileIngest],
    "compute_requirement_overrides": ComputeRequirements(vCPU=1024, memory=2048),
    "condition": Condition("tags").contains("night"),
    "container_parameter_overrides": ContainerParameters(command=["ingest"]),
    "enabled": False,
    "for_each": TriggerForEachPrimitive.DatasetFile,
    "parameter_values": {"rate": "10"},
    "required_inputs": ["**/*.bag"],
    "timeout": 9,
}


@pytest.fixture
def action(platform: EmbeddedPlatform) -> Action:
    """The action that triggers invoke."""
    return new_action(parameters=[ActionParameter(name="rate")], timeout=7)


@pytest.mark.usefixtures("action")
def test_a_trigger_is_created_with_everything() -> None:
    """Each field arrives in the record, and each property is the record's field."""
    trigger = Trigger.create(name="everything", action_name="ros_ingestion", **EVERYTHING)

    assert {name: getattr(trigger.record, name) for name in EVERYTHING} == EVERYTHING
    assert (trigger.name, trigger.org_id, trigger.created_by) == ("everything", "og_ours", "ann@ours.example")
    assert (trigger.condition, trigger.enabled, trigger.for_each) == (
        EVERYTHING["condition"],
        False,
        TriggerForEachPrimitive.DatasetFile,
    )
    assert (trigger.trigger_id, trigger.created, trigger.modified, trigger.modified_by, trigger.service_user_id) == (
        trigger.record.trigger_id,
        trigger.record.created,
        trigger.record.modified,
        trigger.record.modified_by,
        trigger.record.service_user_id,
    )
    assert Trigger.from_name("everything").record == trigger.record


@pytest.mark.usefixtures("platform")
def test_a_trigger_can_be_created_in_another_organization() -> None:
    """``caller_org_id`` names one of the caller's organizations, whose actions are meant; others are refused."""
    new_action("second", caller_org_id="og_second")

    trigger = new_trigger(action_name="second", caller_org_id="og_second")
    trigger.disable()

    assert (trigger.org_id, trigger.get_action().org_id) == ("og_second", "og_second")
    assert not Trigger.from_name("on_bag", owner_org_id="og_second").enabled
    with pytest.raises(NotAllowed):
        new_trigger(action_name="second", caller_org_id="og_theirs")


@pytest.mark.usefixtures("action")
def test_a_trigger_without_a_pattern_is_not_sent() -> None:
    """What is wrong is said with the field it is in."""
    with pytest.raises(InvalidRequest, match="required_inputs: at least one file pattern is needed"):
        new_trigger(required_inputs=[])


@pytest.mark.usefixtures("action")
def test_an_update_tells_left_alone_from_cleared() -> None:
    """What is not given stays, None clears, and the handle shows the result."""
    trigger = Trigger.create(name="everything", action_name="ros_ingestion", **EVERYTHING)

    assert trigger.update(condition=None, timeout=None) is trigger

    assert (trigger.condition, trigger.record.timeout) == (None, None)
    assert trigger.record.additional_inputs == ["**/*.yaml"]


@pytest.mark.usefixtures("action")
def test_enabling_and_disabling() -> None:
    """Both change the handle and the platform."""
    trigger = new_trigger()

    trigger.disable()
    assert (trigger.enabled, Trigger.from_name("on_bag").enabled) == (False, False)
    trigger.enable()
    assert (trigger.enabled, Trigger.from_name("on_bag").enabled) == (True, True)


@pytest.mark.usefixtures("action")
def test_triggers_are_queried_and_deleted() -> None:
    """Conditions on triggers may look into the action they invoke."""
    new_trigger("kept")
    new_trigger("gone").delete()

    assert [trigger.name for trigger in Trigger.query()] == ["kept"]
    spec = QuerySpecification().where("action.name").equals("ros_ingestion")
    assert [trigger.name for trigger in Trigger.query(spec)] == ["kept"]


@pytest.mark.usefixtures("action")
def test_a_trigger_is_a_json_object_too() -> None:
    """``to_dict`` has every field and nothing that JSON has not."""
    written = new_trigger().to_dict()

    assert json.loads(json.dumps(written)) == written
    assert set(written) == set(TriggerRecord.model_fields)


def test_the_action_is_the_latest_version_or_the_pinned_one(action: Action) -> None:
    """A digest pins a version; without one the trigger follows the latest."""
    following, pinned = new_trigger("following"), new_trigger("pinned", action_digest=action.digest)
    latest = Action.from_name(action.name).update(timeout=1)

    assert following.get_action().digest == latest.digest
    assert pinned.get_action().digest == action.digest


def test_invoking_by_hand_is_like_firing(action: Action, platform: EmbeddedPlatform) -> None:
    """The invocation names the trigger as its source and takes everything from it."""
    trigger = Trigger.create(name="everything", action_name=action.name, **EVERYTHING)
    dataset_id = new_dataset(platform)

    invocation = trigger.invoke(
        in_dataset(dataset_id), upload_destination=InvocationUploadDestination.dataset(dataset_id)
    )

    assert invocation is not None
    assert (invocation.source.source_type, invocation.source.source_id) == (
        InvocationSource.Trigger,
        trigger.trigger_id,
    )
    assert (invocation.parameter_values, invocation.timeout) == ({"rate": "10"}, 9)
    assert invocation.compute_requirements == ComputeRequirements(vCPU=1024, memory=2048)
    assert invocation.container_parameters.command == ["ingest"]
    assert invocation.record.input_data == ["**/*.bag"]
    assert invocation.upload_destination == InvocationUploadDestination.dataset(dataset_id)
    assert [found.id for found in trigger.get_invocations()] == [invocation.id]


def test_a_trigger_without_timeout_leaves_it_to_the_action(action: Action, platform: EmbeddedPlatform) -> None:
    """Inputs can be given instead of the trigger's own patterns."""
    trigger = new_trigger()

    invocation = trigger.invoke(in_dataset(new_dataset(platform)), input_data_override=["one.bag"])

    assert invocation is not None
    assert (invocation.timeout, invocation.record.input_data) == (7, ["one.bag"])


@pytest.mark.usefixtures("action")
def test_an_idempotency_id_invokes_once(platform: EmbeddedPlatform) -> None:
    """A second use gives None and no second invocation."""
    trigger, source = new_trigger(), in_dataset(new_dataset(platform))

    first = trigger.invoke(source, idempotency_id="once")
    second = trigger.invoke(source, idempotency_id="once")

    assert first is not None
    assert second is None
    assert [found.id for found in trigger.get_invocations()] == [first.id]


@pytest.mark.usefixtures("action")
def test_evaluations_come_newest_first_with_the_name(platform: EmbeddedPlatform) -> None:
    """A trigger's own evaluations know its name; pages of one give the same as pages of many."""
    trigger = new_trigger()
    datasets = [new_dataset(platform, "a.bag"), new_dataset(platform, "a.txt")]

    evaluations = list(trigger.get_evaluations())

    assert [each.data_source.data_source_id for each in evaluations] == datasets[::-1]
    assert [each.trigger_name for each in evaluations] == ["on_bag", "on_bag"]
    assert list(trigger.get_evaluations(limit=1)) == evaluations
    assert trigger.latest_evaluation() == evaluations[0]
    assert evaluations[1].outcome is TriggerEvaluationOutcome.InvokedAction


@pytest.mark.usefixtures("action")
def test_a_trigger_that_was_never_evaluated_has_no_latest_evaluation() -> None:
    """There is nothing to wait for either."""
    trigger = new_trigger()

    assert trigger.latest_evaluation() is None
    trigger.wait_for_evaluations_to_complete(timeout=0)


@pytest.mark.usefixtures("action")
def test_a_datasets_evaluations_know_their_triggers(platform: EmbeddedPlatform) -> None:
    """Each is named by its own trigger, None once that is deleted; records compare by what they say."""
    new_trigger("one")
    other = new_trigger("other")
    dataset_id = new_dataset(platform, "a.bag")
    other.delete()

    evaluations = list(Trigger.get_evaluations_for_dataset(dataset_id))

    assert {each.trigger_name for each in evaluations} == {"one", None}
    assert tuple(evaluations) == platform.dataset_evaluations(dataset_id).items


@pytest.mark.usefixtures("platform")
def test_evaluations_of_an_unknown_dataset_are_not_found() -> None:
    """An empty history would look like "never evaluated"."""
    with pytest.raises(NotFound):
        list(Trigger.get_evaluations_for_dataset("ds_none"))


def evaluation(number: int, status: TriggerEvaluationStatus) -> TriggerEvaluationRecord:
    """An evaluation with this id."""
    return TriggerEvaluationRecord.model_validate(
        {
            "trigger_evaluation_id": number,
            "trigger_id": "tr_1",
            "data_source": {"data_source_type": "Dataset", "data_source_id": "ds_1"},
            "evaluation_start": "2025-01-01T00:00:00Z",
            "status": status,
        }
    )


def test_later_looks_go_back_no_further_than_what_was_pending() -> None:
    """A long history is walked once; new pending evaluations are noticed all the same."""
    pending, evaluated = TriggerEvaluationStatus.Pending, TriggerEvaluationStatus.Evaluated
    history = [evaluation(3, pending), evaluation(2, evaluated), evaluation(1, evaluated)]
    seen: list[int] = []

    def newest_first() -> Iterator[TriggerEvaluationRecord]:
        for each in history:
            seen.append(each.trigger_evaluation_id)
            yield each

    looks = PendingEvaluations(newest_first)

    assert not looks.completed()
    history[:1] = [evaluation(4, pending), evaluation(3, evaluated)]
    assert not looks.completed()
    history[:1] = [evaluation(4, evaluated)]
    assert looks.completed()
    assert seen == [3, 2, 1, 4, 3, 4]
