"""Laws of planning: apply what a plan says and nothing is left to do; the same input gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.domain.actions import ActionRecord, ActionSpec
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.requests import UpdateActionRequest, UpdateTriggerRequest
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerRecord, TriggerSpec
from reconciler.domain.values import (
    LEGAL_MEMORY,
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.manifests.desired import Desired, Lifecycle, Resource
from reconciler.plan.masking import concealed, secrets_in
from reconciler.plan.model import (
    Change,
    CreateAction,
    CreateTrigger,
    DeleteAction,
    DeleteTrigger,
    Plan,
    Request,
    SetAccessibility,
    UpdateAction,
    UpdateTrigger,
)
from reconciler.plan.planfile import dumps, loads, needs_manifests, plan_id
from tests.plan.builders import (
    ORG,
    action_address,
    action_record,
    desired,
    live,
    planned,
    trigger_address,
    trigger_record,
)

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

text = st.text("ab \né", max_size=4)
names = st.sampled_from(["threshold", "topics", "api_token"])
primitives = st.one_of(st.booleans(), st.integers(0, 1), st.sampled_from([0.0, 1.0, 0.5]), text)
free = st.recursive(
    st.none() | primitives,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
#: Manifests hold plain values without dots in their keys; what others wrote to the platform need not.
metadata = st.dictionaries(st.sampled_from(["a", "b", "c.d"]), free, max_size=3)
computes = st.sampled_from(
    [
        ComputeRequirements(vCPU=vcpu, memory=memory, storage=storage)
        for vcpu, memories in LEGAL_MEMORY.items()
        for memory in memories[:2]
        for storage in (21, 50)
    ]
)
containers = st.builds(
    ContainerParameters,
    command=st.none() | st.lists(text, max_size=2),
    entry_point=st.none() | st.lists(text, max_size=1),
    env_vars=st.none() | st.dictionaries(st.sampled_from(["LEVEL", "API_KEY"]), text, max_size=2),
    workdir=st.none() | st.sampled_from(["", "/app"]),
)
parameters = st.lists(
    st.builds(
        ActionParameter, name=names, required=st.booleans(), description=st.none() | text, default=st.none() | text
    ),
    unique_by=lambda parameter: parameter.name,
    max_size=3,
).map(tuple)
tags = st.lists(st.sampled_from(["x", "y", "z"]), max_size=4).map(tuple)
comparisons = st.builds(
    Condition,
    field=st.sampled_from(["metadata.a", "tags"]),
    comparator=st.sampled_from([Comparator.Equals, Comparator.Exists]),
    value=st.none() | primitives,
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.builds(
        ConditionGroup, operator=st.sampled_from(ConditionOperator), conditions=st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=4,
)
patterns = st.lists(st.sampled_from(["*.bag", "*.mcap", "!x.bag"]), min_size=1, max_size=2).map(tuple)

standing_actions = st.builds(
    ActionSpec,
    uri=st.sampled_from(["image:1", "image:2"]),
    description=st.none() | text,
    short_description=st.none() | text,
    compute_requirements=st.none() | computes,
    container_parameters=st.none() | containers,
    parameters=parameters,
    metadata=metadata,
    tags=tags,
    requires_downloaded_inputs=st.none() | st.booleans(),
    timeout=st.none() | st.integers(1, 3),
    accessibility=st.sampled_from(Accessibility),
)
inheriting_actions = st.builds(
    ActionSpec,
    inherits=st.sampled_from([ActionReference(name="base"), ActionReference(name="base", owner=ORG)]),
    compute_requirements=st.none() | computes,
    description=st.none() | text,
    metadata=metadata,
    tags=tags,
    timeout=st.none() | st.integers(1, 3),
)
trigger_specs = st.builds(
    TriggerSpec,
    action=st.sampled_from([ActionReference(name="base"), ActionReference(name="base", owner=ORG)]),
    required_inputs=patterns,
    additional_inputs=st.just(()) | patterns,
    for_each=st.sampled_from(TriggerForEachPrimitive),
    enabled=st.booleans(),
    causes=st.none()
    | st.lists(st.sampled_from(TriggerEvaluationCause), min_size=1, max_size=2, unique=True).map(tuple),
    compute_requirement_overrides=st.none() | computes,
    condition=st.none() | conditions,
    container_parameter_overrides=st.none() | containers,
    timeout=st.none() | st.integers(1, 3),
)
#: Values are only given for what the trigger's action declares, whatever is drawn for it.
values = st.dictionaries(names, free, max_size=2)
ignores = st.sampled_from(
    [
        (),
        ("/spec/description",),
        ("/spec/tags", "/spec/metadata/a"),
        ("/spec/parameters/*/default",),
        ("/spec/container_parameters/env_vars/*", "/spec/timeout"),
    ]
)


@st.composite
def fleets(draw: st.DrawFn) -> Desired:
    """Manifests of an action with all its parameters, an inheriting one and some triggers."""
    base = draw(standing_actions)
    declared = {parameter.name for parameter in base.parameters}
    base = replace(base, parameters=(*base.parameters, *_optional({"threshold", "topics", "api_token"} - declared)))
    given_values = {name for name in declared if draw(st.booleans())}
    required = {each.name for each in base.parameters if each.required and each.default is None}
    specs = [draw(trigger_specs) for _ in range(draw(st.integers(0, 2)))]
    triggers = [
        replace(spec, parameter_values={name: draw(free) for name in sorted(given_values | required)}) for spec in specs
    ]
    return desired(
        Resource(action_address("base"), base, file="base.yaml", lifecycle=Lifecycle(ignore=draw(ignores))),
        Resource(action_address("child"), draw(inheriting_actions | standing_actions), file="child.yaml"),
        *(
            Resource(trigger_address(f"t{index}"), spec, file="triggers.yaml", document=index)
            for index, spec in enumerate(triggers)
        ),
    )


def _optional(missing: set[str]) -> list[ActionParameter]:
    return [ActionParameter(name=name) for name in sorted(missing)]


def after(plan: Plan, state: Live) -> Live:
    """Return live state after a platform took every request of a plan."""
    records = dict(state.records)
    for change in plan.changes:
        for request in change.requests:
            record = _after(request, records.get(change.address))
            if record is None:
                del records[change.address]
            else:
                records[change.address] = record
    return Live(state.identity, records, state.foreign)


def _after(request: Request, record: LiveRecord | None) -> LiveRecord | None:
    match request:
        case CreateAction(body=body):
            return action_record(**_members(body))
        case CreateTrigger(body=body):
            return trigger_record(**_trigger_members(_members(body)))
        case UpdateAction(body=body):
            assert isinstance(record, ActionRecord)
            return _updated_action(record, body)
        case UpdateTrigger(body=body):
            assert isinstance(record, TriggerRecord)
            return _updated_trigger(record, body)
        case SetAccessibility(body=body):
            assert isinstance(record, ActionRecord)
            return record.model_copy(update={"accessibility": body.accessibility})
        case DeleteAction() | DeleteTrigger():
            return None


def _members(body: Any) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.model_fields_set}


def _updated_action(record: ActionRecord, body: UpdateActionRequest) -> ActionRecord:
    members = _members(body)
    changeset = members.pop("metadata_changeset", None)
    if changeset is not None:
        members["metadata"], members["tags"] = changeset.apply_to(record.metadata, record.tags)
    changeset = members.pop("parameter_changeset", None)
    if changeset is not None:
        members["parameters"] = changeset.apply_to(record.parameters)
    moved = {"digest": f"{record.digest}+", "modified": record.modified + timedelta(seconds=1)}
    return record.model_copy(update={**members, **moved})


def _updated_trigger(record: TriggerRecord, body: UpdateTriggerRequest) -> TriggerRecord:
    members = _trigger_members({**_action_members(record), **_members(body)})
    return record.model_copy(update=members)


def _action_members(record: TriggerRecord) -> dict[str, Any]:
    return {
        "action_name": record.action.name,
        "action_digest": record.action.digest,
        "action_owner_id": record.action.owner,
    }


def _trigger_members(members: dict[str, Any]) -> dict[str, Any]:
    """Return a request's members as the platform keeps them: one reference, no null where the record has none."""
    kept = {name: member for name, member in members.items() if not name.startswith("action_")}
    kept["action"] = ActionReference(
        name=members["action_name"], digest=members["action_digest"], owner=members["action_owner_id"] or ORG
    )
    if "parameter_values" in kept:
        kept["parameter_values"] = kept["parameter_values"] or {}
    if kept.get("service_user_id") is None:
        kept.pop("service_user_id", None)
    return kept


