"""Actions as handles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.actions import (
    Accessibility,
    Action,
    ActionParameter,
    ActionParameterChangeset,
    ActionRecord,
    ComputeRequirements,
    FileSelector,
    InvocationDataSource,
    InvocationInput,
    InvocationSource,
)
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tests.handles.builders import new_action, new_dataset, new_invocation

pytestmark = pytest.mark.usefixtures("platform")

EVERYTHING: dict[str, Any] = {
    "compute_requirements": ComputeRequirements(vCPU=1024, memory=2048),
    "description": "at length",
    "metadata": {"team": "perception"},
    "parameters": [ActionParameter(name="rate", required=True)],
    "requires_downloaded_inputs": False,
    "short_description": "short",
    "tags": ["ros"],
    "timeout": 7,
    "uri": "registry.example.com/ros:1",
}


def test_an_action_shows_what_it_was_created_with() -> None:
    """Each property is the record's field."""
    action = Action.create("everything", **EVERYTHING)

    assert {name: getattr(action, name) for name in EVERYTHING} == EVERYTHING
    assert (action.name, action.org_id, action.created_by) == ("everything", "og_ours", "ann@ours.example")
    assert (action.accessibility, action.published) == (Accessibility.Organization, None)
    assert (action.inherits_from, action.container_parameters) == (None, None)
    assert (action.created, action.modified, action.modified_by) == (
        action.record.created,
        action.record.modified,
        action.record.modified_by,
    )
    assert action.digest == action.record.digest


def test_an_action_can_be_created_in_another_organization() -> None:
    """``caller_org_id`` names one of the caller's organizations; others are refused."""
    assert new_action("second", caller_org_id="og_second").org_id == "og_second"
    with pytest.raises(NotAllowed):
        new_action("second", caller_org_id="og_theirs")


def test_a_handle_of_another_organization_keeps_to_it() -> None:
    """What is done with a handle is done to its own organization's action, not to one of the same name."""
    new_action("same", timeout=1)
    second = new_action("same", caller_org_id="og_second")

    second.update(timeout=2)
    second.delete()

    assert Action.from_name("same").timeout == 1
    with pytest.raises(NotFound):
        Action.from_name("same", owner_org_id="og_second")


def test_all_that_is_wrong_is_said_before_anything_is_sent() -> None:
    """A request that cannot be is refused with every problem, and without the values."""
    with pytest.raises(InvalidRequest) as refused:
        Action.create("a", short_description="x" * 141, timeout="secret-word")  # type: ignore[arg-type]  # on purpose

    assert "short_description has 141 characters, at most 140 fit" in refused.value.message
    assert "timeout: " in refused.value.message
    assert "secret-word" not in refused.value.message
    assert refused.value.__context__ is None
    assert refused.value.operation == 'create action "a"'
    assert list(Action.query()) == []


def test_the_same_name_twice_is_a_conflict() -> None:
    """Names are unique within an organization."""
    new_action()

    with pytest.raises(Conflict):
        new_action()


def test_an_update_tells_left_alone_from_cleared() -> None:
    """What is not given stays, None clears, and the handle shows the new version."""
    action = Action.create("everything", **EVERYTHING)
    before = action.digest

    assert action.update(description=None, timeout=None) is action

    assert (action.description, action.timeout, action.short_description) == (None, None, "short")
    assert action.digest != before
    assert Action.from_name("everything", digest=before).description == "at length"


def test_an_update_may_change_everything() -> None:
    """Changesets change metadata, tags and parameters; the other fields are replaced."""
    action = Action.create("everything", **EVERYTHING)

    action.update(
        metadata_changeset=MetadataChangeset(put_fields={"version": "2"}, remove_tags=["ros"]),
        parameter_changeset=ActionParameterChangeset(remove_parameters=["rate"]),
        uri="registry.example.com/ros:2",
        requires_downloaded_inputs=True,
    )

    assert (action.metadata, action.tags) == ({"team": "perception", "version": "2"}, [])
    assert (list(action.parameters), action.uri) == ([], "registry.example.com/ros:2")
    assert action.requires_downloaded_inputs


def test_a_long_short_description_is_not_sent_by_an_update() -> None:
    """At most 140 characters fit."""
    action = new_action()

    with pytest.raises(InvalidRequest, match="141 characters"):
        action.update(short_description="x" * 141)


def test_publishing_changes_the_handle() -> None:
    """Setting the accessibility shows in the same handle, which is also the answer."""
    action = new_action()

    assert action.set_accessibility(Accessibility.ActionHub) is action

    assert action.accessibility is Accessibility.ActionHub
    assert action.published is not None


