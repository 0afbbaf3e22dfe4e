"""Names of files are told as seen from where the command was run, so that they can be clicked."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.scenarios.conftest import ACTION, Folder

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: { name: robots }
spec: { platform: embedded, manifests: [actions] }
"""


def test_a_project_named_by_its_folder_is_the_project(folder: Folder) -> None:
    """-f FOLDER reads FOLDER's reconciler.yaml, and every place is told from here."""
    folder.write("robots/reconciler.yaml", PROJECT)
    folder.write("robots/actions/one.yaml", ACTION.format(name="one", uri="img:1"))
    planned = folder.run("plan", "-f", "robots", "--output", "json")
    assert json.loads(planned.out)["resource_changes"][0]["origin"] == "robots/actions/one.yaml"
    folder.write("robots/actions/two.yaml", "kind: Acton\n")
    assert "robots/actions/two.yaml:1:" in folder.run("plan", "-f", "robots").err
    assert "robots/actions/two.yaml:1:" in folder.run("validate", "-f", "robots/actions").err


def test_a_project_is_found_from_a_folder_inside_it(folder: Folder) -> None:
    """As git finds its repository: the place is told relative to where one stands."""
    folder.write("reconciler.yaml", PROJECT)
    folder.write("actions/two.yaml", "kind: Acton\n")
    inside = Folder(folder.path / "actions", folder.capture, folder.monkeypatch)
    assert inside.run("validate").err.startswith("two.yaml:1:")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is Unicode")
def test_names_of_files_and_folders_need_not_be_utf_8(folder: Folder) -> None:
    """What has no character is written out; a saved plan beside the manifests is no problem to the next run."""
    inside = Folder(folder.path / os.fsdecode(b"caf\xe9"), folder.capture, folder.monkeypatch)
    inside.write("reconciler.yaml", PROJECT.replace(", manifests: [actions]", ""))
    inside.write(os.fsdecode(b"entr\xe9e.yaml"), ACTION.format(name="one", uri="img:1"))
    assert inside.run("plan", "--out", "plan.json").code == 0
    saved = json.loads((inside.path / "plan.json").read_text(encoding="utf-8"))
    assert saved["resource_changes"][0]["origin"] == r"entr\udce9e.yaml"
    assert inside.run("apply", "plan.json").code == 0
    assert inside.run("validate").code == 0
    assert inside.run("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_with_a_secret_needs_its_manifests(folder: Folder) -> None:
    """The secret is not in the file: the manifests give it, and changed manifests are refused."""
    secret = "hunter2"
    folder.action("one", more=f"  parameters: {{ api_token: {{ default: {secret} }} }}\n")
    folder.embedded("plan", "--out", "plan.json")
    saved = (folder.path / "plan.json").read_text()
    assert secret not in saved
    folder.action("one", more="  parameters: { api_token: { default: changed } }\n")
    refused = folder.embedded("apply", "plan.json")
    assert refused.code == 4
    assert secret not in refused.said
    folder.action("one", more=f"  parameters: {{ api_token: {{ default: {secret} }} }}\n")
    assert folder.embedded("apply", "plan.json").code == 0
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_with_a_secret_is_refused_in_another_folder(folder: Folder) -> None:
    """Its manifests are not there: the folder to go to is named, and problems of another project are not."""
    folder.action("one", more="  parameters: { api_token: { default: hunter2 } }\n")
    database = f"embedded:{folder.path / 'platform.sqlite3'}"
    folder.run("plan", "--platform", database, "--out", "plan.json")
    folder.write("other/reconciler.yaml", "kind: Acton\n")
    other = Folder(folder.path / "other", folder.capture, folder.monkeypatch)
    refused = other.run("apply", "../plan.json", "--platform", database)
    assert refused.code == 1
    assert "there is no one.yaml here" in refused.err
    assert "cd ..\n" in refused.err
    assert "Acton" not in refused.said


def test_a_saved_plan_does_not_tell_the_problems_of_manifests_it_was_not_made_from(folder: Folder) -> None:
    """A folder with a file of the same name is of another project: the plan is stale here, and that is all."""
    folder.action("one", more="  parameters: { api_token: { default: hunter2 } }\n")
    database = f"embedded:{folder.path / 'platform.sqlite3'}"
    folder.run("plan", "--platform", database, "--out", "plan.json")
    folder.write("other/one.yaml", "kind: Acton\n")
    other = Folder(folder.path / "other", folder.capture, folder.monkeypatch)
    refused = other.run("apply", "../plan.json", "--platform", database)
    assert refused.code == 4
    assert "no longer give this plan" in refused.err
    assert "Acton" not in refused.said


def test_a_folder_whose_name_is_no_text_is_a_folder(folder: Folder) -> None:
    """Nor is any other name, where the encoding of file names is ASCII."""
    path = folder.path / os.fsdecode(b"caf\xe9")
    try:
        path.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    inner = Folder(path, folder.capture, folder.monkeypatch)
    inner.action("ingest")
    assert inner.embedded("plan", "--out", "plan.json").code == 0
    assert inner.embedded("apply", "plan.json").code == 0
    assert inner.embedded("drift").code == 0
