"""``reconciler export``: a whole organization into a folder, again and again, and what it never does."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.domain.requests import UpdateActionRequest
from reconciler.domain.trigger_shapes import CreateTargetedTriggerRequest, InvokeActionTarget, Schedule
from reconciler.domain.values import ActionParameter, ActionReference, ContainerParameters
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action, new_trigger
from tests.scenarios.conftest import Folder

NOTHING = "nothing to write"


def platform(folder: Folder) -> EmbeddedPlatform:
    """Open the folder's platform, as somebody at work on it outside of git."""
    return EmbeddedPlatform.open(folder.path / ".reconciler" / "platform.sqlite3")


def furnish(folder: Folder, *, actions: int, triggers: int = 0) -> None:
    """Make actions and triggers outside of git."""
    with closing(platform(folder)) as live:
        for number in range(actions):
            live.create_action(new_action(f"action_{number:02}", parameters=[ActionParameter(name="topics")]))
        for number in range(triggers):
            live.create_trigger(new_trigger(f"trigger_{number:02}", action_name=f"action_{number:02}"))


def files(folder: Folder, under: str = ".") -> dict[str, str]:
    """Return the manifests below a folder, by name."""
    root = folder.path / under
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.yaml"))}


def test_an_organization_is_exported_by_one_command_that_can_be_run_again(folder: Folder) -> None:
    """80 actions and 30 triggers: a file each, a plan without changes, and nothing to do the second time."""
    furnish(folder, actions=80, triggers=30)

    first = folder.embedded("export")
    assert (first.code, first.err) == (0, "")
    assert first.out.endswith("110 written.\n")
    written = files(folder)
    assert len([name for name in written if name.startswith("actions/")]) == 80
    assert len([name for name in written if name.startswith("triggers/")]) == 30

    assert folder.embedded("plan", "--detailed-exitcode").code == 0
    assert folder.run("fmt", "--check").code == 0
    again = folder.embedded("export")
    assert (again.code, again.err) == (0, "")
    assert again.out.endswith("110 unchanged.\n")
    assert files(folder) == written


def test_what_was_exported_can_be_adopted(folder: Folder) -> None:
    """With an inventory the plan refuses what is not ours, so the way to it is told; then the plan is empty."""
    folder.run("init")
    for example in (folder.path / "actions" / "count_messages.yaml", folder.path / "triggers" / "on_new_bags.yaml"):
        example.unlink()
    furnish(folder, actions=2, triggers=1)

    assert "reconciler adopt --all" in folder.embedded("export").err
    assert folder.embedded("adopt", "--all").code == 0
    assert folder.embedded("plan", "--detailed-exitcode").code == 0
    assert folder.embedded("export").err == ""


def test_an_interrupted_export_is_completed(folder: Folder) -> None:
    """Only the files that are missing are written."""
    furnish(folder, actions=3)
    folder.embedded("export")
    (folder.path / "actions" / "action_01.yaml").unlink()

    ended = folder.embedded("export")
    assert ended.out.startswith("wrote actions/action_01.yaml\n")
    assert ended.out.endswith("1 written, 2 unchanged.\n")


def test_a_file_that_differs_is_never_replaced_unasked(folder: Folder) -> None:
    """It is told, the rest is written, and the command ends with 3; --force replaces it and keeps its labels."""
    furnish(folder, actions=2)
    mine = (
        "apiVersion: reconciler/v1\nkind: Action\nmetadata: { name: action_00, labels: { team: fleet } }\n"
        "spec: { uri: 'mine:2' }\nlifecycle: { protect: true }\n"
    )
    folder.write("actions/action_00.yaml", mine)

    ended = folder.embedded("export")
    assert ended.code == 3
    assert "kept actions/action_00.yaml  action.action_00: it differs: --force replaces it" in ended.out
    assert files(folder)["actions/action_00.yaml"] == mine
    assert "actions/action_01.yaml" in files(folder)

    assert folder.embedded("export", "--force").code == 0
    replaced = files(folder)["actions/action_00.yaml"]
    assert "uri: registry.example.com/ros:1" in replaced
    assert "team: fleet" in replaced
    assert "protect: true" in replaced
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_what_is_declared_elsewhere_is_left_there(folder: Folder) -> None:
    """However it is written, no second manifest is made of it; one that differs is told."""
    furnish(folder, actions=2)
    with closing(platform(folder)) as live:
        live.update_action("action_01", UpdateActionRequest(description="changed by hand"))
    both = "".join(
        f"---\napiVersion: reconciler/v1\nkind: Action\nmetadata: {{ name: action_0{number} }}\n"
        "spec: { uri: 'registry.example.com/ros:1', parameters: [{ name: topics }] }\n"
        for number in range(2)
    )
    folder.write("all.yaml", both)

    ended = folder.embedded("export", "--force")
    assert ended.code == 3
    assert "kept all.yaml  action.action_01: it is declared here and differs" in ended.out
    assert ended.out.endswith("1 unchanged, 1 kept.\n")
    assert files(folder) == {"all.yaml": both}