def test_a_deleted_action_is_gone() -> None:
    """Deleting removes every version."""
    action = new_action()
    action.delete()

    with pytest.raises(NotFound):
        Action.from_name(action.name, digest=action.digest)


def test_inputs_are_downloaded_unless_an_action_says_otherwise() -> None:
    """Null reads as true."""
    assert new_action("silent").record.requires_downloaded_inputs is None
    assert new_action("silent_too").requires_downloaded_inputs
    assert not new_action("other", requires_downloaded_inputs=False).requires_downloaded_inputs


def test_a_digest_that_the_platform_left_out_is_computed(platform: EmbeddedPlatform) -> None:
    """A record without a digest has one all the same."""
    record = ActionRecord.model_validate({**new_action().record.to_wire(), "digest": None})

    assert Action(record, platform).digest == record.compute_digest()


def test_an_action_is_a_json_object_too() -> None:
    """``to_dict`` has every field and nothing that JSON has not."""
    written = Action.create("everything", **EVERYTHING).to_dict()

    assert json.loads(json.dumps(written)) == written
    assert set(written) == set(ActionRecord.model_fields)


def test_a_handle_says_which_action_it_is() -> None:
    """The representation names the action and its version."""
    action = new_action()

    assert repr(action) == f"Action('ros_ingestion', org_id='og_ours', digest='{action.digest}')"


def equals(field: str) -> Condition:
    """A condition on this field."""
    return Condition(field=field, comparator=Comparator.Equals, value=1)


@pytest.mark.parametrize(
    "condition",
    [
        equals("colour"),
        equals("provenance.source.source_id"),
        ConditionGroup(operator=ConditionOperator.Or, conditions=[equals("name"), equals("colour")]),
    ],
)
def test_a_query_for_fields_that_actions_do_not_have_is_refused(condition: Condition | ConditionGroup) -> None:
    """The first part of a path must be a field of the record; the message lists them."""
    with pytest.raises(ValueError, match=r"a condition begins with one of accessibility, .* uri"):
        Action.query(QuerySpecification(condition=condition))


def test_a_query_may_look_into_a_field() -> None:
    """Only the first part of a path is checked."""
    new_action("other")
    wanted = new_action("wanted", metadata={"team": "perception"})

    found = Action.query(QuerySpecification().where("metadata.team").equals("perception"))

    assert [action.name for action in found] == [wanted.name]


def test_a_run_gets_the_version_and_the_timeout_of_the_handle() -> None:
    """A handle invokes the version it shows, also when there is a newer one."""
    action = new_action(timeout=7)
    Action.from_name(action.name).update(timeout=9)

    invocation = new_invocation(action)

    assert (invocation.action.digest, invocation.timeout) == (action.digest, 7)
    assert invocation.data_source == InvocationDataSource.unspecified()
    assert (invocation.input_data, invocation.record.input_data) == (None, [])
    assert new_invocation(action, timeout=3).timeout == 3


def test_patterns_are_sent_in_both_forms(platform: EmbeddedPlatform) -> None:
    """A list of patterns selects files of the dataset."""
    dataset_id = new_dataset(platform)

    invocation = new_invocation(new_action(), data_source_id=dataset_id, input_data=["**/*.bag"])

    assert invocation.record.input_data == ["**/*.bag"]
    assert invocation.input_data == InvocationInput.from_dataset_file_paths(dataset_id, ["**/*.bag"])
    assert invocation.data_source.data_source_id == dataset_id


def test_an_input_of_selectors_is_sent_as_it_is() -> None:
    """Selectors need no data source."""
    selected = InvocationInput(files=FileSelector(query='path LIKE "%.bag"'))

    invocation = new_invocation(new_action(), input_data=selected)

    assert (invocation.input_data, invocation.record.input_data) == (selected, [])


def test_patterns_without_a_dataset_are_refused() -> None:
    """A path means nothing without the dataset it is in; no patterns at all need none."""
    action = new_action()

    with pytest.raises(InvalidRequest, match="need the dataset"):
        action.invoke(InvocationSource.Manual, input_data=["**/*.bag"])
    assert new_invocation(action, input_data=[]).record.input_data == []


def test_what_the_platform_refuses_is_passed_on() -> None:
    """A required parameter without a value is the platform's to find."""
    action = new_action(parameters=[ActionParameter(name="rate", required=True)])

    with pytest.raises(InvalidRequest, match="rate"):
        new_invocation(action)
