"""Triggers in the newer shape, and schedules: what only the newest official package can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.sdk import Claim, Sdk
from tests.conformance.stories.builders import found_by, manually, new_action, new_trigger, plain

NOT_FOUND = "RobotoNotFoundException"


def newer_triggers(sdk: Sdk) -> Iterator[Claim]:
    """Made, found, changed, tried, fired, deleted."""
    new_action(sdk, "ingest")
    made = sdk.newer.Trigger.create(
        "on_bag",
        targets=[target(sdk, "run"), target(sdk, "again")],
        fires_on=sdk.newer.EventSubscription(events=["file.ingested"], once_per="dataset"),
        condition=found_by(sdk, "dataset.tags", "CONTAINS", "night").condition,
        roboto_client=sdk.client,
    )
    yield from _found(sdk, made)
    yield from _changed(sdk, made)
    yield from _fired(sdk, made)
    yield from _last_older(sdk)
    made.delete()
    yield Claim("deleted, it is gone", sdk.refused(lambda: by_id(sdk, made.trigger_id)), NOT_FOUND)
    yield Claim("what is gone cannot go again", sdk.refused(made.delete), NOT_FOUND)


def target(sdk: Sdk, target_id: str, **given: Any) -> Any:
    """Return a target that invokes our action on bags."""
    members = {"target_id": target_id, "action": {"name": "ingest"}, "required_inputs": ["**/*.bag"], **given}
    return sdk.newer.InvokeActionTarget.model_validate({"type": "invoke_action", **members})


def _last_older(sdk: Sdk) -> Iterator[Claim]:
    """Its legacy class has a cause that the first version of the older shape does not have."""
    changed = sdk.actions.TriggerEvaluationCause.FileMetadataUpdate
    made = new_trigger(sdk, "on_label", action_name="ingest", causes=[changed])
    newer = sdk.newer.Trigger.from_name("on_label", roboto_client=sdk.client)
    yield Claim("a cause that came later has its event", plain(newer.fires_on)["events"], ["file.metadata_updated"])
    listed = [each.name for each in sdk.actions.Trigger.query(roboto_client=sdk.client)]
    yield Claim("and is listed in the older shape", "on_label" in listed, True)
    yield Claim("as it was made", [cause.value for cause in made.record.causes], ["file_metadata_update"])
    made.delete()


def by_id(sdk: Sdk, trigger_id: str) -> Any:
    """Return a trigger by its id."""
    return sdk.newer.Trigger.from_id(trigger_id, roboto_client=sdk.client)


def _found(sdk: Sdk, made: Any) -> Iterator[Claim]:
    yield Claim(
        "what was asked is what is shown",
        {
            "org_id": made.org_id,
            "enabled": made.enabled,
            "fires_on": plain(made.fires_on),
            "targets": [(each.target_id, each.action.name, each.required_inputs) for each in made.targets],
            "condition": plain(made.condition),
        },
        {
            "org_id": "og_ours",
            "enabled": True,
            "fires_on": {"type": "events", "events": ["file.ingested"], "once_per": "dataset"},
            "targets": [("run", "ingest", ["**/*.bag"]), ("again", "ingest", ["**/*.bag"])],
            "condition": {"field": "dataset.tags", "comparator": "CONTAINS", "value": "night"},
        },
    )
    by_name = sdk.newer.Trigger.from_name("on_bag", roboto_client=sdk.client)
    yield Claim("it is found by name", by_name.to_dict(), made.to_dict())
    yield Claim("and by id", by_id(sdk, made.trigger_id).to_dict(), made.to_dict())
    listed = [each.name for each in sdk.newer.Trigger.list(roboto_client=sdk.client)]
    yield Claim("and in the list", listed, ["on_bag"])
    yield Claim("a name is taken once", sdk.refused(lambda: create(sdk, "on_bag")), "RobotoConflictException")
    unknown = [target(sdk, "run", action={"name": "nothing"})]
    yield Claim("an action must be there", sdk.refused(lambda: create(sdk, "other", targets=unknown)), NOT_FOUND)
    older = sdk.refused(lambda: sdk.actions.Trigger.from_name("on_bag", roboto_client=sdk.client))
    yield Claim("two targets have no older form", older, NOT_FOUND)


def create(sdk: Sdk, name: str, **given: Any) -> Any:
    """Create a trigger on ingested files."""
    fires_on = sdk.newer.EventSubscription(events=["file.ingested"], once_per="dataset")
    return sdk.newer.Trigger.create(
        name, **{"targets": [target(sdk, "run")], "fires_on": fires_on, "roboto_client": sdk.client, **given}
    )


def _changed(sdk: Sdk, made: Any) -> Iterator[Claim]:
    made.disable()
    yield Claim("disabled", by_id(sdk, made.trigger_id).enabled, False)
    made.enable()
    yield Claim("enabled", by_id(sdk, made.trigger_id).enabled, True)
    made.update(name="renamed", targets=[target(sdk, "run", parameter_values={}, timeout=7)])
    yield Claim("changed", (made.name, [each.timeout for each in made.targets]), ("renamed", [7]))
    older = sdk.actions.Trigger.from_name("renamed", roboto_client=sdk.client)
    yield Claim(
        "one target has an older form",
        ([cause.value for cause in older.record.causes], older.for_each.value, older.record.timeout),
        (["file_ingest"], "dataset", 7),
    )


def _fired(sdk: Sdk, made: Any) -> Iterator[Claim]:
    dataset_id = sdk.datasets.create("run 42", metadata={}, tags=[])
    file_id = sdk.datasets.import_file(dataset_id, "a.bag", uri="s3://bucket/a.bag")
    yield Claim("a condition that does not hold", [*made.dispatches()], [])
    tried = made.dry_run(file_id=file_id, event_type="file.ingested")
    yield Claim("a dry run says so", (tried.would_fire, tried.event_type.value), (False, "file.ingested"))
    sdk.datasets.tag(dataset_id, "night")
    yield Claim("or that it holds", made.dry_run(file_id=file_id, event_type="file.ingested").would_fire, True)
    sdk.datasets.import_file(dataset_id, "b.bag", uri="s3://bucket/b.bag")
    sdk.datasets.import_file(dataset_id, "c.bag", uri="s3://bucket/c.bag")
    dispatched = [*made.dispatches()]
    yield Claim(
        "a dataset fires once",
        [(each.target_id, each.status.value, each.dataset_id) for each in dispatched],
        [("run", "dispatched", dataset_id)],
    )
    queued = [each.id for each in sdk.actions.Invocation.query(roboto_client=sdk.client)]
    yield Claim("and what came of it is there", [each.result_ref for each in dispatched], queued)
    samples = sdk.newer.Trigger.platform_event_samples(roboto_client=sdk.client)
    yield Claim("there is a sample of every event", len(samples), 12)


def ends_of_runs(sdk: Sdk) -> Iterator[Claim]:
    """Triggers on what happens to invocations and to tags: they fire, and not for ever."""
    action = new_action(sdk, "ingest")
    status = sdk.actions.InvocationStatus
    follow_up = sdk.newer.Trigger.create(
        "follow_up",
        targets=[target(sdk, "run", required_inputs=[])],
        fires_on=sdk.newer.EventSubscription(events=["invocation.completed"], once_per="invocation"),
        condition=found_by(sdk, "action.name", "EQUALS", "ingest").condition,
        roboto_client=sdk.client,
    )
    run = manually(sdk, action)
    yield Claim("a dry run for an invocation", follow_up.dry_run(invocation_id=run.id).would_fire, True)
    run.update_status(status.Completed)
    (dispatched,) = follow_up.dispatches()
    yield Claim(
        "the end of a run is followed up",
        (dispatched.event_type.value, dispatched.status.value, dispatched.subject),
        ("invocation.completed", "dispatched", f"roboto://invocation/{run.id}"),
    )
    second = sdk.actions.Invocation.from_id(dispatched.result_ref, roboto_client=sdk.client)
    second.update_status(status.Completed)
    yield Claim("a trigger does not follow its own runs", len([*follow_up.dispatches()]), 1)

    tagged = sdk.newer.Trigger.create(
        "on_tag",
        targets=[target(sdk, "run", required_inputs=[])],
        fires_on=sdk.newer.EventSubscription(events=["dataset.tag_added"], once_per="occurrence"),
        condition=found_by(sdk, "tag.added", "CONTAINS", "night").condition,
        roboto_client=sdk.client,
    )
    dataset_id = sdk.datasets.create("run 42", metadata={}, tags=[])
    sdk.datasets.tag(dataset_id, "day")
    sdk.datasets.tag(dataset_id, "night")
    yield Claim("only the tag that was asked for", [each.dataset_id for each in tagged.dispatches()], [dataset_id])


def schedules(sdk: Sdk) -> Iterator[Claim]:
    """Scheduled triggers, as the official class of their own asks for them."""
    api = sdk.actions
    action = new_action(sdk, "ingest")
    given = {"action_name": "ingest", "parameter_values": {}, "timeout": 5, "roboto_client": sdk.client}
    made = api.ScheduledTrigger.create("nightly", "0 3 * * *", **given)
    yield Claim(
        "what was asked is what is shown",
        (made.schedule, made.enabled, made.action_reference.name, made.timeout, made.record.next_occurrence.hour),
        ("0 3 * * *", True, "ingest", 5, 3),
    )
    by_name = api.ScheduledTrigger.from_name("nightly", roboto_client=sdk.client)
    yield Claim("it is found by name", plain(by_name.record), plain(made.record))
    found = api.ScheduledTrigger.from_id(made.trigger_id, roboto_client=sdk.client)
    yield Claim("and by id", plain(found.record), plain(made.record))
    yield Claim("its action is there", made.get_action().to_dict(), action.to_dict())
    again = sdk.refused(lambda: api.ScheduledTrigger.create("nightly", "0 3 * * *", **given))
    yield Claim("a name is taken once", again, "RobotoConflictException")
    made.disable()
    yield Claim("disabled", (made.enabled, made.record.next_occurrence), (False, None))
    made.enable()
    made.update(schedule="30 4 * * 1", timeout=None)
    yield Claim("changed", (made.schedule, made.timeout, made.record.next_occurrence.hour), ("30 4 * * 1", None, 4))
    yield Claim("nothing came of it yet", ([*made.get_evaluations()], [*made.get_invocations()]), ([], []))
    listed = [each.name for each in sdk.newer.Trigger.list(roboto_client=sdk.client)]
    yield Claim("the newer shape has it too", listed, ["nightly"])
    made.delete()
    gone = sdk.refused(lambda: api.ScheduledTrigger.from_name("nightly", roboto_client=sdk.client))
    yield Claim("deleted, it is gone", gone, NOT_FOUND)
