"""Environments on the command line: chosen by name, kept apart, each with its own token, address and overlays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client.scripted_server import Answer, ScriptedServer
from tests.scenarios.conftest import Folder

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: embedded
  manifests: [.]
  inventory: {id: 6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18}
  variables:
    tag: {default: "1.4"}
    minutes: {type: number, from_environment: MINUTES}
  environments:
    staging:
      embedded_path: staging.sqlite3
      org_id: og_staging
      variables: {minutes: 5}
    production:
      embedded_path: production.sqlite3
      org_id: og_production
      overlays: [overlays/production]
"""
OVERLAY = "kind: Trigger\nmetadata: {name: on_bags}\nspec: {enabled: false}\n"
REMOTE = """\
apiVersion: reconciler/v1
kind: Project
spec:
  environments:
    staging: {{platform: roboto, org_id: og_staging, token_variable: STAGING_TOKEN, endpoint: "{endpoint}"}}
"""


@pytest.fixture
def project(folder: Folder) -> Folder:
    """A project of an action and a trigger, in two environments."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest", uri="img:${var.tag}", more="  timeout: ${var.minutes}\n")
    folder.trigger("on_bags", action="ingest")
    folder.write("overlays/production/triggers.yaml", OVERLAY)
    return folder


def uris(plan: str) -> dict[str, Any]:
    """Return what a plan would make, field by field."""
    changes = json.loads(plan)["resource_changes"]
    return {change["address"]: change["change"]["after"] for change in changes}


@pytest.mark.parametrize("command", ["plan", "validate", "drift", "apply", "invocations list"])
def test_nobody_works_in_an_environment_that_nobody_chose(project: Folder, command: str) -> None:
    """Every command that reads a project lists what there is, and does nothing."""
    ended = project.run(*command.split())
    assert ended.code == 1
    assert "none was chosen: staging, production" in ended.err
    unknown = project.run(*command.split(), "--env", "stagign")
    assert (unknown.code, 'did you mean "staging"?' in unknown.err) == (1, True)
    assert not list(project.path.glob("*.sqlite3"))


def test_the_variable_and_the_default_choose_too(project: Folder) -> None:
    """The flag before the variable, the variable before the default."""
    project.write("reconciler.yaml", PROJECT + "  default_environment: staging\n")
    assert "og_staging" in project.run("plan").out
    project.monkeypatch.setenv("RECONCILER_ENV", "production")
    project.monkeypatch.setenv("MINUTES", "9")
    assert "og_production" in project.run("plan").out
    assert "og_staging" in project.run("plan", "--env", "staging").out


def test_without_environments_there_is_none_to_choose(folder: Folder) -> None:
    """A typing error in CI must not plan something else."""
    folder.action("ingest")
    ended = folder.embedded("plan", "--env", "production")
    assert (ended.code, "this project has no environments" in ended.err) == (1, True)


def test_formatting_needs_no_environment(project: Folder) -> None:
    """A manifest has one form everywhere; files of overlays are no manifests."""
    assert project.run("fmt", "--check").code in (0, 1)
    assert "overlays" not in project.run("fmt", "--check").out


def test_each_environment_has_its_own_state(project: Folder) -> None:
    """Applied in one, everything is still to do in the other; caches and remembered plans do not mix them."""
    project.monkeypatch.setenv("MINUTES", "9")
    assert project.run("apply", "--env", "staging", "--auto-approve").code == 0
    for _ in range(3):
        assert project.run("plan", "--env", "staging", "--detailed-exitcode").code == 0
        assert project.run("plan", "--env", "production", "--detailed-exitcode").code == 2
    made = uris(project.run("plan", "--env", "production", "--output", "json").out)
    assert (made["action.ingest"]["timeout"], made["trigger.on_bags"]["enabled"]) == (9, False)
    stored = {path.parent.name for path in (project.path / ".reconciler" / "inventory").rglob("*.json")}
    assert project.run("apply", "--env", "production", "--auto-approve").code == 0
    assert {path.parent.name for path in (project.path / ".reconciler" / "inventory").rglob("*.json")} > stored
    project.monkeypatch.setenv("MINUTES", "10")
    assert project.run("plan", "--env", "staging", "--detailed-exitcode").code == 0
    assert project.run("plan", "--env", "production", "--detailed-exitcode").code == 2


def test_a_saved_plan_is_applied_where_it_was_made_for(project: Folder) -> None:
    """The command to apply it names the environment, and another one refuses it."""
    project.monkeypatch.setenv("MINUTES", "9")
    saved = project.run("plan", "--env", "staging", "--out", "plan.json")
    assert "reconciler apply plan.json --env staging" in saved.err
    assert project.run("apply", "plan.json", "--env", "production").code == 3
    assert project.run("apply", "plan.json", "--env", "staging").code == 0


def test_all_environments_stand_side_by_side(project: Folder) -> None:
    """One that fails hides none of the others, and the worst exit code counts."""
    text = project.run("plan", "--env", "all")
    assert text.code == 1
    assert text.out.splitlines() == [
        "staging     2 to create, 0 to update, 0 to delete",
        "production  1 error in the manifests",
        '            ingest.yaml:6:12: the variable "minutes" has no value here',
    ]
    rows = json.loads(project.run("plan", "--env", "all", "--output", "json").out)["environments"]
    assert [(row["environment"], row["exit_code"]) for row in rows] == [("staging", 2), ("production", 1)]
    assert rows[0]["summary"]["create"] == 2
    assert rows[1]["diagnostics"][0]["rule"] == "variable-without-value"
    markdown = project.run("plan", "--env", "all", "--output", "markdown").out
    assert "| `staging` | `og_staging` | 2 to create, 0 to update, 0 to delete |" in markdown
    project.monkeypatch.setenv("MINUTES", "9")
    assert project.run("plan", "--env", "all").code == 0
    assert project.run("plan", "--env", "all", "--detailed-exitcode").code == 2


def test_a_value_of_another_type_fails_its_own_environment(project: Folder) -> None:
    """Beside the others; chosen alone, every environment of a wrong file is refused, with all that is wrong."""
    project.write("reconciler.yaml", PROJECT.replace("minutes: 5", "minutes: five"))
    project.monkeypatch.setenv("MINUTES", "9")
    text = project.run("plan", "--env", "all")
    assert text.code == 1
    assert text.out.splitlines() == [
        "staging     1 error in the manifests",
        "            reconciler.yaml:14:28: the variable is a number, this value is not",
        "production  2 to create, 0 to update, 0 to delete",
    ]
    for command in (("plan", "--env", "production"), ("validate", "--env", "production")):
        ended = project.run(*command)
        assert (ended.code, "reconciler.yaml:14:28: the variable is a number" in ended.err) == (1, True)


def test_what_is_wrong_with_the_project_fails_all_environments(project: Folder) -> None:
    """Nobody could tell what any of them would be."""
    project.write("reconciler.yaml", PROJECT.replace('tag: {default: "1.4"}', "tag: {default: 1.4}"))
    ended = project.run("plan", "--env", "all")
    assert (ended.code, "reconciler.yaml:8:20: the variable is a string" in ended.err) == (1, True)


def test_all_is_for_plans_alone(project: Folder) -> None:
    """Whatever else would act on several platforms at once."""
    assert project.run("apply", "--env", "all", "--auto-approve").code == 1
    assert project.run("plan", "--env", "all", "--out", "p.json").code == 64
    for output in ("github", "html"):
        ended = project.run("plan", "--env", "all", "--output", output)
        assert (ended.code, ended.out) == (64, "")
    project.write("reconciler.yaml", "apiVersion: reconciler/v1\nkind: Project\nspec: {platform: embedded}\n")
    assert "this project has no environments" in project.run("plan", "--env", "all").err


class TestTokens:
    """Whose token goes where."""

    @pytest.fixture
    def remote(self, folder: Folder, server: ScriptedServer) -> Folder:
        """A project with an environment on a remote platform."""
        folder.write("reconciler.yaml", REMOTE.format(endpoint=server.endpoint))
        folder.action("ingest")
        folder.monkeypatch.setenv("RECONCILER_ENV", "staging")
        folder.monkeypatch.setenv("ROBOTO_API_KEY", "tok_of_somebody_else")
        return folder

    def test_an_address_that_only_the_file_names_gets_no_token(self, remote: Folder, server: ScriptedServer) -> None:
        """Nothing is sent at all."""
        remote.monkeypatch.setenv("STAGING_TOKEN", "tok_staging")
        ended = remote.run("plan")
        assert ended.code == 1
        assert f"RECONCILER_ALLOWED_ENDPOINTS={server.endpoint}" in ended.err
        assert server.asked == []

    def test_another_environments_token_is_never_tried(self, remote: Folder, server: ScriptedServer) -> None:
        """The variable that is named is the only one."""
        remote.monkeypatch.setenv("RECONCILER_ALLOWED_ENDPOINTS", server.endpoint)
        ended = remote.run("plan")
        assert (ended.code, "STAGING_TOKEN, which is not set" in ended.err) == (1, True)
        assert server.asked == []

    @pytest.mark.parametrize("command", ["plan", "drift", "apply --auto-approve", "invocations list"])
    def test_a_token_of_another_organization_is_refused_first(
        self, remote: Folder, server: ScriptedServer, command: str
    ) -> None:
        """With both named, before anything is read or written."""
        remote.monkeypatch.setenv("RECONCILER_ALLOWED_ENDPOINTS", server.endpoint)
        remote.monkeypatch.setenv("STAGING_TOKEN", "tok_staging")
        server.answer_with(Answer(data=[{"org_id": "og_production", "name": "Production"}]))
        ended = remote.run(*command.split())
        assert ended.code == 3
        assert 'environment "staging" is organization og_staging' in ended.err
        assert "og_production (Production)" in ended.err
        assert {asked.path for asked in server.asked} == {"/v1/orgs/caller"}
        assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer tok_staging"}
        assert "tok_staging" not in ended.said

    def test_another_organization_on_the_command_line_is_refused(self, remote: Folder, server: ScriptedServer) -> None:
        """Nothing is sent at all."""
        ended = remote.run("plan", "--org", "og_x")
        assert (ended.code, "is organization og_staging, --org says og_x" in ended.err) == (3, True)
        assert server.asked == []
