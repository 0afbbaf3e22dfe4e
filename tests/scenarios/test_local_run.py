"""The example local-run, from manifests to the result: the README's second section as a test."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.run import Tally
from reconciler.config import DEFAULT_EMBEDDED
from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.domain.requests import UpdateTriggerRequest
from reconciler.embedded.platform import EmbeddedPlatform
from tests.client.builders import invocation_data
from tests.scenarios.conftest import Folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "local-run"


@pytest.fixture
def example(folder: Folder) -> Folder:
    """The example, applied."""
    shutil.copytree(EXAMPLE, folder.path, dirs_exist_ok=True)
    assert folder.run("apply", "--auto-approve").code == 0
    return folder


def imported(folder: Folder, *more: str, name: str = "run-42") -> Any:
    """Import the recording, and return what the command answered."""
    ended = folder.run("dataset", "import", "recordings/run-42", "--name", name, *more, "--output", "json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def invocations(folder: Folder, *more: str) -> list[Any]:
    """The invocations there are, the newest first."""
    answer = json.loads(folder.run("invocations", "list", *more, "--output", "json").out)
    found: list[Any] = answer["invocations"]
    return found


def ran(folder: Folder) -> str:
    """Run what is queued, and return what the command said."""
    ended = folder.run("run", "--executor", "process", "--until-idle")
    assert ended.code == 0, ended.err
    return ended.said


def test_a_recording_is_imported_the_trigger_fires_and_the_result_is_in_the_dataset(example: Folder) -> None:
    """Six commands, and every one says what to do next or what came of it."""
    dataset = imported(example, "--metadata", "sensor_type=lidar", "--tag", "night")["dataset"]
    assert dataset["metadata"] == {"sensor_type": "lidar"}
    assert dataset["tags"] == ["night"]
    (queued,) = invocations(example)
    assert queued["last_status_name"] == "Queued"

    said = ran(example)

    assert "without a sandbox" in said
    assert "Completed" in said
    shown = json.loads(example.run("dataset", "show", dataset["dataset_id"], "--output", "json").out)
    assert [file["relative_path"] for file in shown["files"]] == ["lidar/front.csv", "lidar/rear.csv", "summary.json"]
    assert shown["dataset"]["tags"] == ["night", "summarized"]
    assert shown["dataset"]["metadata"]["nearest_m"] == 0.8
    log = example.run("logs", queued["invocation_id"], "--follow").out
    assert "lidar/front.csv: 3 scans, nearest 0.8 m\n" in log
    assert "[output_handler] uploaded to" in log


def test_the_trigger_says_before_whether_it_would_fire_and_afterwards_that_it_did(example: Folder) -> None:
    """Dry, live and from a manifest."""
    other = imported(example, "--metadata", "sensor_type=camera", name="run-43")["dataset"]["dataset_id"]
    assert invocations(example) == []
    told = example.run("triggers", "evaluate", "on_lidar_recording", "--dataset", other).out
    assert "would not fire: the condition does not hold" in told
    assert 'saw "camera"' in told
    manifest = example.path / "triggers/on_lidar_recording.yaml"
    manifest.write_text(manifest.read_text().replace("value: lidar", "value: camera"))
    told = example.run("triggers", "evaluate", "on_lidar_recording", "--dataset", other, "-f", ".").out
    assert "would fire once, for the dataset" in told
    assert invocations(example) == []
    fired = imported(example, "--metadata", "sensor_type=lidar")["dataset"]["dataset_id"]
    answer = example.run("triggers", "evaluate", "on_lidar_recording", "--output", "json").out
    reasons = {each["dataset_id"]: each["outcome_reason"] for each in json.loads(answer)["evaluations"]}
    assert reasons == {other: "condition_not_met", fired: "already_run"}


def test_a_trigger_whose_action_would_refuse_is_told_so(example: Folder) -> None:
    """It fires, and nothing runs: the platform takes it, as Roboto's own client may have made it."""
    imported(example, "--metadata", "sensor_type=lidar")
    with closing(EmbeddedPlatform.open(example.path / DEFAULT_EMBEDDED)) as platform:
        platform.update_trigger("on_lidar_recording", UpdateTriggerRequest(parameter_values={"colour": "red"}))
    told = example.run("triggers", "evaluate", "on_lidar_recording").out
    assert 'its action would not run: parameter "colour" is not declared by the action' in told
    answer = json.loads(example.run("triggers", "evaluate", "on_lidar_recording", "--output", "json").out)
    assert len(answer["refused"]) == 1


