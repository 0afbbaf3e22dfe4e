"""The examples of the platform's domain page, each against the embedded platform.

Imports aside, each does what the page shows. Where its own client cannot run an example, ours does what it means;
``wait_for_terminal_status`` is shown once as giving the status, though its signature gives None: the signature counts.
"""

from __future__ import annotations

import pytest

from reconciler.actions import (
    Accessibility,
    Action,
    ActionParameter,
    ComputeRequirements,
    Invocation,
    InvocationDataSourceType,
    InvocationSource,
    InvocationStatus,
    InvocationUploadDestination,
    Trigger,
    TriggerEvaluationStatus,
    TriggerForEachPrimitive,
)
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Condition
from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import NotFound
from reconciler.handles.waiting import Pace, pacing
from tests.handles.builders import new_action, new_dataset, new_invocation, new_trigger
from tests.handles.conftest import PUBLISHER


def completing(platform: EmbeddedPlatform) -> Pace:
    """Time in which, at the first pause, every invocation completes."""

    def sleep(seconds: float) -> None:
        for invocation in Invocation.query(roboto_client=platform):
            if not invocation.reached_terminal_status:
                invocation.update_status(InvocationStatus.Completed)

    return Pace(sleep=sleep)


@pytest.fixture
def public(platform: EmbeddedPlatform) -> EmbeddedPlatform:
    """An organization that has published actions."""
    publisher = platform.as_caller(PUBLISHER)
    for name in ("ros_ingestion", "image_processing", "base_processor", "public_processor"):
        action = new_action(name, parameters=[ActionParameter(name="threshold")], roboto_client=publisher)
        action.set_accessibility(Accessibility.ActionHub)
    return publisher


def test_an_action_is_invoked_and_waited_for(platform: EmbeddedPlatform) -> None:
    """Module: basic action invocation."""
    new_action("my_action", parameters=[ActionParameter(name="param1")])
    action = Action.from_name("my_action", owner_org_id="og_ours")

    invocation = action.invoke(invocation_source=InvocationSource.Manual, parameter_values={"param1": "value1"})
    with pacing(completing(platform)):
        invocation.wait_for_terminal_status()

    assert invocation.current_status is InvocationStatus.Completed
    assert invocation.parameter_values == {"param1": "value1"}


@pytest.mark.usefixtures("platform")
def test_a_trigger_is_created() -> None:
    """Module: creating a trigger."""
    new_action("my_action")

    trigger = Trigger.create(
        name="auto_process",
        action_name="my_action",
        required_inputs=["**/*.bag"],
        for_each=TriggerForEachPrimitive.Dataset,
    )

    assert (trigger.enabled, trigger.get_action().name) == (True, "my_action")


@pytest.mark.usefixtures("platform")
def test_a_simple_action_is_created() -> None:
    """Action.create: name, image, description."""
    action = Action.create(name="hello_world", uri="ubuntu:latest", description="A simple action that says hello")

    assert Action.from_name("hello_world").record == action.record


@pytest.mark.usefixtures("platform")
def test_an_action_with_parameters_is_created() -> None:
    """Action.create: parameters and compute requirements."""
    action = Action.create(
        name="data_processor",
        uri="my-registry.com/processor:v1.0",
        compute_requirements=ComputeRequirements(vCPU=4096, memory=8192),
        parameters=[
            ActionParameter(name="threshold", required=True, description="From where on"),
            ActionParameter(name="output_format", default="json", description="How results are written"),
        ],
        tags=["data-processing", "sensors"],
        timeout=60,
    )

    assert [parameter.name for parameter in action.parameters] == ["threshold", "output_format"]
    assert (action.tags, action.timeout) == (["data-processing", "sensors"], 60)


@pytest.mark.usefixtures("public")
def test_an_inheriting_action_is_created() -> None:
    """Action.create: inheritance from an action of another organization, pinned to its version."""
    base_action = Action.from_name("base_processor", owner_org_id="roboto-public")

    derived_action = Action.create(
        name="custom_processor",
        inherits=base_action.record.reference,
        metadata={"version": "2.0", "team": "data-science"},
    )

    assert derived_action.inherits_from == base_action.record.reference
    assert derived_action.metadata == {"version": "2.0", "team": "data-science"}


@pytest.mark.usefixtures("platform")
def test_an_action_is_deleted() -> None:
    """Action.delete."""
    new_action("old_action")

    action = Action.from_name("old_action")
    action.delete()

    with pytest.raises(NotFound):
        Action.from_name("old_action")


