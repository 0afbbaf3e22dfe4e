"""What somebody deleted and made anew is left alone, with what cannot be done without it; everything else goes on."""

from __future__ import annotations

import json

from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.embedded.platform import EmbeddedPlatform
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import live, owned

__all__ = ["owned"]


def make_anew(folder: Folder, name: str, **fields: object) -> EmbeddedPlatform:
    """Delete an action by hand, with the trigger on it, and make another one of its name."""
    platform = live(folder)
    for trigger in platform.query_triggers(QuerySpecification()).items:
        if trigger.action.name == name:
            platform.delete_trigger(trigger.name)
    platform.delete_action(name)
    platform.create_action(CreateActionRequest.model_validate({"name": name, "uri": "img:theirs", **fields}))
    return platform


def left_alone(folder: Folder, *flags: str) -> list[str]:
    """Return what a plan says it leaves alone."""
    found: list[str] = json.loads(folder.run("plan", *flags, "--output", "json").out)["left_alone"]
    return found


def test_a_plan_goes_on_without_it(owned: Folder) -> None:
    """It is told with its maker and the way to adopt it, apply does the rest and leaves with 5 until it is ours."""
    platform = make_anew(owned, "report")
    theirs = platform.get_action("report")
    owned.action("ingest", uri="img:2")
    planned = owned.run("plan")
    assert planned.code == 0
    assert "action.report was deleted outside and local@localhost made another one at" in planned.out
    assert "hint: reconciler adopt action.report, or lifecycle: { adopt: true } in its manifest" in planned.out
    assert "1 to update, 0 to delete. 1 resource left alone: see above." in planned.out
    applied = owned.run("apply", "--auto-approve")
    assert applied.code == 5
    assert "Applied in part: 1 applied, 1 left alone" in applied.out
    assert (platform.get_action("ingest").uri, platform.get_action("report")) == ("img:2", theirs)
    again = owned.run("apply", "--auto-approve")
    assert (again.code, "No changes." in again.out) == (5, True)
    assert owned.run("adopt", "action.report").code == 0
    assert owned.run("apply", "--auto-approve").code == 0
    assert platform.get_action("report").uri == "img:1"
    platform.close()


def test_what_rests_on_it_waits(owned: Folder) -> None:
    """A trigger would run what somebody else made."""
    platform = make_anew(owned, "ingest")
    owned.trigger("fresh", action="ingest")
    owned.action("report", uri="img:2")
    assert left_alone(owned) == ["action.ingest", "trigger.fresh", "trigger.on_bag"]
    assert "and so is what cannot be done without it: trigger.fresh, trigger.on_bag" in owned.run("plan").out
    assert owned.run("apply", "--auto-approve").code == 5
    assert platform.get_action("report").uri == "img:2"
    assert owned.run("adopt", "action.ingest").code == 0
    assert left_alone(owned) == []
    platform.close()


def test_what_it_rests_on_is_not_deleted(owned: Folder) -> None:
    """Whoever made it needs that; a deletion that waits is refused by no guard."""
    platform = make_anew(owned, "ingest", uri=None, inherits={"name": "report"})
    (owned.path / "report.yaml").unlink()
    assert left_alone(owned) == ["action.ingest", "action.report", "trigger.on_bag"]
    assert owned.run("plan").code == 0
    assert owned.run("apply", "--auto-approve", "--prune").code == 5
    assert platform.get_action("report").name == "report"
    platform.close()


def test_the_old_one_of_a_rename_stays_while_the_new_one_is_not_ours(owned: Folder) -> None:
    """It is all there is of ours."""
    platform = live(owned)
    theirs = CreateTriggerRequest(
        name="theirs", action_name="ingest", required_inputs=["*"], for_each=TriggerForEachPrimitive.Dataset
    )
    platform.create_trigger(theirs)
    assert owned.run("rename", "action.ingest", "ros_ingest").code == 0
    assert owned.run("apply", "--auto-approve").code == 0
    platform.delete_trigger("theirs")
    platform.close()
    platform = make_anew(owned, "ros_ingest")
    assert left_alone(owned, "--prune") == ["action.ingest", "action.ros_ingest", "trigger.on_bag"]
    assert owned.run("apply", "--auto-approve", "--prune").code == 5
    assert platform.get_action("ingest").name == "ingest"
    platform.close()


def test_a_manifest_that_adopts_takes_it_back(owned: Folder) -> None:
    """It is drift all the same."""
    platform = make_anew(owned, "report")
    owned.action("report", more="lifecycle: {adopt: true}\n")
    assert owned.run("drift").code == 2
    assert owned.run("apply", "--auto-approve").code == 0
    assert platform.get_action("report").uri == "img:1"
    assert owned.run("drift").code == 0
    platform.close()


def test_what_no_manifest_has_any_more_is_forgotten(owned: Folder) -> None:
    """It is theirs now, and nobody asks for it."""
    platform = make_anew(owned, "report")
    (owned.path / "report.yaml").unlink()
    assert ". forget action.report" in owned.run("plan").out
    assert owned.run("apply", "--auto-approve").code == 0
    assert platform.get_action("report").uri == "img:theirs"
    platform.close()
