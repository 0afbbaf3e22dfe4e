"""Triggers in the legacy shape, which the official class speaks in every release; and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import found_by, new_action, new_trigger, plain


def triggers(sdk: Sdk) -> Iterator[Claim]:
    """Everything a trigger can do."""
    action = new_action(sdk, "ingest", parameters=[sdk.actions.ActionParameter(name="speed", default="1")])
    yield from _created(sdk, action)
    yield from _changed(sdk, action)
    yield from _found(sdk)
    yield from _fired(sdk, action)
    yield from _invoked(sdk)
    yield from _deleted(sdk)


def _created(sdk: Sdk, action: Any) -> Iterator[Claim]:
    api = sdk.actions
    made = new_trigger(
        sdk,
        "full",
        action_name="ingest",
        for_each=api.TriggerForEachPrimitive.DatasetFile,
        enabled=False,
        action_digest=action.digest,
        action_owner_id="og_ours",
        additional_inputs=["**/*.yaml"],
        causes=[api.TriggerEvaluationCause.FileUpload, api.TriggerEvaluationCause.DatasetMetadataUpdate],
        compute_requirement_overrides=api.ComputeRequirements(vCPU=1024, memory=4096),
        condition=found_by(sdk, "metadata.sensor", "EQUALS", "lidar").condition,
        container_parameter_overrides=api.ContainerParameters(command=["x"]),
        parameter_values={"speed": "3"},
        timeout=9,
        caller_org_id="og_ours",
    )
    record = made.record
    yield Claim(
        "what was asked is what is shown",
        {
            "name": made.name,
            "trigger_id": bool(made.trigger_id),
            "org_id": made.org_id,
            "created_by": made.created_by,
            "modified_by": made.modified_by,
            "same_time": made.created == made.modified,
            "service_user_id": isinstance(made.service_user_id, str),
            "for_each": made.for_each.value,
            "enabled": made.enabled,
            "condition": plain(made.condition),
            "action": plain(record.action),
            "required_inputs": record.required_inputs,
            "additional_inputs": record.additional_inputs,
            "causes": [cause.value for cause in record.causes],
            "compute_requirement_overrides": plain(record.compute_requirement_overrides),
            "container_parameter_overrides": plain(record.container_parameter_overrides),
            "parameter_values": record.parameter_values,
            "timeout": record.timeout,
        },
        {
            "name": "full",
            "trigger_id": True,
            "org_id": "og_ours",
            "created_by": "ann@ours.example",
            "modified_by": "ann@ours.example",
            "same_time": True,
            "service_user_id": True,
            "for_each": "dataset_file",
            "enabled": False,
            "condition": {"field": "metadata.sensor", "comparator": "EQUALS", "value": "lidar"},
            "action": {"name": "ingest", "digest": action.digest, "owner": "og_ours"},
            "required_inputs": ["**/*.bag"],
            "additional_inputs": ["**/*.yaml"],
            "causes": ["file_upload", "dataset_metadata_update"],
            "compute_requirement_overrides": {"vCPU": 1024, "memory": 4096, "gpu": False, "storage": 21},
            "container_parameter_overrides": {"command": ["x"]},
            "parameter_values": {"speed": "3"},
            "timeout": 9,
        },
    )
    again = api.Trigger.from_name("full", roboto_client=sdk.client)
    yield Claim("it is found again as it was made", again.to_dict(), made.to_dict())
    yield Claim("its action is the pinned version", again.get_action().to_dict(), action.to_dict())
    yield Claim(
        "a name is taken once",
        sdk.refused(lambda: new_trigger(sdk, "full", action_name="ingest")),
        "RobotoConflictException",
    )
    yield Claim(
        "an action must be there",
        sdk.refused(lambda: new_trigger(sdk, "other", action_name="nothing")),
        "RobotoNotFoundException",
    )


def _changed(sdk: Sdk, action: Any) -> Iterator[Claim]:
    api = sdk.actions
    trigger = api.Trigger.from_name("full", owner_org_id="og_ours", roboto_client=sdk.client)
    trigger.enable()
    yield Claim("enabled", trigger.enabled, True)
    trigger.disable()
    yield Claim("disabled", trigger.enabled, False)
    returned = trigger.update(
        action_digest=None,
        additional_inputs=None,
        causes=[api.TriggerEvaluationCause.FileIngest],
        compute_requirement_overrides=None,
        container_parameter_overrides=None,
        condition=None,
        for_each=api.TriggerForEachPrimitive.Dataset,
        parameter_values=None,
        required_inputs=["**/*.mcap"],
        timeout=None,
    )
    record = trigger.record
    yield Claim("an update shows itself on the handle", returned is trigger, True)
    yield Claim(
        "what is given changes, null clears",
        {
            "action": plain(record.action),
            "additional_inputs": record.additional_inputs or [],
            "causes": [cause.value for cause in record.causes],
            "compute_requirement_overrides": record.compute_requirement_overrides,
            "condition": trigger.condition,
            "for_each": trigger.for_each.value,
            "parameter_values": record.parameter_values,
            "required_inputs": record.required_inputs,
            "timeout": record.timeout,
        },
        {
            "action": {"name": "ingest", "owner": "og_ours"},
            "additional_inputs": [],
            "causes": ["file_ingest"],
            "compute_requirement_overrides": None,
            "condition": None,
            "for_each": "dataset",
            "parameter_values": {},
            "required_inputs": ["**/*.mcap"],
            "timeout": None,
        },
    )
    action.update(description="newer")
    yield Claim("an action that is not pinned is the latest", trigger.get_action().digest, action.digest)
    new_action(sdk, "other")
    trigger.update(action_name="other", action_owner_id="og_ours")
    yield Claim("the action may change", trigger.get_action().name, "other")
    yield Claim(
        "to one that is there",
        sdk.refused(lambda: trigger.update(action_name="nothing")),
        "RobotoNotFoundException",
    )


def _found(sdk: Sdk) -> Iterator[Claim]:
    new_trigger(sdk, "second", action_name="ingest")

    def names(spec: Any = None, **given: Any) -> list[str]:
        return [each.name for each in sdk.actions.Trigger.query(spec, **{"roboto_client": sdk.client, **given})]

    def unknown(who: Any) -> Any:
        return sdk.actions.Trigger.from_name("nothing", roboto_client=who)

    yield Claim("the newest come first", names(), ["second", "full"])
    yield Claim("pages are followed", names(sdk.query.QuerySpecification(limit=1)), ["second", "full"])
    yield Claim("found by name", names(found_by(sdk, "name", "EQUALS", "full")), ["full"])
    yield Claim("found by action", names(found_by(sdk, "action.name", "EQUALS", "ingest")), ["second"])
    yield Claim("others see none of ours", names(roboto_client=sdk.foreign), [])
    yield Claim("nobody knows what is not there", sdk.refused(lambda: unknown(sdk.client)), "RobotoNotFoundException")
    yield Claim("a token must be known", sdk.refused(lambda: unknown(sdk.stranger)), "RobotoUnauthorizedException")


def _fired(sdk: Sdk, action: Any) -> Iterator[Claim]:
    api = sdk.actions
    trigger = new_trigger(
        sdk,
        "on_bag",
        action_name="ingest",
        causes=[api.TriggerEvaluationCause.FileIngest],
        condition=found_by(sdk, "tags", "CONTAINS", "night").condition,
        additional_inputs=["**/*.yaml"],
    )
    yield Claim("nothing has happened", (trigger.latest_evaluation(), [*trigger.get_invocations()]), (None, []))
    dataset_id = sdk.datasets.create("run 42", metadata={}, tags=[])
    sdk.datasets.import_file(dataset_id, "logs/a.bag", uri="s3://bucket/a.bag")
    trigger.wait_for_evaluations_to_complete(timeout=30, poll_interval=0.05)
    yield Claim("a condition that does not hold", _seen(trigger.latest_evaluation()), ["skipped", "condition_not_met"])
    sdk.datasets.tag(dataset_id, "night")
    sdk.datasets.import_file(dataset_id, "logs/b.bag", uri="s3://bucket/b.bag")
    trigger.wait_for_evaluations_to_complete(timeout=30, poll_interval=0.05)
    latest = trigger.latest_evaluation()
    yield Claim("a condition that holds", _seen(latest), ["invoked_action", None])
    yield Claim(
        "an evaluation says what it was about",
        {
            "trigger_id": latest.trigger_id == trigger.trigger_id,
            "status": latest.status.value,
            "cause": latest.cause.value,
            "data_source": plain(latest.data_source),
            "ended": latest.evaluation_end >= latest.evaluation_start,
        },
        {
            "trigger_id": True,
            "status": "evaluated",
            "cause": "file_ingest",
            "data_source": {"data_source_type": "Dataset", "data_source_id": dataset_id},
            "ended": True,
        },
    )
    sdk.datasets.import_file(dataset_id, "logs/c.bag", uri="s3://bucket/c.bag")
    trigger.wait_for_evaluations_to_complete(timeout=30, poll_interval=0.05)
    all_of_them = [["skipped", "already_run"], ["invoked_action", None], ["skipped", "condition_not_met"]]
    yield Claim("a dataset fires once; newest first", [_seen(each) for each in trigger.get_evaluations()], all_of_them)
    yield Claim("in pages", [_seen(each) for each in trigger.get_evaluations(limit=1)], all_of_them)
    of_dataset = api.Trigger.get_evaluations_for_dataset(dataset_id, "og_ours", roboto_client=sdk.client)
    here = [_seen(each) for each in of_dataset if each.trigger_id == trigger.trigger_id]
    yield Claim("the same by dataset", here, all_of_them)
    yield Claim(
        "a dataset must be there",
        sdk.refused(lambda: list(api.Trigger.get_evaluations_for_dataset("ds_none", roboto_client=sdk.client))),
        "RobotoNotFoundException",
    )
    made = [*trigger.get_invocations()]
    yield Claim("one invocation came of it", len(made), 1)
    yield Claim(
        "made by the trigger for the dataset",
        (plain(made[0].source), made[0].data_source.data_source_id, made[0].record.input_data),
        (
            {"source_type": "Trigger", "source_id": trigger.trigger_id},
            dataset_id,
            ["**/*.bag", "**/*.yaml"],
        ),
    )


def _seen(evaluation: Any) -> list[str | None]:
    reason = evaluation.outcome_reason
    return [evaluation.outcome.value, None if reason is None else reason.value]


def _invoked(sdk: Sdk) -> Iterator[Claim]:
    api = sdk.actions
    trigger = new_trigger(
        sdk, "by_hand", action_name="ingest", enabled=False, parameter_values={"speed": "7"}, timeout=4
    )
    dataset_id = sdk.datasets.create("by hand", metadata={}, tags=[])
    source = api.InvocationDataSource(data_source_type=api.InvocationDataSourceType.Dataset, data_source_id=dataset_id)
    made = trigger.invoke(
        source,
        idempotency_id="once",
        input_data_override=["x/*.bag"],
        upload_destination=api.InvocationUploadDestination.dataset(dataset_id),
    )
    yield Claim(
        "invoked by hand as if it had fired",
        {
            "source": plain(made.source),
            "input_data": made.record.input_data,
            "parameter_values": made.parameter_values,
            "timeout": made.timeout,
            "upload_destination": plain(made.upload_destination),
        },
        {
            "source": {"source_type": "Trigger", "source_id": trigger.trigger_id},
            "input_data": ["x/*.bag"],
            "parameter_values": {"speed": "7"},
            "timeout": 4,
            "upload_destination": {"destination_type": "Dataset", "destination_id": dataset_id},
        },
    )
    yield Claim("the same again is nothing", trigger.invoke(source, idempotency_id="once"), None)
    yield Claim("it is the trigger's own", [each.id for each in trigger.get_invocations()], [made.id])


def _deleted(sdk: Sdk) -> Iterator[Claim]:
    trigger = sdk.actions.Trigger.from_name("second", roboto_client=sdk.client)
    trigger.delete()
    yield Claim(
        "deleted, it is gone",
        sdk.refused(lambda: sdk.actions.Trigger.from_name("second", roboto_client=sdk.client)),
        "RobotoNotFoundException",
    )
    yield Claim("what is gone cannot go again", sdk.refused(trigger.delete), "RobotoNotFoundException")
