"""Ownership when something goes wrong on the way: others apply, delete, take up, or leave something behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.config import Flags
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.trigger_shapes import CreateTargetedTriggerRequest, InvokeActionTarget, Schedule
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import ActionReference
from reconciler.errors import NotFound, StalePlan
from reconciler.inventory.document import loads
from reconciler.project import Project
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import latest, live, owned

__all__ = ["owned"]


def inventory_file(folder: Folder) -> Path:
    """Return the file of the project's inventory."""
    (file,) = (folder.path / ".reconciler").rglob("inventory.json")
    return file


def owns(folder: Folder) -> set[str]:
    """Return the addresses of what the project owns."""
    return set(map(str, loads(inventory_file(folder).read_bytes(), name="inventory").entries))


def test_a_plan_that_another_apply_overtook_loses_nothing(owned: Folder) -> None:
    """It is stale; what the other apply made stays ours."""
    owned.action("fresh")
    project = Project.open(Flags(), cwd=owned.path)
    made = project.plan()
    assert owned.run("apply", "--auto-approve").code == 0
    with pytest.raises(StalePlan, match=r"action\.fresh appeared on the platform"):
        project.apply(made)
    assert "action.fresh" in owns(owned)


def test_a_plan_nobody_has_looked_at_is_made_anew_when_it_was_overtaken(owned: Folder) -> None:
    """Under the lock, so that what is left is applied."""
    owned.action("fresh")
    project = Project.open(Flags(), cwd=owned.path)
    made = project.plan()
    assert owned.run("apply", "--auto-approve").code == 0
    owned.action("report", uri="img:2")
    report = project.apply(made, again=project.plan)
    assert [str(ending.address) for ending in report.endings] == ["action.report"]
    assert project.apply(made, again=project.plan).endings == ()


def test_whoever_waits_for_the_lock_plans_again(owned: Folder) -> None:
    """Of two applies at once the second has nothing left to do."""
    ledger_code = """
import sys
from reconciler.config import Flags
from reconciler.owner import ledger_of
from reconciler.project import Project

project = Project.open(Flags())
plan = project.plan()
ledger = ledger_of(project)
with ledger.locked("apply") as held:
    print("locked", flush=True)
    sys.stdin.readline()
    from reconciler.applying import Apply
    from reconciler.opening import open_platform

    platform = open_platform(project.settings)
    Apply(plan, platform, 4, lambda event: None, None, project.now).with_ledger(ledger, held)
"""
    owned.action("fresh")
    holder = subprocess.Popen(
        [sys.executable, "-c", ledger_code], cwd=owned.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    waiting = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "--auto-approve", "--lock-timeout", "1m"],
        cwd=owned.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert waiting.stdout is not None
    said = ""
    while "1 to create" not in said:
        line = waiting.stdout.readline()
        assert line, said
        said += line
    # It has planned; whether it asks for the lock already or only then is all the same.
    holder.communicate("go\n", timeout=60)
    said += waiting.communicate(timeout=60)[0]
    assert (holder.returncode, waiting.returncode) == (0, 0)
    assert "Somebody else has applied meanwhile: planned again." in said
    assert "No changes." in said
    assert "action.fresh" in owns(owned)


def test_what_was_made_anew_outside_is_drift(owned: Folder) -> None:
    """Somebody deleted what is ours and made another one of its name: who, and the way to make that ours."""
    platform = live(owned)
    platform.delete_action("report")
    platform.create_action(CreateActionRequest(name="report", uri="img:1"))
    platform.close()
    ended = owned.run("drift")
    assert ended.code == 2
    assert "! missing action.report" in ended.out
    assert "made anew by local@localhost" in ended.out
    assert "to accept: reconciler adopt action.report" in ended.out
    assert (
        "| missing | `action.report` | made anew | `local@localhost` |"
        in owned.run("drift", "--output", "markdown").out
    )
    (told,) = json.loads(owned.run("drift", "--output", "json").out)["resource_drift"]
    assert told["remedies"]["restore"] == ("reconciler adopt action.report && reconciler apply --target action.report")
    assert owned.run("adopt", "action.report").code == 0
    assert owned.run("drift").code == 0


def test_what_was_never_ours_is_pending(owned: Folder) -> None:
    """Git asks for a name that somebody else has: no drift, and not as declared either."""
    platform = live(owned)
    platform.create_action(CreateActionRequest(name="theirs", uri="img:1"))
    platform.close()
    owned.action("theirs")
    ended = owned.run("drift")
    assert ended.code == 0
    assert "1 change pending in git: see reconciler plan." in ended.out


def test_what_is_known_to_be_gone_is_told_again_when_it_was_made_anew(owned: Folder) -> None:
    """A baseline knows that nothing is there, not what somebody puts in its place."""
    platform = live(owned)
    platform.delete_action("report")
    assert owned.run("drift", "--baseline", "known.json", "--write-baseline").code == 0
    assert owned.run("drift", "--baseline", "known.json").code == 0
    platform.create_action(CreateActionRequest(name="report", uri="img:1"))
    platform.close()
    assert owned.run("drift", "--baseline", "known.json").code == 2


def test_what_is_to_be_deleted_and_was_changed_outside_is_drift(owned: Folder) -> None:
    """Git let it go and somebody changed it: both, told once."""
    platform = live(owned)
    platform.update_action("report", UpdateActionRequest(uri="img:by-hand"))
    platform.close()
    (owned.path / "report.yaml").unlink()
    ended = owned.run("drift")
    assert ended.code == 2
    assert ended.out.count("both action.report") == 1
    assert "img:by-hand" in ended.out
    assert "Drift: 1 was changed outside and in git." in ended.out
    planned = owned.run("plan", "--prune", "--delete-drifted")
    assert planned.code == 0
    assert "img:by-hand" in planned.out