def test_an_action_is_invoked_by_hand(example: Folder) -> None:
    """With files of a dataset and a parameter of its own."""
    dataset = imported(example, "--metadata", "sensor_type=camera")["dataset"]["dataset_id"]
    command = ("invoke", "summarize_scans", "--dataset", dataset, "--input", "lidar/rear.csv")
    ended = example.run(*command, "--param", "alarm_distance=8", "--output", "json")
    assert ended.code == 0
    invoked = json.loads(ended.out)["invocation"]
    assert invoked["parameter_values"] == {"alarm_distance": "8"}
    ran(example)
    shown = example.run("invocations", "show", invoked["invocation_id"]).out
    assert "Completed" in shown
    assert "alarm_distance = 8" in shown
    assert "1 file, " in shown


def test_a_file_imported_by_copy_counts_as_uploaded_and_stays_when_its_source_goes(example: Folder) -> None:
    """The platform keeps bytes of its own then."""
    imported(example, "--metadata", "sensor_type=lidar", "--copy")
    shutil.rmtree(example.path / "recordings")
    assert "Completed" in ran(example)


def test_a_queued_run_is_cancelled(example: Folder) -> None:
    """By its id, or with all the others."""
    imported(example, "--metadata", "sensor_type=lidar")
    invocation_id = invocations(example)[0]["invocation_id"]
    ended = example.run("cancel", invocation_id)
    assert ended.code == 0
    assert "Cancelled" in ended.out
    imported(example, "--metadata", "sensor_type=lidar", name="run-43")
    assert example.run("cancel", "--all").out == "Cancelled 1 invocation.\n"
    assert {each["last_status_name"] for each in invocations(example)} == {"Cancelled"}
    assert len(invocations(example, "--status", "cancelled", "--limit", "1")) == 1
    assert invocations(example, "--status", "Queued", "--action", "summarize_scans") == []


def test_of_several_ids_none_is_cancelled_when_one_is_wrong(example: Folder) -> None:
    """Every wrong id is named, and nothing is half done."""
    imported(example, "--metadata", "sensor_type=lidar")
    invocation_id = invocations(example)[0]["invocation_id"]
    ended = example.run("cancel", invocation_id, "iv_none", "iv_other")
    assert ended.code == 1
    assert "iv_none" in ended.err
    assert "iv_other" in ended.err
    assert [each["last_status_name"] for each in invocations(example)] == ["Queued"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--name", "x" * 121), "name: String should have at most 120 characters"),
        (("--metadata", f"n={'[' * 200}{']' * 200}"), "metadata"),
        (("--dataset", "ds_none"), 'no dataset "ds_none"'),
        (("--copy",), "holds a character that is no text"),
        ((), "holds a character that is no text"),
    ],
)
def test_what_cannot_be_imported_leaves_no_dataset(example: Folder, more: tuple[str, ...], words: str) -> None:
    """A dataset that was made for files which are refused goes again."""
    example.write("recordings/line\nbreak.csv", "1")
    ended = example.run("dataset", "import", "recordings", *more)
    assert ended.code == 1
    assert words in ended.err
    assert json.loads(example.run("dataset", "list", "--output", "json").out)["datasets"] == []