@pytest.mark.usefixtures("public")
def test_an_action_is_loaded() -> None:
    """Action.from_name: the latest version, a certain one, one of another organization."""
    first = new_action("data_processor")
    latest = Action.from_name("data_processor").update(timeout=5)

    assert Action.from_name("data_processor").digest == latest.digest
    assert Action.from_name("data_processor", digest=first.record.digest).record == first.record
    assert Action.from_name("public_processor", owner_org_id="roboto-public").org_id == "roboto-public"


@pytest.mark.usefixtures("public")
def test_an_action_is_invoked_on_a_dataset(platform: EmbeddedPlatform) -> None:
    """Action.invoke: with a dataset; the page's example forgets two imports."""
    dataset_id = new_dataset(platform, "run.bag")
    action = Action.from_name("ros_ingestion", owner_org_id="roboto-public")

    iv = action.invoke(
        invocation_source=InvocationSource.Manual,
        data_source_id=dataset_id,
        data_source_type=InvocationDataSourceType.Dataset,
        input_data=["**/*.bag"],
        upload_destination=InvocationUploadDestination.dataset(dataset_id),
    )
    with pacing(completing(platform)):
        iv.wait_for_terminal_status()

    assert (iv.org_id, iv.action.org_id) == ("og_ours", "roboto-public")
    assert iv.current_status is InvocationStatus.Completed


@pytest.mark.usefixtures("public")
def test_an_action_is_invoked_with_overrides(platform: EmbeddedPlatform) -> None:
    """Action.invoke: compute requirement overrides; the status is the handle's, the wait gives none."""
    action = Action.from_name("image_processing", owner_org_id="roboto-public")
    compute_reqs = ComputeRequirements(vCPU=4096, memory=8192)

    iv = action.invoke(
        invocation_source=InvocationSource.Manual,
        compute_requirement_overrides=compute_reqs,
        parameter_values={"threshold": 0.75},
    )
    with pacing(completing(platform)):
        iv.wait_for_terminal_status()

    assert iv.compute_requirements == compute_reqs
    assert str(iv.current_status) == "Completed"


@pytest.mark.usefixtures("public")
def test_actions_are_queried() -> None:
    """Action.query: all of the own organization."""
    new_action("one")
    new_action("two")

    assert [action.name for action in Action.query()] == ["two", "one"]


@pytest.mark.usefixtures("platform")
def test_actions_are_queried_by_tag() -> None:
    """Action.query: a tag among several."""
    new_action("with", tags=["vision", "ml"])
    new_action("without", tags=["mlops"])

    spec = QuerySpecification().where("tags").contains("ml")

    assert [action.name for action in Action.query(spec)] == ["with"]


@pytest.mark.usefixtures("public")
def test_the_action_hub_is_queried_by_name() -> None:
    """Action.query: part of a name, in the hub."""
    new_action("ros_of_ours")

    spec = QuerySpecification().where("name").contains("ros")

    assert [action.name for action in Action.query(spec, accessibility=Accessibility.ActionHub)] == ["ros_ingestion"]


@pytest.mark.usefixtures("platform")
def test_actions_are_queried_with_a_limit() -> None:
    """Action.query: the ten most recent."""
    names = [new_action(f"action_{number:02}").name for number in range(12)]

    spec = QuerySpecification().limit(10).order_by("created", ascending=False)
    recent_actions = list(Action.query(spec))

    assert [action.name for action in recent_actions] == names[:1:-1]


@pytest.mark.usefixtures("platform")
def test_an_action_is_published_and_taken_back() -> None:
    """Action.set_accessibility."""
    new_action("my_action")
    action = Action.from_name("my_action")

    action.set_accessibility(Accessibility.ActionHub)
    assert [found.name for found in Action.query(accessibility=Accessibility.ActionHub)] == ["my_action"]

    action.set_accessibility(Accessibility.Organization)
    assert list(Action.query(accessibility=Accessibility.ActionHub)) == []


@pytest.mark.usefixtures("platform")
def test_an_action_as_a_dictionary() -> None:
    """Action.to_dict."""
    new_action("my_action")

    action_dict = Action.from_name("my_action").to_dict()

    assert action_dict["name"] == "my_action"