def test_a_trigger_that_no_listing_shows_keeps_its_action(owned: Folder) -> None:
    """One on a schedule; manifests cannot say it, and it rests on the action all the same."""
    platform = live(owned)
    target = InvokeActionTarget(target_id="t", action=ActionReference(name="report"))
    request = CreateTargetedTriggerRequest(name="nightly", fires_on=Schedule(cron="0 3 * * *"), targets=[target])
    platform.targeted_triggers.create(request)
    platform.close()
    (owned.path / "report.yaml").unlink()
    ended = owned.run("plan", "--prune")
    assert ended.code == 3
    assert "action.report would be deleted and is used outside the manifests by trigger.nightly" in ended.out


def test_a_rename_waits_for_those_outside_who_use_the_old_name(owned: Folder) -> None:
    """They can only follow once the new action is there; the old one goes when they have."""
    platform = live(owned)
    platform.create_trigger(
        CreateTriggerRequest(
            name="theirs", action_name="ingest", required_inputs=["*"], for_each=TriggerForEachPrimitive.Dataset
        )
    )
    assert owned.run("rename", "action.ingest", "ros_ingest").code == 0
    planned = owned.run("plan")
    assert planned.code == 0
    assert "1 to rename, 1 to update, 0 to delete" in planned.out
    waiting = "action.ingest stays as long as it is used outside the manifests by trigger.theirs"
    assert waiting in planned.out, planned.out
    assert owned.run("apply", "--auto-approve").code == 0
    assert (platform.get_trigger("on_bag").action.name, platform.get_action("ingest").name) == ("ros_ingest", "ingest")

    for again in (owned.run("plan", "--prune"), owned.run("plan", "--prune")):
        assert (again.code, "No changes." in again.out, waiting in again.out) == (0, True, True)
    platform.update_trigger("theirs", UpdateTriggerRequest(action_name="ros_ingest"))
    assert "1 to delete" in owned.run("plan", "--prune").out
    assert owned.run("apply", "--auto-approve", "--prune").code == 0
    with pytest.raises(NotFound):
        platform.get_action("ingest")
    assert "No changes." in owned.run("plan").out
    platform.close()


def test_a_saved_plan_does_not_delete_what_is_used_by_now(owned: Folder) -> None:
    """Somebody made a trigger on the action since the review."""
    (owned.path / "report.yaml").unlink()
    assert owned.run("plan", "--prune", "--out", "plan.json").code == 0
    platform = live(owned)
    platform.create_trigger(
        CreateTriggerRequest(
            name="late", action_name="report", required_inputs=["*"], for_each=TriggerForEachPrimitive.Dataset
        )
    )
    platform.close()
    ended = owned.run("apply", "plan.json")
    assert ended.code == 4
    assert "action.report is used by trigger.late by now" in ended.err


@pytest.mark.parametrize("clock", ["", "4102444800"], ids=["clocks that agree", "a planner whose clock is ahead"])
def test_a_saved_plan_does_not_forget_what_was_made_again_since(owned: Folder, clock: str) -> None:
    """It was gone when the plan was made; another apply has brought it back."""
    platform = live(owned)
    platform.delete_trigger("on_bag")
    platform.close()
    manifest = owned.path / "on_bag.yaml"
    text = manifest.read_text()
    manifest.unlink()
    owned.monkeypatch.setenv("SOURCE_DATE_EPOCH", clock)
    assert ". forget trigger.on_bag" in owned.run("plan", "--out", "plan.json").out
    owned.monkeypatch.delenv("SOURCE_DATE_EPOCH")
    manifest.write_text(text)
    assert owned.run("apply", "--auto-approve").code == 0
    ended = owned.run("apply", "plan.json")
    assert ended.code == 4
    assert "trigger.on_bag was applied since the plan was made" in ended.err
    assert "trigger.on_bag" in owns(owned)


@pytest.mark.parametrize("command", [("adopt", "--all"), ("inventory", "rebuild", "--auto-approve")])
def test_an_inventory_of_another_organization_takes_nothing_in(owned: Folder, command: tuple[str, ...]) -> None:
    """Or one document would hold what two organizations have."""
    file = inventory_file(owned)
    file.write_text(file.read_text().replace('"org_id": "og_local"', '"org_id": "og_other"'))
    before = file.read_bytes()
    ended = owned.run(*command)
    assert ended.code == 3
    assert "the inventory is of og_other" in ended.err
    assert file.read_bytes() == before


def test_an_inventory_of_a_later_version_is_not_made_anew(owned: Folder) -> None:
    """Nothing is wrong with it."""
    file = inventory_file(owned)
    file.write_text(file.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    before = file.read_bytes()
    ended = owned.run("inventory", "rebuild", "--auto-approve")
    assert ended.code == 1
    assert "later version" in ended.err
    assert file.read_bytes() == before


def test_an_update_of_what_is_gone_since_is_rolled_back_from_the_journal(owned: Folder) -> None:
    """With the action all of its versions went; what it was is written down."""
    owned.action("report", uri="img:2")
    assert owned.run("apply", "--auto-approve").code == 0
    update = latest(owned)
    (owned.path / "report.yaml").unlink()
    assert owned.run("apply", "--auto-approve", "--prune").code == 0
    assert owned.run("rollback", update, "--auto-approve").code == 0
    platform = live(owned)
    assert platform.get_action("report").uri == "img:1"
    platform.close()
