"""Triggers in two shapes: what they make of each other, what is legal in the newer one, and its placeholders."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.inputs import FileSelector, InvocationInput
from reconciler.domain.invocations import InvocationUploadDestination
from reconciler.domain.placeholders import filled, paths_in
from reconciler.domain.platform_events import TRAITS, OncePer, PlatformEventType, slot_token
from reconciler.domain.trigger_projection import obstacle, older, targeted
from reconciler.domain.trigger_rules import trigger_problems
from reconciler.domain.trigger_shapes import (
    CreateTargetedTriggerRequest,
    EventSubscription,
    InvokeActionTarget,
    Schedule,
    SendSlackMessageTarget,
    StartAgentTarget,
    TargetedTriggerRecord,
    TriggerTarget,
)
from reconciler.domain.triggers import (
    FILE_METADATA_UPDATE,
    TriggerEvaluationCause,
    TriggerForEachPrimitive,
    TriggerRecord,
)
from reconciler.domain.values import ActionReference, ComputeRequirements, ContainerParameters

NOW: Final = datetime(2026, 9, 1, 12, tzinfo=UTC)
AUDIT: Final = {"created": NOW, "created_by": "ann", "modified": NOW, "modified_by": "bob"}
SERVICE: Final = "triggers@og_ours"


def target(**members: Any) -> InvokeActionTarget:
    """Return a target that invokes an action for bags."""
    defaults: dict[str, Any] = {
        "target_id": "t",
        "action": ActionReference(name="ingest"),
        "required_inputs": ["*.bag"],
    }
    return InvokeActionTarget(**(defaults | members))


def subscribed(*events: str, once_per: str = "dataset") -> EventSubscription:
    """Return a subscription to events."""
    return EventSubscription(events=[PlatformEventType(event) for event in events], once_per=OncePer(once_per))


def trigger(**members: Any) -> TargetedTriggerRecord:
    """Return a trigger that has an older form."""
    defaults = {
        "trigger_id": "tr_1",
        "org_id": "og_ours",
        "name": "on_bag",
        "fires_on": subscribed("file.uploaded"),
        "targets": [target()],
    }
    return TargetedTriggerRecord(**(AUDIT | defaults | members))


def field(path: str) -> Condition:
    """Return a condition on this path."""
    return Condition(field=path, comparator=Comparator.Exists)


texts: Final = st.text("ab*._-é", min_size=1, max_size=6)
conditions: Final = st.recursive(
    st.builds(
        Condition,
        field=st.sampled_from(["tags", "metadata.a", "dataset.name", "file.size"]),
        comparator=st.sampled_from(Comparator),
        value=st.none() | st.integers() | texts,
    ),
    lambda inner: st.builds(
        ConditionGroup, operator=st.sampled_from(ConditionOperator), conditions=st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=4,
)
overrides: Final = {
    "additional_inputs": st.none() | st.lists(texts, min_size=1, max_size=2),
    "parameter_values": st.dictionaries(texts, st.integers() | texts | st.lists(texts, max_size=2), max_size=2),
    "compute_requirement_overrides": st.none() | st.just(ComputeRequirements(vCPU=1024, memory=4096)),
    "container_parameter_overrides": st.none() | st.builds(ContainerParameters, command=st.lists(texts, max_size=2)),
    "timeout": st.none() | st.integers(1, 100),
}
actions: Final = st.builds(ActionReference, name=texts, digest=st.none() | texts, owner=st.none() | texts)
patterns: Final = st.lists(texts, min_size=1, max_size=3)
older_triggers: Final = st.builds(
    TriggerRecord,
    trigger_id=st.just("tr_1"),
    name=texts,
    org_id=st.just("og_ours"),
    action=actions,
    required_inputs=patterns,
    service_user_id=st.just(SERVICE),
    for_each=st.sampled_from(TriggerForEachPrimitive),
    enabled=st.booleans(),
    causes=st.lists(st.sampled_from(TriggerEvaluationCause), min_size=1, unique=True),
    condition=st.none() | conditions,
    **overrides,
    **{name: st.just(value) for name, value in AUDIT.items()},
)
newer_triggers: Final = st.builds(
    TargetedTriggerRecord,
    trigger_id=st.just("tr_1"),
    name=texts,
    org_id=st.just("og_ours"),
    enabled=st.booleans(),
    fires_on=st.builds(
        EventSubscription,
        events=st.lists(st.sampled_from(PlatformEventType), max_size=3),
        once_per=st.sampled_from(OncePer),
    ),
    condition=st.none() | conditions,
    targets=st.lists(
        st.builds(InvokeActionTarget, target_id=texts, action=actions, required_inputs=patterns, **overrides),
        max_size=2,
    ),
    **{name: st.just(value) for name, value in AUDIT.items()},
)


@given(older_triggers)
def test_an_older_trigger_comes_back_from_the_newer_shape(record: TriggerRecord) -> None:
    """Whatever was written in the older shape reads the same after a detour through the newer."""
    assert older(targeted(record), service_user_id=record.service_user_id) == record


@given(newer_triggers)
def test_what_has_an_older_form_comes_back_from_it(record: TargetedTriggerRecord) -> None:
    """The older form loses nothing but the target's id, which is kept beside it."""
    form = older(record, service_user_id=SERVICE)

    if form is not None:
        assert targeted(form, target_id=getattr(record.targets[0], "target_id", "")) == record


