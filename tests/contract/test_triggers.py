"""Triggers: create, read, update, delete, and what is refused."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.newer_triggers import NewerTrigger
from reconciler.domain.platform import Platform
from reconciler.domain.platform_events import OncePer, PlatformEventType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    EventSubscription,
    InvokeActionTarget,
    Schedule,
    TriggerTarget,
)
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import Conflict, InvalidRequest, NotFound
from tests.contract.builders import new_action, new_trigger
from tests.contract.conftest import ANN, World

CONDITION = ConditionGroup(
    operator=ConditionOperator.And,
    conditions=[
        Condition(field="metadata.sensor", comparator=Comparator.Equals, value="12"),
        Condition(field="metadata.rate", comparator=Comparator.GreaterThan, value=1.5),
        Condition(field="tags", comparator=Comparator.Exists),
    ],
)

FULL: dict[str, Any] = {
    "additional_inputs": ["**/*.yaml"],
    "causes": [TriggerEvaluationCause.FileUpload, TriggerEvaluationCause.DatasetMetadataUpdate],
    "compute_requirement_overrides": ComputeRequirements(vCPU=2048, memory=8192),
    "condition": CONDITION,
    "container_parameter_overrides": ContainerParameters(env_vars={"A": "b"}),
    "enabled": False,
    "for_each": TriggerForEachPrimitive.DatasetFile,
    "parameter_values": {"rate": 5, "deep": {"list": [1, None, "x"]}},
    "required_inputs": ["z/*.bag", "!z/old.bag", "a/*.bag"],
    "timeout": 15,
}


@pytest.fixture(autouse=True)
def _action(platform: Platform) -> None:
    """The action that triggers invoke by default."""
    platform.create_action(new_action())


def test_a_created_trigger_is_read_back_as_it_was_answered(platform: Platform) -> None:
    """Every configured field is kept, order included."""
    created = platform.create_trigger(new_trigger(service_user_id="su_1", **FULL))

    assert platform.get_trigger("on_bag") == created
    assert {name: getattr(created, name) for name in FULL} == FULL
    assert created.service_user_id == "su_1"


def test_what_is_not_given_stays_null_but_for_the_service_user(platform: Platform) -> None:
    """The platform fills in a service user and reads no parameter values as an empty object; the rest stays null."""
    record = platform.create_trigger(new_trigger())

    nullable = ["additional_inputs", "causes", "compute_requirement_overrides", "condition"]
    nullable += ["container_parameter_overrides", "timeout"]
    assert {name: getattr(record, name) for name in nullable} == dict.fromkeys(nullable)
    assert (record.parameter_values, record.enabled, record.for_each) == ({}, True, TriggerForEachPrimitive.Dataset)
    assert record.service_user_id
    assert record.trigger_id
    assert (record.org_id, record.created_by, record.modified_by) == ("og_ours", "ann@ours.example", "ann@ours.example")
    assert record.created == record.modified


def test_an_action_that_is_not_pinned_follows_the_latest(platform: Platform) -> None:
    """The digest stays null and the owner is spelt out."""
    record = platform.create_trigger(new_trigger())

    assert record.action == ActionReference(name="ros_ingest", digest=None, owner="og_ours")


def test_an_action_can_be_pinned(platform: Platform) -> None:
    """A pinned trigger keeps its version while the action moves on."""
    digest = platform.get_action("ros_ingest").digest
    platform.create_trigger(new_trigger(action_digest=digest))
    platform.update_action("ros_ingest", UpdateActionRequest(timeout=5))

    assert platform.get_trigger("on_bag").action.digest == digest


def test_times_and_decimals_in_conditions_become_texts(platform: Platform) -> None:
    """What is answered to a create is what every later read says."""
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    members = [
        Condition(field="created", comparator=Comparator.LessThan, value=moment),
        Condition(field="metadata.share", comparator=Comparator.LessThan, value=Decimal("0.10")),
    ]
    group = ConditionGroup(operator=ConditionOperator.Or, conditions=[*members])

    record = platform.create_trigger(new_trigger(condition=group))

    assert isinstance(record.condition, ConditionGroup)
    assert [getattr(member, "value", None) for member in record.condition.conditions] == [
        "2026-01-02T00:00:00Z",
        "0.10",
    ]
    assert platform.get_trigger("on_bag") == record


def test_a_taken_name_is_a_conflict(platform: Platform) -> None:
    """A second trigger of a name is refused and the first stays."""
    first = platform.create_trigger(new_trigger())

    with pytest.raises(Conflict, match="on_bag"):
        platform.create_trigger(new_trigger(enabled=False))
    assert platform.get_trigger("on_bag") == first


@pytest.mark.parametrize(
    "given",
    [{"action_name": "ghost"}, {"action_digest": "0123"}, {"action_owner_id": "og_nowhere"}, {"action_name": "b d"}],
)
def test_a_trigger_needs_an_action(platform: Platform, given: dict[str, Any]) -> None:
    """An action, version or owner that is not there is not found, and no trigger is made."""
    with pytest.raises(NotFound, match=next(iter(given.values()))):
        platform.create_trigger(new_trigger(**given))
    with pytest.raises(NotFound):
        platform.get_trigger("on_bag")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"name": "with space"}, "name"),
        ({"name": "dataset"}, "route"),
        ({"name": "events"}, "route"),
        ({"timeout": 0}, "timeout"),
        ({"condition": Condition(field="a", comparator=Comparator.Equals, value=2**2000)}, "condition"),
        ({"for_each": TriggerForEachPrimitive.DatasetFile, "required_inputs": ["a.bag", "**/*"]}, r"\*\*/\*"),
        ({"for_each": TriggerForEachPrimitive.DatasetFile, "required_inputs": ["**"]}, "every file"),
        ({"for_each": TriggerForEachPrimitive.DatasetFile, "required_inputs": [" * "]}, "every file"),
    ],
)
def test_a_wrong_field_is_refused_by_name(platform: Platform, given: dict[str, Any], complaint: str) -> None:
    """What the platform would not keep is an invalid request, and nothing is created."""
    with pytest.raises(InvalidRequest, match=complaint):
        platform.create_trigger(new_trigger(**given))
    assert platform.query_triggers(QuerySpecification()).items == ()


@pytest.mark.parametrize("patterns", [[], [""], [" ", "\t"]])
def test_patterns_must_not_be_blank(platform: Platform, patterns: list[str]) -> None:
    """Requests cannot hold blank lists of patterns; an update that does is refused by the platform."""
    with pytest.raises(ValidationError):
        new_trigger(required_inputs=patterns)
    with pytest.raises(ValidationError):
        new_trigger(additional_inputs=patterns)
    before = platform.create_trigger(new_trigger())

    with pytest.raises(InvalidRequest, match="required_inputs"):
        platform.update_trigger("on_bag", UpdateTriggerRequest(required_inputs=patterns))
    with pytest.raises(InvalidRequest, match="additional_inputs"):
        platform.update_trigger("on_bag", UpdateTriggerRequest(additional_inputs=patterns))
    assert platform.get_trigger("on_bag") == before


def test_every_file_may_be_taken_per_dataset(platform: Platform) -> None:
    """A catch-all pattern is legal where a dataset gives one run."""
    assert platform.create_trigger(new_trigger(required_inputs=["**/*"])).required_inputs == ["**/*"]


@pytest.mark.parametrize("field", sorted(FULL))
def test_an_update_changes_what_it_sets_and_nothing_else(platform: Platform, field: str) -> None:
    """Every field can be changed alone."""
    before = platform.create_trigger(new_trigger())

    after = platform.update_trigger("on_bag", UpdateTriggerRequest(**{field: FULL[field]}))

    assert after.modified > before.modified
    assert after == before.model_copy(update={field: FULL[field], "modified": after.modified})
    assert platform.get_trigger("on_bag") == after


@pytest.mark.parametrize(
    "field",
    ["additional_inputs", "compute_requirement_overrides", "condition", "container_parameter_overrides", "timeout"],
)
def test_null_clears_a_field(platform: Platform, field: str) -> None:
    """Null is not "leave it"."""
    before = platform.create_trigger(new_trigger(**FULL))

    after = platform.update_trigger("on_bag", UpdateTriggerRequest(**{field: None}))

    assert after == before.model_copy(update={field: None, "modified": after.modified})


def test_null_parameter_values_are_none(platform: Platform) -> None:
    """The record has an object, never null."""
    platform.create_trigger(new_trigger(**FULL))

    assert platform.update_trigger("on_bag", UpdateTriggerRequest(parameter_values=None)).parameter_values == {}


def test_a_pin_can_be_set_and_cleared(platform: Platform) -> None:
    """A digest alone changes the reference's digest alone."""
    digest = platform.get_action("ros_ingest").digest
    platform.create_trigger(new_trigger())

    pinned = platform.update_trigger("on_bag", UpdateTriggerRequest(action_digest=digest))
    freed = platform.update_trigger("on_bag", UpdateTriggerRequest(action_digest=None))

    assert (pinned.action.digest, freed.action.digest) == (digest, None)
    assert (pinned.action.name, pinned.action.owner) == ("ros_ingest", "og_ours")


