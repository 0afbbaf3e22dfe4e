"""The table of settle.py, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.apply.settle import Verdict, verdict
from reconciler.domain.actions import ActionRecord
from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.live import LiveRecord
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerRecord
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.plan.model import (
    CreateAction,
    CreateTrigger,
    DeleteAction,
    DeleteTrigger,
    Observed,
    Request,
    SetAccessibility,
    UpdateAction,
    UpdateTrigger,
)
from tests.apply.memory import EPOCH, ORG

LANDED, NOT_LANDED, MOVED = Verdict.LANDED, Verdict.NOT_LANDED, Verdict.MOVED
STAMP: dict[str, Any] = {
    "org_id": ORG,
    "created": EPOCH,
    "created_by": "us@example.com",
    "modified": EPOCH,
    "modified_by": "us@example.com",
}
ACTION = ActionRecord(name="a", uri="image:1", digest="d1", metadata={"team": {"name": "lidar"}}, tags=["x"], **STAMP)
TRIGGER = TriggerRecord(
    name="t",
    trigger_id="tr_1",
    action=ActionReference(name="a", owner=ORG),
    required_inputs=["*.bag"],
    service_user_id="service@example.com",
    causes=[TriggerEvaluationCause.FileUpload],
    **STAMP,
)
LATER = {"modified": EPOCH + timedelta(seconds=1), "modified_by": "ana@example.com"}
MOVED_ACTION = ACTION.model_copy(update=LATER | {"digest": "d2", "timeout": 99})
MOVED_TRIGGER = TRIGGER.model_copy(update=LATER | {"timeout": 99})

CREATE_ACTION = CreateAction(CreateActionRequest(name="a", uri="image:1", metadata=ACTION.metadata, tags=["x"]))
UPDATE_ACTION = UpdateAction("a", UpdateActionRequest(timeout=30))
PUBLISH = SetAccessibility("a", SetActionAccessibilityRequest(accessibility=Accessibility.ActionHub))
CREATE_TRIGGER = CreateTrigger(
    CreateTriggerRequest(name="t", action_name="a", required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.Dataset)
)
UPDATE_TRIGGER = UpdateTrigger("t", UpdateTriggerRequest(timeout=30))


@pytest.mark.parametrize(
    ("request_", "live", "expected"),
    [
        (CREATE_ACTION, None, NOT_LANDED),
        (CREATE_ACTION, ACTION, LANDED),
        (CREATE_ACTION, ACTION.model_copy(update={"accessibility": Accessibility.ActionHub}), LANDED),
        (CREATE_ACTION, MOVED_ACTION, MOVED),
        (CREATE_TRIGGER, None, NOT_LANDED),
        (CREATE_TRIGGER, TRIGGER, LANDED),
        (CREATE_TRIGGER, MOVED_TRIGGER, MOVED),
    ],
)
def test_create(request_: Request, live: LiveRecord | None, expected: Verdict) -> None:
    """A create landed when what exists is what was asked for."""
    assert verdict(request_, live=live, base=None, org_id=ORG) is expected


@pytest.mark.parametrize(
    ("request_", "live", "expected"),
    [
        (UPDATE_ACTION, None, MOVED),
        (UPDATE_ACTION, ACTION.model_copy(update=LATER | {"digest": "d2", "timeout": 30}), LANDED),
        (UPDATE_ACTION, ACTION, NOT_LANDED),
        (UPDATE_ACTION, MOVED_ACTION, MOVED),
        (PUBLISH, None, MOVED),
        (PUBLISH, ACTION.model_copy(update={"accessibility": Accessibility.ActionHub}), LANDED),
        (PUBLISH, ACTION, NOT_LANDED),
        (PUBLISH, MOVED_ACTION, MOVED),
        (DeleteAction("a"), None, LANDED),
        (DeleteAction("a"), ACTION, NOT_LANDED),
        (DeleteAction("a"), MOVED_ACTION, MOVED),
    ],
)
def test_action_that_was_live_before(request_: Request, live: LiveRecord | None, expected: Verdict) -> None:
    """An action's version is told by its digest."""
    assert verdict(request_, live=live, base=Observed.of(ACTION), org_id=ORG) is expected


@pytest.mark.parametrize(
    ("request_", "live", "expected"),
    [
        (UPDATE_TRIGGER, None, MOVED),
        (UPDATE_TRIGGER, TRIGGER.model_copy(update=LATER | {"timeout": 30}), LANDED),
        (UPDATE_TRIGGER, TRIGGER, NOT_LANDED),
        (UPDATE_TRIGGER, MOVED_TRIGGER, MOVED),
        (DeleteTrigger("t"), None, LANDED),
        (DeleteTrigger("t"), TRIGGER, NOT_LANDED),
        (DeleteTrigger("t"), MOVED_TRIGGER, MOVED),
    ],
)
def test_trigger_that_was_live_before(request_: Request, live: LiveRecord | None, expected: Verdict) -> None:
    """A trigger's state is told by when it was modified."""
    assert verdict(request_, live=live, base=Observed.of(TRIGGER), org_id=ORG) is expected


@pytest.mark.parametrize(
    ("members", "landed"),
    [
        ({"metadata_changeset": MetadataChangeset(put_fields={"team.name": "lidar"})}, True),
        ({"metadata_changeset": MetadataChangeset(put_fields={"team.name": "radar"})}, False),
        ({"metadata_changeset": MetadataChangeset(put_fields={"team.name.first": "lidar"})}, False),
        ({"metadata_changeset": MetadataChangeset(remove_tags=["y"], put_tags=["x"])}, True),
        ({"parameter_changeset": ActionParameterChangeset(remove_parameters=["speed"])}, True),
        ({"parameter_changeset": ActionParameterChangeset(put_parameters=[ActionParameter(name="speed")])}, False),
        ({"compute_requirements": ComputeRequirements()}, True),
        ({"container_parameters": ContainerParameters(command=[])}, True),
        ({"requires_downloaded_inputs": True}, True),
        ({"description": None}, True),
    ],
)
def test_landed_means_it_would_change_nothing(members: dict[str, Any], landed: bool) -> None:
    """What the platform treats as equal counts as landed; a changeset that does not fit does not."""
    request = UpdateAction("a", UpdateActionRequest(**members))

    judged = verdict(request, live=ACTION, base=Observed.of(MOVED_ACTION), org_id=ORG)

    assert judged is (LANDED if landed else MOVED)


@pytest.mark.parametrize(
    ("members", "landed"),
    [
        ({"action_name": "a", "action_digest": None}, True),
        ({"action_owner_id": ORG}, True),
        ({"action_digest": "d1"}, False),
        ({"parameter_values": None, "additional_inputs": None}, True),
        ({"required_inputs": ["*.bag"]}, True),
        ({"causes": [TriggerEvaluationCause.FileIngest]}, False),
    ],
)
def test_members_of_a_trigger_update(members: dict[str, Any], landed: bool) -> None:
    """Each member of an update is held against the field it changes."""
    request = UpdateTrigger("t", UpdateTriggerRequest(**members))

    judged = verdict(request, live=TRIGGER, base=Observed.of(MOVED_TRIGGER), org_id=ORG)

    assert judged is (LANDED if landed else MOVED)