def test_no_causes_are_all_of_them() -> None:
    """An older trigger that leaves causes to the platform hears of everything older triggers can."""
    record = older(trigger(), service_user_id=SERVICE)
    assert record is not None

    source = targeted(record.model_copy(update={"causes": None})).fires_on

    assert isinstance(source, EventSubscription)
    assert set(source.events) == {"file.uploaded", "file.ingested", "dataset.metadata_updated"}


WITHOUT_OLDER_FORM: Final = {
    "two targets": trigger(targets=[target(target_id="a"), target(target_id="b")]),
    "no target": trigger(targets=[]),
    "an agent": trigger(targets=[StartAgentTarget(target_id="a", agent_id="ag")]),
    "a message": trigger(targets=[SendSlackMessageTarget(target_id="a", channel_id="c", text="hi")]),
    "another event": trigger(fires_on=subscribed("file.uploaded", "dataset.created")),
    "every occurrence": trigger(fires_on=subscribed("file.uploaded", once_per="occurrence")),
    "a schedule": trigger(fires_on=Schedule(cron="0 6 * * *"), targets=[target(required_inputs=[])]),
    "no patterns": trigger(targets=[target(required_inputs=[])]),
    "an input": trigger(targets=[target(invocation_input=InvocationInput(files=FileSelector(ids=["fl_1"])))]),
    "a destination": trigger(targets=[target(upload_destination=InvocationUploadDestination.dataset("ds_1"))]),
    "a placeholder": trigger(targets=[target(parameter_values={"a": ["{{dataset.name}}"]})]),
    "what changed": trigger(
        fires_on=subscribed("dataset.metadata_updated"),
        condition=ConditionGroup(operator=ConditionOperator.Or, conditions=[field("name"), field("changed.put_tags")]),
    ),
}


@pytest.mark.parametrize("record", WITHOUT_OLDER_FORM.values(), ids=WITHOUT_OLDER_FORM.keys())
def test_what_older_triggers_cannot_say_has_no_older_form(record: TargetedTriggerRecord) -> None:
    """Half a form would be a lie: a client that reads it and writes it back would destroy the rest."""
    assert older(record, service_user_id=SERVICE) is None


def test_a_cause_that_came_later_is_known_by_its_value_and_is_not_among_the_others() -> None:
    """Who takes all causes there are means those that every platform takes."""
    assert FILE_METADATA_UPDATE not in list(TriggerEvaluationCause)
    assert TriggerEvaluationCause("file_metadata_update") is FILE_METADATA_UPDATE
    assert pickle.loads(pickle.dumps(FILE_METADATA_UPDATE)) is FILE_METADATA_UPDATE
    record = older(trigger(fires_on=subscribed("file.metadata_updated")), service_user_id=SERVICE)
    assert record is not None
    assert TriggerRecord.model_validate_json(record.model_dump_json()) == record
    with pytest.raises(ValueError, match="file_metadata_updates"):
        TriggerEvaluationCause("file_metadata_updates")