@pytest.mark.usefixtures("platform")
def test_an_action_is_updated() -> None:
    """Action.update: fields, compute requirements, and metadata step by step."""
    new_action("my_action", metadata={"owner": "fleet"})
    action = Action.from_name("my_action")

    action.update(description="What this action does now", timeout=45)
    action.update(compute_requirements=ComputeRequirements(vCPU=4096, memory=8192))
    changeset = MetadataChangeset().set("version", "2.0").set("team", "ml")
    action.update(metadata_changeset=changeset)

    assert (action.description, action.timeout) == ("What this action does now", 45)
    assert action.compute_requirements == ComputeRequirements(vCPU=4096, memory=8192)
    assert action.metadata == {"owner": "fleet", "version": "2.0", "team": "ml"}


@pytest.mark.usefixtures("platform")
def test_a_running_invocation_is_cancelled() -> None:
    """Invocation.cancel."""
    invocation = Invocation.from_id(new_invocation(new_action()).id)

    if not invocation.reached_terminal_status:
        invocation.cancel()

    assert invocation.refresh().current_status is InvocationStatus.Cancelled


@pytest.mark.usefixtures("platform")
def test_an_invocation_is_loaded() -> None:
    """Invocation.from_id: status and time of creation."""
    queued = new_invocation(new_action())

    invocation = Invocation.from_id(queued.id)

    assert f"Status: {invocation.current_status}" == "Status: Queued"
    assert invocation.created == queued.created


@pytest.mark.usefixtures("platform")
def test_invocations_are_queried() -> None:
    """Invocation.query: all, the completed ones, the recent ones."""
    action = new_action()
    invocations = [new_invocation(action) for _ in range(12)]
    invocations[3].update_status(InvocationStatus.Completed)
    ids = [invocation.id for invocation in invocations]

    assert [invocation.id for invocation in Invocation.query()] == ids[::-1]

    spec = QuerySpecification().where("current_status").equals(InvocationStatus.Completed)
    completed = list(Invocation.query(spec))
    assert [invocation.id for invocation in completed] == [ids[3]]

    spec = QuerySpecification().order_by("created", ascending=False).limit(10)
    recent = list(Invocation.query(spec))
    assert [invocation.id for invocation in recent] == ids[:1:-1]


@pytest.mark.usefixtures("platform")
def test_triggers_are_created() -> None:
    """Trigger.create: a simple one, one with a condition, one with overrides."""
    for name in ("ros_ingestion", "ml_inference"):
        new_action(name)
    new_action("lidar_processor", parameters=[ActionParameter(name="resolution"), ActionParameter(name="filter")])

    Trigger.create(
        name="auto_process_bags",
        action_name="ros_ingestion",
        required_inputs=["**/*.bag"],
        for_each=TriggerForEachPrimitive.Dataset,
    )
    condition = Condition("metadata.sensor_type").equals("lidar")
    lidar = Trigger.create(
        name="lidar_processing",
        action_name="lidar_processor",
        required_inputs=["**/*.pcd"],
        for_each=TriggerForEachPrimitive.Dataset,
        condition=condition,
        parameter_values={"resolution": "high", "filter": "statistical"},
    )
    heavy = Trigger.create(
        name="heavy_processing",
        action_name="ml_inference",
        required_inputs=["**/*.jpg", "**/*.png"],
        for_each=TriggerForEachPrimitive.DatasetFile,
        compute_requirement_overrides=ComputeRequirements(vCPU=8192, memory=16384),
    )

    assert [trigger.name for trigger in Trigger.query()] == [
        "heavy_processing",
        "lidar_processing",
        "auto_process_bags",
    ]
    assert lidar.condition == condition
    assert heavy.for_each is TriggerForEachPrimitive.DatasetFile


def test_evaluations_of_a_dataset(platform: EmbeddedPlatform) -> None:
    """Trigger.get_evaluations_for_dataset: with their triggers' names, and those that succeeded."""
    new_action()
    new_trigger("on_bag")
    new_trigger("on_text", required_inputs=["**/*.txt"])
    dataset_id = new_dataset(platform, "run.bag")

    lines = {
        f"Trigger: {evaluation.trigger_name}, Status: {evaluation.status.name}"
        for evaluation in Trigger.get_evaluations_for_dataset(dataset_id)
    }
    evaluations = list(Trigger.get_evaluations_for_dataset(dataset_id))
    successful = [e for e in evaluations if e.status == TriggerEvaluationStatus.Succeeded]

    assert lines == {"Trigger: on_bag, Status: Evaluated", "Trigger: on_text, Status: Evaluated"}
    assert f"Found {len(successful)} successful trigger evaluations" == "Found 2 successful trigger evaluations"