def test_a_trigger_can_be_pointed_at_another_action(platform: Platform) -> None:
    """The new action must exist; then the old one is free to go."""
    platform.create_trigger(new_trigger())
    with pytest.raises(NotFound, match="other"):
        platform.update_trigger("on_bag", UpdateTriggerRequest(action_name="other"))
    platform.create_action(new_action("other"))

    assert platform.update_trigger("on_bag", UpdateTriggerRequest(action_name="other")).action.name == "other"
    platform.delete_action("ros_ingest")


def test_an_empty_update_is_legal(platform: Platform) -> None:
    """It changes nothing but who modified it last and when."""
    before = platform.create_trigger(new_trigger(**FULL))

    after = platform.update_trigger("on_bag", UpdateTriggerRequest())

    assert after == before.model_copy(update={"modified": after.modified})


def test_a_catch_all_cannot_be_reached_in_two_steps(platform: Platform) -> None:
    """What an update leads to is held to the rules as a whole."""
    before = platform.create_trigger(new_trigger(required_inputs=["**"]))

    with pytest.raises(InvalidRequest, match="every file"):
        platform.update_trigger("on_bag", UpdateTriggerRequest(for_each=TriggerForEachPrimitive.DatasetFile))
    assert platform.get_trigger("on_bag") == before