def test_a_folder_that_cannot_be_read_is_told(example: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files would be missing without a word otherwise."""
    closed = example.path / "recordings" / "closed"
    closed.mkdir()
    scan = os.scandir

    def denying(path: str) -> object:
        if path == str(closed):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    # Who runs the tests may be root, whom no permission holds up.
    monkeypatch.setattr(os, "scandir", denying)
    ended = example.run("dataset", "import", "recordings")
    assert ended.code == 1
    assert f"cannot read {closed}: Permission denied" in ended.err


def test_what_is_no_file_of_a_recording_is_left_out_and_said(example: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's own token and database, links, pipes, and what cannot be read; each is counted."""
    example.write(".reconciler/platform.sqlite3.token", "secret")
    example.write("recordings/.reconciler/plan.json", "{}")
    (example.path / "link").symlink_to("reconciler.yaml")
    (example.path / "folder").symlink_to("recordings")
    os.mkfifo(example.path / "pipe")
    closed = example.write("closed.csv", "1")
    access = os.access
    # Who runs the tests may be root, whom no permission holds up.
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and access(path, mode))

    ended = example.run("dataset", "import", ".", "--output", "json")

    answer = json.loads(ended.out)
    paths = {file["relative_path"] for file in answer["files"]}
    assert {"reconciler.yaml", "recordings/run-42/lidar/front.csv"} <= paths
    assert not [path for path in paths if ".reconciler" in path or path in {"link", "pipe", "closed.csv"}]
    assert not [path for path in paths if path.startswith("folder/")]
    assert answer["left_out"] == {"links": 2, "own": 2, "registered": 0, "special": 1, "unreadable": 1}
    assert (
        "Left out: .reconciler and recordings/.reconciler (of this tool itself, with tokens and secrets); " in ended.err
    )
    assert "2 links, 1 pipe, socket or device and 1 unreadable file." in ended.err


def test_a_database_of_any_name_is_left_out(folder: Folder) -> None:
    """With what stands beside it; files whose names only begin alike are taken."""
    folder.write("a.bag", "bytes")
    folder.write("here.db.bag", "bytes")
    folder.write("here.db.token", "secret")

    ended = folder.run("dataset", "import", ".", "--copy", "--platform", "embedded:here.db", "--output", "json")
    again = folder.run("dataset", "import", ".", "--copy", "--platform", "embedded:here.db", "--output", "json")

    for answer in (json.loads(ended.out), json.loads(again.out)):
        assert [file["relative_path"] for file in answer["files"]] == ["a.bag", "here.db.bag"]
    assert "Left out: here.db, here.db.files" in again.err


def test_files_that_are_registered_are_not_registered_again(example: Folder) -> None:
    """As long as their size is the same; a changed one is a new version."""
    dataset_id = imported(example)["dataset"]["dataset_id"]
    example.write("recordings/run-42/lidar/front.csv", "1")

    again = example.run("dataset", "import", "recordings/run-42", "--dataset", dataset_id, "--output", "json")

    answer = json.loads(again.out)
    assert [(file["relative_path"], file["version"]) for file in answer["files"]] == [("lidar/front.csv", 2)]
    assert answer["left_out"]["registered"] == 1


def test_what_is_queued_by_hand_says_what_comes_next(example: Folder) -> None:
    """A command a line, so that each can be copied."""
    said = example.run("invoke", "summarize_scans").err.splitlines()
    (queued,) = invocations(example)
    assert said == [
        "Run what is queued with: reconciler run --executor process|container --until-idle",
        f"Its log: reconciler logs {queued['invocation_id']} --follow",
    ]


def test_a_list_is_never_too_long(example: Folder) -> None:
    """Any number will do for a limit."""
    assert example.run("invocations", "list", "--limit", "9" * 30).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("invoke", "summarize_scans", "--input", "*.csv"), "--dataset"),
        (("invoke", "summarize_scans", "--param", "novalue"), "KEY=VALUE"),
        (("invocations", "list", "--status", "Done"), "known are Queued"),
        (("cancel",), "--all"),
        (("cancel", "iv_1", "--all"), "--all"),
        (("dataset", "import", "recordings/none"), "does not exist"),
        (("dataset", "import", "recordings", "--metadata", "=x"), "KEY=VALUE"),
        (("dataset", "import", "recordings", "--dataset", "ds_1", "--tag", "x"), "existing one"),
        (("run", "--until-idle"), "--executor"),
        (("triggers", "evaluate", "none", "-f", "."), 'no trigger "none"'),
    ],
)
def test_wrong_usage_is_64_and_says_what_is_right(example: Folder, arguments: tuple[str, ...], words: str) -> None:
    """Nothing is done, nothing is half done."""
    ended = example.run(*arguments)
    assert ended.code == 64
    assert words in ended.err
    assert json.loads(example.run("dataset", "list", "--output", "json").out)["datasets"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("invoke", "none"),
        ("invoke", "summarize_scans", "--dataset", "ds_none"),
        ("invoke", "summarize_scans", "--upload-to", "ds_none"),
        ("invocations", "show", "iv_none"),
        ("logs", "iv_none"),
        ("cancel", "iv_none"),
        ("dataset", "show", "ds_none"),
        ("triggers", "evaluate", "none"),
        ("triggers", "evaluate", "on_lidar_recording", "--dataset", "ds_none"),
        ("invoke", "summarize_scans", "--param", "no_such_parameter=1"),
    ],
)
def test_what_is_not_there_is_said_with_1(example: Folder, arguments: tuple[str, ...]) -> None:
    """One sentence, or one JSON document."""
    ended = example.run(*arguments)
    assert ended.code == 1
    assert ended.err.startswith("error: ")
    assert json.loads(example.run(*arguments, "--output", "json").out)["error"]["exit_code"] == 1