def shuffled(value: Any) -> Any:
    """Return the same JSON with every object's keys in the opposite order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [shuffled(member) for member in value]
    return value


@QUICK
@given(first=fleets(), second=fleets())
def test_a_plan_after_its_apply_is_empty(first: Desired, second: Desired) -> None:
    """From nothing, and from any other fleet: what is sent is all there is to send."""
    created = after(planned(first), live())
    assert planned(first, created).is_empty

    changed = after(planned(second, created), created)
    assert planned(second, changed).is_empty


@QUICK
@given(first=fleets(), second=fleets())
def test_a_change_has_differences_and_requests_or_is_none(first: Desired, second: Desired) -> None:
    """Nothing is sent without saying why, nothing is said without being sent."""
    for change in planned(second, after(planned(first), live())).changes:
        assert change.fields
        assert change.requests
        assert len({difference.pointer for difference in change.fields}) == len(change.fields)
        assert [difference.pointer for difference in change.fields] == sorted(
            difference.pointer for difference in change.fields
        )


@QUICK
@given(first=fleets(), second=fleets())
def test_the_same_input_gives_the_same_bytes(first: Desired, second: Desired) -> None:
    """Neither the order of resources nor that of the keys in a map counts."""
    state = after(planned(first), live())
    other = Desired(
        {address: _reordered(second.resources[address]) for address in reversed(list(second.resources))}, second.digest
    )
    other_state = Live(state.identity, dict(reversed(list(state.records.items()))))

    assert dumps(planned(other, other_state)) == dumps(planned(second, state))


def _reordered(resource: Resource) -> Resource:
    spec = resource.spec
    if isinstance(spec, ActionSpec):
        return replace(resource, spec=replace(spec, metadata=shuffled(dict(spec.metadata))))
    return replace(resource, spec=replace(spec, parameter_values=shuffled(dict(spec.parameter_values))))


@QUICK
@given(first=fleets(), second=fleets())
def test_a_plan_survives_its_file(first: Desired, second: Desired) -> None:
    """Read back it is equal and sends the same; where secrets are masked, its id and its text are the same."""
    plan = planned(second, after(planned(first), live()))
    text = dumps(plan)
    read = loads(text, file="plan.json")

    assert plan_id(read) == plan_id(plan)
    assert dumps(read) == text
    if not any(_secrets(change) for change in plan.changes):
        assert read == plan
        assert [_sent(change) for change in read.changes] == [_sent(change) for change in plan.changes]
    assert needs_manifests(read) == any(_sends_secrets(change) for change in plan.changes)


def _sent(change: Change) -> list[str]:
    bodies = [getattr(request, "body", None) for request in change.requests]
    return [json.dumps(body.to_wire(), sort_keys=True) for body in bodies if body is not None]


def _secrets(change: Change) -> list[Any]:
    return [*secrets_in(change.before), *secrets_in(change.after)]


def _sends_secrets(change: Change) -> bool:
    bodies = [request.body.to_wire() for request in change.requests if hasattr(request, "body")]
    return any(any(secrets_in(concealed(body, sensitive=change.sensitive))) for body in bodies)


@QUICK
@given(fleet=fleets(), token=st.text("0123456789abcdef", min_size=24, max_size=24))
def test_no_secret_is_in_a_plan_file(fleet: Desired, token: str) -> None:
    """Wherever a secret is declared, neither the file nor a repr of what is shown holds it."""
    wanted = Desired({address: _with_secret(each, token) for address, each in fleet.resources.items()})
    plan = planned(wanted, after(planned(fleet), live()))

    assert token not in dumps(plan)
    for change in [*plan.changes, *planned(wanted).changes]:
        assert token not in repr((change.fields, change.before, change.after))


def _with_secret(resource: Resource, token: str) -> Resource:
    spec, env = resource.spec, ContainerParameters(env_vars={"API_KEY": token, "LEVEL": "info"})
    if isinstance(spec, TriggerSpec):
        values = {**spec.parameter_values, "api_token": token}
        return replace(resource, spec=replace(spec, parameter_values=values, container_parameter_overrides=env))
    if spec.inherits is not None:
        return resource
    others = tuple(parameter for parameter in spec.parameters if parameter.name != "api_token")
    secret = ActionParameter(name="api_token", default=token)
    return replace(resource, spec=replace(spec, parameters=(*others, secret), container_parameters=env))