def test_delete_frees_the_name(platform: Platform) -> None:
    """A deleted trigger is gone, and the name can be used again."""
    first = platform.create_trigger(new_trigger())

    platform.delete_trigger("on_bag")

    with pytest.raises(NotFound):
        platform.get_trigger("on_bag")
    assert platform.create_trigger(new_trigger()).trigger_id != first.trigger_id


@pytest.mark.parametrize("name", ["ghost", "query"])
def test_an_unknown_trigger_is_not_found(platform: Platform, name: str) -> None:
    """Reading, changing and deleting what is not there says so."""
    with pytest.raises(NotFound):
        platform.get_trigger(name)
    with pytest.raises(NotFound):
        platform.update_trigger(name, UpdateTriggerRequest(enabled=True))
    with pytest.raises(NotFound):
        platform.delete_trigger(name)


def test_triggers_that_no_listing_shows_are_told_with_the_reason(world: World, tmp_path: Path) -> None:
    """What only the newer shape can say is not lost on whoever lists triggers; others are not told twice."""
    hidden = {
        "nightly": Schedule(cron="0 6 * * *"),
        "on_created": EventSubscription(events=[PlatformEventType.DatasetCreated], once_per=OncePer.Dataset),
        "plain": EventSubscription(events=[PlatformEventType.FileUploaded], once_per=OncePer.Dataset),
    }
    target = InvokeActionTarget(target_id="t", action=ActionReference(name="ros_ingest"), required_inputs=["*.bag"])
    with closing(EmbeddedPlatform.open(tmp_path / "platform.db", caller=ANN)) as embedded:
        for name, fires_on in hidden.items():
            inputs = [] if isinstance(fires_on, Schedule) else target.required_inputs
            targets: list[TriggerTarget] = [target.model_copy(update={"required_inputs": inputs})]
            embedded.targeted_triggers.create(
                CreateTargetedTriggerRequest(name=name, fires_on=fires_on, targets=targets)
            )

    assert world.ours.newer_triggers() == (
        NewerTrigger("nightly", "it fires on a schedule (0 6 * * *)"),
        NewerTrigger("on_created", "it fires on dataset.created"),
    )
    assert [[action.name for action in each.actions] for each in world.ours.newer_triggers()] == [["ros_ingest"]] * 2
    assert world.theirs.newer_triggers() == ()