def test_a_cause_that_came_later_is_no_manifests() -> None:
    """It has an older form, in the last version of the older shape, which manifests do not speak."""
    record = trigger(fires_on=subscribed("file.uploaded", "file.metadata_updated"))

    form = older(record, service_user_id=SERVICE)

    assert form is not None
    assert form.causes == [TriggerEvaluationCause.FileUpload, FILE_METADATA_UPDATE]
    assert obstacle(record) == "it fires on file.metadata_updated"


def problems(
    *targets: TriggerTarget,
    fires_on: EventSubscription | Schedule | None = None,
    condition: Condition | ConditionGroup | None = None,
) -> list[str]:
    """Return what is wrong with a trigger."""
    return trigger_problems(fires_on or subscribed("file.uploaded"), condition, targets or [target()])


def test_a_plain_trigger_is_legal() -> None:
    """The builders' defaults have no problem of their own."""
    assert problems() == []


@pytest.mark.parametrize(
    ("fires_on", "word"),
    [
        (subscribed(), "at least one"),
        (subscribed("schedule.fired", once_per="occurrence"), "cannot be subscribed to"),
        (subscribed("file.uploaded", "dataset.created"), "do not go together"),
        (subscribed("dataset.created", once_per="file"), "choose occurrence, dataset"),
        (subscribed("dataset.tag_added"), "choose occurrence"),
    ],
)
def test_events_must_go_together(fires_on: EventSubscription, word: str) -> None:
    """At least one event, one kind of entity, a granularity that each of them has."""
    assert any(word in problem for problem in problems(target(), fires_on=fires_on))


@pytest.mark.parametrize("event", PlatformEventType)
@pytest.mark.parametrize("once_per", OncePer)
def test_once_per_is_legal_where_the_event_has_it(event: PlatformEventType, once_per: OncePer) -> None:
    """The table of events decides."""
    found = problems(target(), fires_on=EventSubscription(events=[event], once_per=once_per))

    assert any(problem.startswith("fires_on.once_per") for problem in found) == (once_per not in TRAITS[event].once_per)


def test_targets_have_ids_of_their_own() -> None:
    """Dispatches are told apart by target."""
    assert any("2 targets" in problem for problem in problems(target(), target()))
    assert any("blank" in problem for problem in problems(target(target_id=" ")))
    assert trigger_problems(subscribed("file.uploaded"), None, []) == ["targets: name at least one target"]


@pytest.mark.parametrize(
    ("fires_on", "members", "word"),
    [
        (Schedule(cron="* * * * *"), {}, "required_inputs"),
        (subscribed("invocation.completed", once_per="occurrence"), {}, "required_inputs"),
        (
            subscribed("invocation.failed", once_per="invocation"),
            {"required_inputs": [], "additional_inputs": ["*"]},
            "additional_inputs",
        ),
        (subscribed("file.uploaded", once_per="file"), {"required_inputs": []}, "must match one"),
        (subscribed("file.ingested", once_per="occurrence"), {"required_inputs": []}, "must match one"),
        (subscribed("file.ingested", once_per="file"), {"required_inputs": ["**/*"]}, "takes every file"),
        (subscribed("dataset.created"), {"required_inputs": [" "]}, "not be blank"),
    ],
)
def test_patterns_need_files_to_match(
    fires_on: EventSubscription | Schedule, members: dict[str, Any], word: str
) -> None:
    """Patterns without a dataset, or a file without patterns, could never fire."""
    assert any(word in problem for problem in problems(target(**members), fires_on=fires_on))


@pytest.mark.parametrize(
    "fires_on", [subscribed("file.uploaded"), subscribed("dataset.upload_completed", once_per="occurrence")]
)
def test_datasets_need_no_patterns(fires_on: EventSubscription) -> None:
    """A target may want the event and no file."""
    assert problems(target(required_inputs=[]), fires_on=fires_on) == []


