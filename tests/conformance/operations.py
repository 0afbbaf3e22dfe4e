"""Uses of the three classes, written once for every client that has them; what each sends is compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tests.conformance.records import (
    ACTION,
    COMPLETED,
    EVALUATION,
    FAILING,
    INVOCATION,
    LOG,
    TRIGGER,
    page,
    stretch,
)
from tests.conformance.sdk import Client


class Operation(NamedTuple):
    """One use of a class, and the data that its requests are answered with, in order, the last one for ever."""

    use: Callable[[Client], object]
    answers: tuple[Any, ...]


def action(client: Client, **given: Any) -> Any:
    """Return a handle of an action of ours."""
    api = client.actions
    return api.Action(api.ActionRecord.model_validate({**ACTION, **given}), client.client)


def trigger(client: Client, **given: Any) -> Any:
    """Return a handle of a trigger of ours."""
    api = client.actions
    return api.Trigger(api.TriggerRecord.model_validate({**TRIGGER, **given}), client.client)


def invocation(client: Client, record: dict[str, Any] = INVOCATION) -> Any:
    """Return a handle of an invocation of ours."""
    api = client.actions
    return api.Invocation(api.InvocationRecord.model_validate(record), client.client)


def spec(client: Client, **given: Any) -> Any:
    """Return a query."""
    return client.query.QuerySpecification(**given)


def condition(client: Client, field: str, comparator: str, value: object) -> Any:
    """Return a condition; ``comparator`` is the token that travels."""
    return client.query.Condition(field=field, comparator=client.query.Comparator(comparator), value=value)


def create_full_action(c: Client) -> object:
    """Create an action with everything there is."""
    api = c.actions
    return api.Action.create(
        "full",
        compute_requirements=api.ComputeRequirements(vCPU=1024, memory=2048),
        container_parameters=api.ContainerParameters(command=["go"], env_vars={"A": "1"}),
        description="long",
        inherits=None,
        metadata={"team": "ml", "runs": 3},
        parameters=[api.ActionParameter(name="a", required=True), api.ActionParameter(name="b", default=1.5)],
        requires_downloaded_inputs=False,
        short_description="short",
        tags=["x", "y"],
        timeout=5,
        uri="img:2",
        caller_org_id="og_lab",
        roboto_client=c.client,
    )


def update_whole_action(c: Client) -> object:
    """Change everything there is of an action."""
    api = c.actions
    changes = api.ActionParameterChangeset.Builder().put_parameter(api.ActionParameter(name="a")).remove_parameter("b")
    return action(c).update(
        compute_requirements=api.ComputeRequirements(vCPU=2048, memory=4096),
        container_parameters=api.ContainerParameters(entry_point=["x"]),
        description="new",
        inherits=api.ActionReference(name="base", owner="og_hub"),
        metadata_changeset=c.changeset(put_fields={"a.b": 1}, remove_fields=["c"], remove_tags=["x"]),
        parameter_changeset=changes.build(),
        short_description="short",
        timeout=7,
        uri=" img:3 ",
        requires_downloaded_inputs=True,
    )


def invoke_with_everything(c: Client) -> object:
    """Invoke an action with everything there is."""
    api = c.actions
    return action(c).invoke(
        api.InvocationSource.Manual,
        data_source_id="ds_1",
        data_source_type=api.InvocationDataSourceType.Dataset,
        input_data=["**/*.bag", "*.yaml"],
        upload_destination=api.InvocationUploadDestination.dataset("ds_9"),
        compute_requirement_overrides=api.ComputeRequirements(vCPU=1024, memory=2048),
        container_parameter_overrides=api.ContainerParameters(command=["go"]),
        idempotency_id="once",
        invocation_source_id="ann",
        parameter_values={"a": 1, "b": None},
        timeout=3,
        caller_org_id="og_lab",
    )


def invoke_on_selected_inputs(c: Client) -> object:
    """Invoke an action on inputs that queries, ids and names select."""
    api = c.actions
    selected = api.InvocationInput(
        files=[api.FileSelector(query="size < 3"), api.FileSelector(ids=["fl_1"])],
        topics=api.DataSelector(names=["/imu"], dataset_id="ds_1"),
    )
    return action(c).invoke(api.InvocationSource.Manual, input_data=selected)


def create_full_trigger(c: Client) -> object:
    """Create a trigger with everything there is."""
    api = c.actions
    return api.Trigger.create(
        "full",
        "ingest",
        ["**/*.bag"],
        api.TriggerForEachPrimitive.DatasetFile,
        enabled=False,
        action_digest="d1",
        action_owner_id="og_hub",
        additional_inputs=["*.yaml"],
        causes=[api.TriggerEvaluationCause.FileIngest, api.TriggerEvaluationCause.DatasetMetadataUpdate],
        compute_requirement_overrides=api.ComputeRequirements(vCPU=1024, memory=2048),
        condition=c.query.ConditionGroup(
            operator=c.query.ConditionOperator.And,
            conditions=[condition(c, "tags", "CONTAINS", "night"), condition(c, "metadata.speed", "GREATER_THAN", 3)],
        ),
        container_parameter_overrides=api.ContainerParameters(workdir="w"),
        parameter_values={"speed": "3"},
        service_user_id="su_2",
        timeout=4,
        caller_org_id="og_lab",
        roboto_client=c.client,
    )


def update_whole_trigger(c: Client) -> object:
    """Change everything there is of a trigger."""
    api = c.actions
    return trigger(c).update(
        action_name="other",
        action_owner_id="og_lab",
        action_digest="d2",
        additional_inputs=["*.json"],
        causes=[api.TriggerEvaluationCause.FileUpload],
        compute_requirement_overrides=api.ComputeRequirements(),
        container_parameter_overrides=api.ContainerParameters(command=["y"]),
        condition=condition(c, "name", "LIKE", "a%"),
        enabled=True,
        for_each=api.TriggerForEachPrimitive.Dataset,
        parameter_values={"a": 1},
        required_inputs=["x/**"],
        timeout=8,
    )


def clear_trigger(c: Client) -> object:
    """Clear everything of a trigger that can be cleared."""
    return trigger(c).update(
        action_digest=None,
        additional_inputs=None,
        compute_requirement_overrides=None,
        container_parameter_overrides=None,
        condition=None,
        parameter_values=None,
        timeout=None,
    )


def invoke_trigger(c: Client, **given: Any) -> object:
    """Invoke a trigger by hand."""
    api = c.actions
    source = api.InvocationDataSource(data_source_type=api.InvocationDataSourceType.Dataset, data_source_id="ds_1")
    return trigger(c).invoke(source, **given)


ACTIONS: Final = {
    "create an action": Operation(lambda c: c.actions.Action.create("a", roboto_client=c.client), (ACTION,)),
    "create an action with everything": Operation(create_full_action, (ACTION,)),
    "create an action that inherits": Operation(lambda c: c.actions.Action.create(
        "a", inherits=action(c).record.reference, roboto_client=c.client), (ACTION,)),
    "get an action": Operation(lambda c: c.actions.Action.from_name("a", roboto_client=c.client), (ACTION,)),
    "get a version of a foreign action": Operation(lambda c: c.actions.Action.from_name(
        "a", digest="d/1 +", owner_org_id="og_hub", roboto_client=c.client), (ACTION,)),
    "change nothing of an action": Operation(lambda c: action(c).update(), (ACTION,)),
    "change everything of an action": Operation(update_whole_action, (ACTION,)),
    "clear what an action has": Operation(lambda c: action(c).update(
        compute_requirements=None, container_parameters=None, description=None, inherits=None, short_description=None,
        timeout=None), (ACTION,)),
    "replace the metadata of an action": Operation(lambda c: action(c).update(
        metadata_changeset=c.changeset(put_fields={"a": 1}, replace_all=True)), (ACTION,)),
    "publish an action": Operation(lambda c: action(c).set_accessibility(
        c.actions.Accessibility.ActionHub), (ACTION,)),
    "take an action back": Operation(lambda c: action(c).set_accessibility(
        c.actions.Accessibility.Organization), (ACTION,)),
    "delete an action": Operation(lambda c: action(c).delete(), (None,)),
    "list actions": Operation(lambda c: [*c.actions.Action.query(roboto_client=c.client)], (page(),)),
    "list actions of another organization": Operation(lambda c: [*c.actions.Action.query(
        owner_org_id="og_hub", roboto_client=c.client)], (page(),)),
    "list actions page by page": Operation(lambda c: [*c.actions.Action.query(
        spec(c, limit=2), roboto_client=c.client)], (page(ACTION, next_token="t1"), page(ACTION))),
    "list the hub": Operation(lambda c: [*c.actions.Action.query(
        accessibility=c.actions.Accessibility.ActionHub, roboto_client=c.client)], (page(),)),
    "find actions in order": Operation(lambda c: [*c.actions.Action.query(spec(
        c, condition=condition(c, "metadata.team", "EQUALS", "ml"), sort_by="name",
        sort_direction=c.query.SortDirection.Ascending), roboto_client=c.client)], (page(),)),
    "invoke an action": Operation(lambda c: action(c).invoke(c.actions.InvocationSource.Manual), (INVOCATION,)),
    "invoke an action with everything": Operation(invoke_with_everything, (INVOCATION,)),
    "invoke an action on selected inputs": Operation(invoke_on_selected_inputs, (INVOCATION,)),
}  # fmt: skip

INVOCATIONS: Final = {
    "get an invocation": Operation(lambda c: c.actions.Invocation.from_id(
        "iv_1", roboto_client=c.client), (INVOCATION,)),
    "refresh an invocation": Operation(lambda c: invocation(c).refresh(), (INVOCATION,)),
    "list invocations": Operation(lambda c: [*c.actions.Invocation.query(roboto_client=c.client)], (page(),)),
    "find invocations of another organization": Operation(lambda c: [*c.actions.Invocation.query(spec(
        c, condition=condition(c, "last_status", "EQUALS", 5), limit=3), owner_org_id="og_lab",
        roboto_client=c.client)], (page(INVOCATION, next_token="t1"), page())),
    "cancel an invocation": Operation(lambda c: invocation(c).cancel(), (None,)),
    "cancel what has ended": Operation(lambda c: invocation(c, COMPLETED).cancel(), (None,)),
    "update a status": Operation(lambda c: invocation(c).update_status(
        c.actions.InvocationStatus.Processing, "soon"), (INVOCATION,)),
    "update a status without detail": Operation(lambda c: invocation(c).update_status(
        c.actions.InvocationStatus.Failed), (INVOCATION,)),
    "fail for the last time": Operation(lambda c: invocation(c, FAILING).update_status(
        c.actions.InvocationStatus.Failed), (INVOCATION,)),
    "set the image's digest": Operation(lambda c: invocation(c).set_container_image_digest("sha256:1"), (INVOCATION,)),
    "set where logs are": Operation(lambda c: invocation(c).set_logs_location(
        c.actions.LogsLocation(bucket="b", prefix="p")), (INVOCATION,)),
    "read logs": Operation(lambda c: [*invocation(c).get_logs()], (page(LOG, next_token="t 1/+"), page(LOG))),
    "read logs from a page on": Operation(lambda c: [*invocation(c).get_logs("t/0")], (page(LOG),)),
    "stream logs": Operation(lambda c: [*invocation(c).stream_logs()], (
        stretch(LOG, last_read="r 1/+", has_next=True), stretch(LOG, last_read="r2"))),
    "stream logs further": Operation(lambda c: [*invocation(c).stream_logs("r0")], (stretch(),)),
    "wait for the end": Operation(lambda c: invocation(c).wait_for_terminal_status(
        5, poll_interval=0), (INVOCATION, COMPLETED)),
}  # fmt: skip

TRIGGERS: Final = {
    "create a trigger": Operation(lambda c: c.actions.Trigger.create(
        "t", "ingest", ["*"], c.actions.TriggerForEachPrimitive.Dataset, roboto_client=c.client), (TRIGGER,)),
    "create a trigger with everything": Operation(create_full_trigger, (TRIGGER,)),
    "get a trigger": Operation(lambda c: c.actions.Trigger.from_name("t", roboto_client=c.client), (TRIGGER,)),
    "get a foreign trigger": Operation(lambda c: c.actions.Trigger.from_name(
        "t", owner_org_id="og_lab", roboto_client=c.client), (TRIGGER,)),
    "list triggers": Operation(lambda c: [*c.actions.Trigger.query(roboto_client=c.client)], (page(),)),
    "find triggers of another organization": Operation(lambda c: [*c.actions.Trigger.query(spec(
        c, condition=condition(c, "action.name", "EQUALS", "ingest"), limit=1), owner_org_id="og_lab",
        roboto_client=c.client)], (page(TRIGGER, next_token="t1"), page())),
    "change everything of a trigger": Operation(update_whole_trigger, (TRIGGER,)),
    "clear what a trigger has": Operation(clear_trigger, (TRIGGER,)),
    "enable a trigger": Operation(lambda c: trigger(c).enable(), (TRIGGER,)),
    "disable a trigger": Operation(lambda c: trigger(c).disable(), (TRIGGER,)),
    "delete a trigger": Operation(lambda c: trigger(c).delete(), (None,)),
    "get a trigger's action": Operation(lambda c: trigger(c).get_action(), (ACTION,)),
    "invoke a trigger": Operation(invoke_trigger, (ACTION, INVOCATION)),
    "invoke a trigger on other inputs": Operation(lambda c: invoke_trigger(
        c, idempotency_id="once", input_data_override=["x/*"],
        upload_destination=c.actions.InvocationUploadDestination.dataset("ds_2")), (ACTION, INVOCATION)),
    "list a trigger's invocations": Operation(lambda c: [*trigger(c).get_invocations()], (page(),)),
    "list evaluations": Operation(lambda c: [*trigger(c).get_evaluations()], (
        page(EVALUATION, next_token="t 1"), page(EVALUATION))),
    "list evaluations from a page on": Operation(lambda c: [*trigger(c).get_evaluations(
        limit=5, page_token="t/0")], (page(),)),
    "wait for evaluations": Operation(lambda c: trigger(c).wait_for_evaluations_to_complete(
        5, poll_interval=0), (page(EVALUATION),)),
    "list evaluations for a dataset": Operation(lambda c: [*c.actions.Trigger.get_evaluations_for_dataset(
        "ds_1", roboto_client=c.client)], (page(EVALUATION, next_token="t1"), page())),
    "list evaluations for a foreign dataset": Operation(lambda c: [*c.actions.Trigger.get_evaluations_for_dataset(
        "ds_1", owner_org_id="og_lab", roboto_client=c.client)], (page(),)),
    "get the latest evaluation": Operation(lambda c: trigger(c).latest_evaluation(), (page(EVALUATION),)),
}  # fmt: skip

#: All of them, by what they do.
OPERATIONS: Final[dict[str, Operation]] = {**ACTIONS, **INVOCATIONS, **TRIGGERS}
