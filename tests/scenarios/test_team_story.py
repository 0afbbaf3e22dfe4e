"""The story of a team, over HTTP, with the exit codes and files that a pipeline sees.

They adopt what their organization has, open a pull request, somebody edits live by hand, drift says who, the merge
applies the reviewed plan or refuses, they roll back, rename an action that twelve triggers use, and remove a trigger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest, UpdateActionRequest
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.embedded.app import build_app
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from tests.contract.server import serving
from tests.scenarios.conftest import Folder

CI: Final = Caller("ci@acme.example", "og_acme")
ANN: Final = Caller("ann@acme.example", "og_acme")
TRIGGERS: Final = 12

PROJECT: Final = """\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: roboto
  org_id: og_acme
  manifests: [manifests]
  inventory: {id: 6f0c2f4e-8d0a-4f6e-9b3b-0e6c1f7a2d11}
"""


class Team:
    """A folder in git, a platform that others work on too, and the command as CI runs it."""

    def __init__(self, folder: Folder, ann: EmbeddedPlatform) -> None:
        self.folder = folder
        self.ann = ann

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run the command, expect how it leaves, and return all that it said."""
        ended = self.folder.run(*arguments)
        assert ended.code == code, ended.said
        return ended.said

    def manifest(self, address: str) -> Path:
        """Return the file of a resource."""
        kind, _, name = address.partition(".")
        (found,) = (
            path
            for path in (self.folder.path / "manifests").rglob("*.yaml")
            if f"kind: {kind.capitalize()}" in path.read_text() and f"name: {name}\n" in path.read_text()
        )
        return found

    def edit(self, address: str, old: str, new: str) -> None:
        """Change a manifest as in a pull request."""
        path = self.manifest(address)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def uri(self, name: str) -> str | None:
        """Return the image an action runs now."""
        return self.ann.get_action(name).uri


@pytest.fixture
def team(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """An organization in which everything was made by hand."""
    database = tmp_path / "served.sqlite3"
    ann = EmbeddedPlatform.open(database, caller=ANN)
    ann.create_action(CreateActionRequest(name="ingest", uri="img:1", tags=["b", "a"]))
    ann.create_action(CreateActionRequest(name="report", uri="img:1", description="What the night brought.\n"))
    for number in range(TRIGGERS):
        ann.create_trigger(
            CreateTriggerRequest(
                name=f"on_bag_{number:02}",
                action_name="ingest",
                required_inputs=[f"robot-{number}/*.bag"],
                for_each=TriggerForEachPrimitive.Dataset,
            )
        )
    with serving(build_app(EmbeddedPlatform.open(database, caller=CI), tokens={"ci-token": CI})) as url:
        monkeypatch.setenv("ROBOTO_API_KEY", "ci-token")
        monkeypatch.setenv("ROBOTO_SERVICE_ENDPOINT", url)
        folder.write("reconciler.yaml", PROJECT)
        yield Team(folder, ann)
    ann.close()


def plan_of(path: Path) -> dict[str, Any]:
    """Return a plan file."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_the_story_of_a_team(team: Team) -> None:
    """From hand-made to owned, and through a year of changes."""
    # What they have becomes manifests, and theirs. Nothing is changed by that.
    team.run("export", "--out", "manifests")
    said = team.run("plan", code=3)
    assert "ann@acme.example created it" in said
    assert f"Adopted {2 + TRIGGERS} resources" in team.run("adopt", "--all")
    assert "No changes." in team.run("plan", "--detailed-exitcode")

    # A pull request: the plan as JSON, as Markdown for the comment, and as the file that is reviewed.
    team.edit("action.ingest", "img:1", "img:2")
    reviewed = team.folder.path / "reviewed.json"
    team.run("plan", "--out", "reviewed.json", "--detailed-exitcode", code=2)
    (change,) = plan_of(reviewed)["resource_changes"]
    assert (change["address"], change["change"]["actions"]) == ("action.ingest", ["update"])
    markdown = team.run("plan", "--output", "markdown")
    assert "action.ingest" in markdown
    assert json.loads(team.folder.run("plan", "--output", "json").out)["plan_id"] == plan_of(reviewed)["plan_id"]

    # Meanwhile somebody edits live by hand; that is no fault of the pull request, and drift says who.
    team.ann.update_action("report", UpdateActionRequest(description="By hand, in a hurry."))
    assert "action.report" in team.run("plan")
    drift = team.run("drift", code=2)
    assert "action.report" in drift
    assert "ann@acme.example" in drift
    assert "1 to update" in team.run("show", "reviewed.json")

    # The merge applies what was reviewed, and nothing else.
    team.run("apply", "reviewed.json")
    assert team.uri("ingest") == "img:2"
    assert team.ann.get_action("report").description == "By hand, in a hurry."
    # The very same plan is stale from now on.
    assert "stale" in team.run("apply", "reviewed.json", code=4)

    # Somebody is quicker than the merge: the reviewed plan is refused rather than applied to something else.
    team.edit("action.ingest", "img:2", "img:3")
    team.run("plan", "--out", "second.json", "--target", "action.ingest")
    team.ann.update_action("ingest", UpdateActionRequest(uri="img:hotfix"))
    assert "ann@acme.example" in team.run("apply", "second.json", code=4)
    assert team.uri("ingest") == "img:hotfix"

    # They restore what git says, drift ends, and the journal has it all.
    team.run("apply", "--auto-approve")
    assert (team.uri("ingest"), team.ann.get_action("report").description) == ("img:3", "What the night brought.\n")
    team.run("drift")
    history = json.loads(team.folder.run("history", "--output", "json").out)["applies"]
    assert [page["command"] for page in history] == ["apply", "apply", "adopt"]

    # That was a mistake: back to what was there before, as a plan to be reviewed.
    team.run("rollback", history[0]["apply_id"], "--out", "back.json")
    assert {each["address"] for each in plan_of(team.folder.path / "back.json")["resource_changes"]} == {
        "action.ingest",
        "action.report",
    }
    team.run("apply", "back.json")
    assert team.uri("ingest") == "img:hotfix"
    team.edit("action.ingest", "img:3", "img:hotfix")
    team.edit("action.report", "What the night brought.", "By hand, in a hurry.")

    # An action that twelve triggers use gets another name: they are repointed in place, and keep their ids.
    ids = {trigger.name: trigger.trigger_id for trigger in _triggers(team)}
    team.run("rename", "action.ingest", "ros_ingest")
    assert "--prune" in team.run("plan", code=3)
    team.run("plan", "--prune", "--out", "rename.json")
    team.run("apply", "rename.json")
    assert {trigger.action.name for trigger in _triggers(team)} == {"ros_ingest"}
    assert {trigger.name: trigger.trigger_id for trigger in _triggers(team)} == ids
    assert {action.name for action in team.ann.query_actions(QuerySpecification()).items} == {"ros_ingest", "report"}

    # A trigger leaves git, and with that the platform.
    team.manifest("trigger.on_bag_07").unlink()
    assert "- delete trigger.on_bag_07" in team.run("plan")
    team.run("apply", "--auto-approve")
    assert len(_triggers(team)) == TRIGGERS - 1
    assert "No changes." in team.run("plan", "--detailed-exitcode")
    team.run("drift")


def _triggers(team: Team) -> list[Any]:
    return list(team.ann.query_triggers(QuerySpecification()).items)