@pytest.mark.parametrize(
    ("path", "legal"),
    [
        ("tags", True),
        ("dataset.tags", True),
        ("file.size", True),
        ("envelope.time", True),
        ("trigger.name", True),
        ("changed.put_tags", False),
        ("invocation.org_id", False),
        ("topic.name", False),
        ("msgpath.a", False),
    ],
)
def test_conditions_look_where_every_event_does(path: str, legal: bool) -> None:
    """A root that only one of the events exposes would be null for the others."""
    fires_on = subscribed("file.uploaded", "file.metadata_updated")

    assert (problems(target(), fires_on=fires_on, condition=field(path)) == []) == legal


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("{{dataset.name}} and {{ file.size }}", True),
        ("{{envelope.time}}", True),
        ("{{invocation.org_id}}", False),
        ("{{name}}", False),
        ("{{no placeholder}} {{1}} {{", True),
    ],
)
def test_placeholders_are_filled_in_by_every_event(text: str, legal: bool) -> None:
    """Unlike conditions, placeholders name their root."""
    assert (problems(target(parameter_values={"a": {"b": [text]}})) == []) == legal


@pytest.mark.parametrize(
    ("query", "legal"),
    [
        ('dataset_id = "{{dataset.dataset_id}}"', True),
        ("path LIKE '%{{file.name}}' AND size > 1", True),
        ("size > {{file.size}}", False),
        ('name = "a\\" OR {{file.name}}', False),
        ("name = \" 'a{{file.name}}'", False),
        pytest.param('"' + '\\"' * 200_000 + "{{file.name}}", False, id="long, and never closed"),
    ],
)
def test_placeholders_in_queries_stand_in_quotes(query: str, legal: bool) -> None:
    """What an event brings is data, and never syntax."""
    chosen = InvocationInput(files=FileSelector(query=query))

    assert (problems(target(invocation_input=chosen)) == []) == legal


def test_every_problem_is_named_at_once() -> None:
    """Whoever mends one finds no second behind it."""
    found = problems(
        target(required_inputs=[]),
        target(parameter_values={"a": "{{tag.name}}"}),
        fires_on=subscribed("file.uploaded", "dataset.tag_added", once_per="file"),
        condition=field("upload.id"),
    )

    assert len(found) == 6


def test_placeholders_are_filled_in_everywhere() -> None:
    """Values as text, what is not there as nothing; other texts stay."""
    chosen = target(
        parameter_values={"a": "run {{dataset.name}}", "b": [{"c": "{{file.size}}"}], "d": 1, "e": "{{file.ghost}}"},
        required_inputs=["{{file.name}}"],
        additional_inputs=None,
        invocation_input=InvocationInput(
            files=FileSelector(query='name = "{{dataset.name}}"', dataset_id="{{dataset.dataset_id}}")
        ),
    )
    namespace = {"dataset": {"name": 'a"b', "dataset_id": "ds_1"}, "file": {"size": 7, "name": "x.bag"}}

    done = filled(chosen, namespace)

    assert done.parameter_values == {"a": 'run a"b', "b": [{"c": "7"}], "d": 1, "e": ""}
    assert done.required_inputs == ["x.bag"]
    assert done.additional_inputs is None
    assert done.invocation_input == InvocationInput(files=FileSelector(query='name = "a\\"b"', dataset_id="ds_1"))
    assert paths_in(done) == []


def test_a_service_user_is_the_platforms_to_choose() -> None:
    """Older requests may name one; null is no name."""
    body = {"name": "a", "fires_on": subscribed("dataset.created"), "targets": [target()]}

    assert CreateTargetedTriggerRequest.model_validate(body | {"service_user_id": None}).service_user_id is None
    with pytest.raises(ValidationError, match="leave it out"):
        CreateTargetedTriggerRequest.model_validate(body | {"service_user_id": "svc"})


def test_slots_are_written_as_the_platform_writes_them() -> None:
    """The token of a slot names the event, the granularity and the entity."""
    assert slot_token(PlatformEventType.FileUploaded, OncePer.Dataset, "ds_1") == "file.uploaded|dataset:ds_1"