def test_a_file_of_another_name_is_replaced_where_it_is(folder: Folder) -> None:
    """Where a manifest stands alone it can follow what is live, which is what drift names as a remedy."""
    furnish(folder, actions=1)
    head = (
        "# ours\n---\napiVersion: reconciler/v1\nkind: Action\nmetadata: { name: action_00, labels: { team: fleet } }\n"
    )
    folder.write("robots/ros.yaml", head + "spec: { uri: old }\n")

    ended = folder.embedded("export")
    assert ended.code == 3
    assert "kept robots/ros.yaml  action.action_00: it is declared here and differs: --force replaces it" in ended.out
    assert folder.embedded("export", "--kind", "action", "--name", "action_00", "--force").code == 0
    assert set(files(folder)) == {"robots/ros.yaml"}
    assert "team: fleet" in files(folder)["robots/ros.yaml"]
    assert "$schema=../schemas/manifest.schema.json" in files(folder)["robots/ros.yaml"]
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_kinds_and_names_choose_and_labels_are_written(folder: Folder) -> None:
    """Patterns are the shell's; labels are local, so the plan stays empty."""
    furnish(folder, actions=12, triggers=2)

    ended = folder.embedded(
        "export", "--kind", "action", "--name", "action_1?", "--label", "team=fleet", "--out", "live"
    )
    assert ended.code == 0
    assert sorted(files(folder, "live")) == ["actions/action_10.yaml", "actions/action_11.yaml"]
    assert "  labels:\n    team: fleet\n" in files(folder, "live")["actions/action_10.yaml"]
    assert folder.embedded("plan", "-f", "live", "--label", "team=fleet", "--detailed-exitcode").code == 0


def test_a_name_that_nothing_has_is_an_error(folder: Folder) -> None:
    """A slip in a name must not look like a finished export."""
    furnish(folder, actions=1)
    ended = folder.embedded("export", "--name", "aktion*")
    assert ended.code == 1
    assert "nothing live is called aktion*" in ended.err


def test_an_empty_platform_gives_nothing(folder: Folder) -> None:
    """And that is no error."""
    ended = folder.embedded("export")
    assert ended.code == 0
    assert NOTHING in ended.out
    assert files(folder) == {}


def test_one_stream_can_be_planned(folder: Folder) -> None:
    """``--out -`` prints manifests and nothing else; what is to be said goes to standard error."""
    furnish(folder, actions=2, triggers=1)
    ended = folder.embedded("export", "--out", "-")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("\n---\n") == 2
    folder.write("stream.yaml", ended.out)
    assert folder.embedded("plan", "-f", "stream.yaml", "--detailed-exitcode").code == 0


def secretive(folder: Folder) -> None:
    """Make an action with a secret default and a secret variable, and a trigger with a secret value."""
    secret = ContainerParameters(env_vars={"API_KEY": "s3cret-1", "LEVEL": "info"})
    tokens = [ActionParameter(name="api_token", required=True), ActionParameter(name="db_password", default="s3cret-2")]
    with closing(platform(folder)) as live:
        live.create_action(new_action("ingest", container_parameters=secret, parameters=tokens))
        values = {"api_token": "s3cret-3", "db_password": "roboto-secret://db"}
        live.create_trigger(new_trigger("on_bags", action_name="ingest", parameter_values=values))