def invoked(folder: Folder, dataset_id: str, *more: str) -> str:
    """Queue a run on a dataset, and return its id."""
    command = ("invoke", "summarize_scans", "--dataset", dataset_id, "--input", "**", *more, "--output", "json")
    invocation_id: str = json.loads(folder.run(*command).out)["invocation"]["invocation_id"]
    return invocation_id


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_failed_run_is_an_exit_code(example: Folder, output: str) -> None:
    """Who waits until all is done wants to know how it went; the others still ran."""
    dataset_id = imported(example)["dataset"]["dataset_id"]
    failed = invoked(example, dataset_id, "--param", "alarm_distance=near")
    invoked(example, dataset_id)

    ended = example.run("run", "--executor", "process", "--until-idle", "--output", output)

    assert ended.code == 1
    assert f"1 of 2 runs failed; why: reconciler logs {failed}" in ended.err
    assert sorted(each["last_status_name"] for each in invocations(example)) == ["Completed", "Failed"]
    if output == "json":
        summary = json.loads(ended.out.splitlines()[-1])
        assert summary == {"type": "summary", "taken": 2, "failed": [failed]}
    assert example.run("run", "--executor", "process", "--until-idle", "--output", output).code == 0


def test_a_cancelled_run_is_no_failure() -> None:
    """Somebody wanted it so; and what was tried again counts by its end."""
    told: list[InvocationRecord] = []
    tally = Tally(told.append)
    queued = InvocationRecord.model_validate(invocation_data())
    for invocation_id, *statuses in (
        ("iv_cancelled", InvocationStatus.Processing, InvocationStatus.Cancelled),
        ("iv_again", InvocationStatus.Failed, InvocationStatus.Processing, InvocationStatus.Completed),
        ("iv_deadly", InvocationStatus.Failed, InvocationStatus.Deadly),
    ):
        for status in statuses:
            tally(queued.model_copy(update={"invocation_id": invocation_id, "last_status": status}))

    assert (tally.taken, tally.failed) == (3, ["iv_deadly"])
    assert len(told) == 7


def test_roboto_runs_its_own_invocations(example: Folder) -> None:
    """Neither are they run here, nor are folders of this machine imported there."""
    remote = ("--platform", "roboto", "--endpoint", "http://127.0.0.1:9", "--org", "og_1")
    example.monkeypatch.setenv("ROBOTO_API_KEY", "tok_1")
    ended = example.run("run", "--executor", "process", "--until-idle", *remote)
    assert ended.code == 1
    assert "Roboto runs its own" in ended.err


@pytest.mark.parametrize(
    "command",
    [
        ("invoke",),
        ("run",),
        ("invocations", "list"),
        ("invocations", "show"),
        ("logs",),
        ("cancel",),
        ("dataset", "import"),
        ("dataset", "list"),
        ("dataset", "show"),
        ("triggers", "evaluate"),
    ],
)
def test_every_command_has_an_example(folder: Folder, command: tuple[str, ...]) -> None:
    """Help without one is half a help."""
    assert "Example: reconciler " in folder.run(*command, "--help").out