def test_secrets_stay_on_the_platform(folder: Folder) -> None:
    """They are in no file; the manifest ignores them, which is told; references to secrets are no secrets."""
    secretive(folder)
    ended = folder.embedded("export")
    assert ended.code == 0
    assert "s3cret" not in ended.said + "".join(files(folder).values())
    assert "3 secret values left to the platform" in ended.err
    assert "action.ingest  /spec/container_parameters/env_vars/API_KEY" in ended.err
    assert "--show-sensitive" in ended.err
    assert "roboto-secret://db" in files(folder)["triggers/on_bags.yaml"]
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_secrets_are_written_where_that_is_asked_for(folder: Folder) -> None:
    """Into files that nobody else can read."""
    secretive(folder)
    ended = folder.embedded("export", "--show-sensitive")
    assert "s3cret" not in ended.said
    assert "s3cret-1" in files(folder)["actions/ingest.yaml"]
    assert (folder.path / "actions" / "ingest.yaml").stat().st_mode & 0o777 == 0o600
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_triggers_that_no_manifest_can_say_are_told(folder: Folder) -> None:
    """With the reason, and without stopping the others."""
    furnish(folder, actions=1)
    target = InvokeActionTarget(target_id="t", action=ActionReference(name="action_00"))
    with closing(platform(folder)) as live:
        request = CreateTargetedTriggerRequest(name="nightly", fires_on=Schedule(cron="0 6 * * *"), targets=[target])
        live.targeted_triggers.create(request)

    ended = folder.embedded("export")
    assert ended.code == 0
    assert "1 resource left out:\n    trigger.nightly: it fires on a schedule (0 6 * * *)\n" in ended.err
    assert "nightly" not in folder.embedded("export", "--kind", "action").err


def test_the_summary_can_be_read_by_programs(folder: Folder) -> None:
    """One document, whether the manifests went into files or are in it."""
    secretive(folder)
    told = json.loads(folder.embedded("export", "--output", "json").out)
    assert told["summary"] == {"written": 2, "replaced": 0, "unchanged": 0, "kept": 0, "left_out": 0, "withheld": 3}
    assert [each["file"] for each in told["resources"]] == ["actions/ingest.yaml", "triggers/on_bags.yaml"]

    told = json.loads(folder.embedded("export", "--out", "-", "--output", "json").out)
    assert [each["manifest"]["kind"] for each in told["resources"]] == ["Action", "Trigger"]


def test_the_editor_finds_the_schema_that_init_wrote(folder: Folder) -> None:
    """Wherever in the project the manifests are written."""
    folder.run("init")
    furnish(folder, actions=1)
    ended = folder.embedded("export", "--out", "fleet/live", "--kind", "action")
    first = files(folder, "fleet/live")["actions/action_00.yaml"].splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../../schemas/manifest.schema.json"
    assert (folder.path / "fleet/live/actions" / first.partition("=")[2]).is_file()
    assert "the project does not read fleet/live/actions: add it to spec.manifests" in ended.err


@pytest.mark.parametrize("is_folder", [True, False])
def test_nothing_is_written_through_a_link(folder: Folder, tmp_path: Path, is_folder: bool) -> None:
    """Whoever made the link would choose the place."""
    furnish(folder, actions=1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if is_folder:
        (folder.path / "actions").symlink_to(elsewhere)
    else:
        (folder.path / "actions").mkdir()
        (folder.path / "actions" / "action_00.yaml").symlink_to(elsewhere / "x.yaml")

    ended = folder.embedded("export", "--out", ".")
    assert ended.code == 1
    assert not list(elsewhere.iterdir())
    assert "link" in ended.err


def test_manifests_with_errors_are_mended_first(folder: Folder) -> None:
    """Writing more beside them would hide them, and which resources they declare is not known."""
    furnish(folder, actions=1)
    folder.write("broken.yaml", "apiVersion: reconciler/v1\nkind: Action\nmetadata: {}\nspec: {}\n")
    ended = folder.embedded("export")
    assert ended.code == 1
    assert "broken.yaml:3:" in ended.err
    assert list(files(folder)) == ["broken.yaml"]
