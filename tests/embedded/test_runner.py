"""A run from queue to end: stages, inputs, outputs, changesets, logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reconciler.domain.datasets import CreateDatasetRequest, FileRecord, ImportFileRequest, QueryFilesRequest
from reconciler.domain.invocations import (
    ExecutorContainer,
    InvocationRecord,
    InvocationStatus,
    InvocationUploadDestination,
)
from reconciler.domain.secrets import MASK
from reconciler.domain.values import ActionParameter
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.executors.secrets import SecretFiles
from tests.contract.builders import new_action
from tests.embedded.running import Workshop, awaited, in_background, last_detail, stages


@pytest.fixture
def workshop(platform: EmbeddedPlatform, tmp_path: Path) -> Workshop:
    """A platform with a runner."""
    return Workshop(platform, tmp_path)


def test_a_run_goes_through_every_stage(workshop: Workshop) -> None:
    """Each is recorded as it begins, with what it is about."""
    dataset = workshop.dataset({"a.txt": "one\n", "b/c.txt": "two\n"})
    workshop.action("cat $ROBOTO_INPUT_DIR/a.txt $ROBOTO_INPUT_DIR/b/c.txt > $ROBOTO_OUTPUT_DIR/all.txt")
    record = workshop.ran(workshop.invoke_on(dataset))
    assert stages(record) == ["Queued", "Scheduled", "Downloading", "Processing", "Uploading", "Completed"]
    assert record.status[2].detail == "2 files, 8 bytes"
    assert record.status[4].detail == f"1 output file to {dataset.dataset_id}"
    assert record.duration.total_seconds() > 0
    copy = Path(urlsplit(workshop.files(dataset)["all.txt"]).path)
    assert copy.read_text() == "one\ntwo\n"


def test_only_files_that_the_patterns_take_are_there(workshop: Workshop) -> None:
    """Hidden folders are no inputs of patterns."""
    dataset = workshop.dataset({"a.bag": "", "a.txt": "", "x/b.bag": "", ".cache/c.bag": ""})
    workshop.action("cd $ROBOTO_INPUT_DIR; find . -type f | sort")
    invocation_id = workshop.invoke_on(dataset, "**/*.bag")
    workshop.ran(invocation_id)
    assert workshop.log(invocation_id) == ["./a.bag", "./x/b.bag"]


def test_an_action_cannot_change_what_the_dataset_keeps(workshop: Workshop) -> None:
    """It works on copies."""
    dataset = workshop.dataset({"a.txt": "kept"})
    workshop.action("echo changed > $ROBOTO_INPUT_DIR/a.txt; ln -f $ROBOTO_INPUT_DIR/a.txt $ROBOTO_OUTPUT_DIR/b.txt")
    assert workshop.ran(workshop.invoke_on(dataset)).last_status is InvocationStatus.Completed
    assert Path(urlsplit(workshop.files(dataset)["a.txt"]).path).read_text() == "kept"


def test_inputs_that_are_not_wanted_on_disk_are_listed_only(workshop: Workshop) -> None:
    """Their records are in the manifest, without a path; their bytes may be anywhere."""
    dataset = workshop.dataset({})
    imported = ImportFileRequest(dataset_id=dataset.dataset_id, relative_path="far.bag", uri="s3://bucket/far.bag")
    workshop.platform.import_files([imported])
    workshop.action("ls $ROBOTO_INPUT_DIR; cat $ROBOTO_ACTION_INPUTS_MANIFEST", requires_downloaded_inputs=False)
    invocation_id = workshop.invoke_on(dataset)
    assert workshop.ran(invocation_id).last_status is InvocationStatus.Completed
    (manifest,) = workshop.log(invocation_id)
    assert [(file["uri"], path) for file, path in json.loads(manifest)["files"]] == [("s3://bucket/far.bag", None)]


def test_a_file_that_is_not_on_this_machine_fails_a_run_that_wants_it(workshop: Workshop) -> None:
    """The reason says what can be done."""
    dataset = workshop.dataset({})
    imported = ImportFileRequest(dataset_id=dataset.dataset_id, relative_path="far.bag", uri="s3://bucket/far.bag")
    workshop.platform.import_files([imported])
    workshop.action("true")
    record = workshop.ran(workshop.invoke_on(dataset))
    assert stages(record)[-2:] == ["Downloading", "Failed"]
    assert "s3://bucket/far.bag" in last_detail(record)
    assert "requires_downloaded_inputs" in last_detail(record)


def test_a_file_that_is_gone_fails_the_run(workshop: Workshop, tmp_path: Path) -> None:
    """Files stay where they were imported from, and somebody may remove them."""
    dataset = workshop.dataset({"a.txt": "x"})
    (tmp_path / "run-42/a.txt").unlink()
    workshop.action("true")
    record = workshop.ran(workshop.invoke_on(dataset))
    assert "cannot download a.txt: No such file" in last_detail(record)


def test_files_outside_of_the_roots_are_not_read(workshop: Workshop, tmp_path: Path) -> None:
    """Whoever may import a path is not whoever may read it."""
    dataset = workshop.dataset({"a.txt": "x"})
    workshop.action("true")
    refused = workshop.ran(workshop.invoke_on(dataset), file_roots=(tmp_path / "elsewhere",))
    assert "may not read files there" in last_detail(refused)
    read = workshop.ran(workshop.invoke_on(dataset), file_roots=(tmp_path / "run-42",))
    assert read.last_status is InvocationStatus.Completed


def test_an_upload_is_read_and_cannot_be_imported_from_where_it_is_kept(workshop: Workshop, tmp_path: Path) -> None:
    """On a server of several organizations, naming a copy would read the files of others."""
    (tmp_path / "own.txt").write_text("ours")
    theirs = workshop.platform.create_dataset(CreateDatasetRequest(name="theirs"))
    (upload,) = workshop.platform.upload_files(theirs.dataset_id, {"own.txt": tmp_path / "own.txt"})
    workshop.action("true")
    read = workshop.ran(workshop.invoke_on(theirs), file_roots=())
    assert read.last_status is InvocationStatus.Completed

    ours = workshop.platform.create_dataset(CreateDatasetRequest(name="ours"))
    workshop.platform.import_files(
        [ImportFileRequest(dataset_id=ours.dataset_id, relative_path="a.txt", uri=upload.uri)]
    )
    refused = workshop.ran(workshop.invoke_on(ours), file_roots=())
    assert "may not read files there" in last_detail(refused)


def test_parameters_are_there_with_their_defaults(workshop: Workshop) -> None:
    """Each as a variable, and all of them in a file."""
    parameters = [ActionParameter(name="size", default=3), ActionParameter(name="mode")]
    workshop.action(
        "echo $ROBOTO_PARAM_size $ROBOTO_PARAM_mode; cat $ROBOTO_ACTION_PARAMETERS_FILE", parameters=parameters
    )
    invocation_id = workshop.invoke(parameter_values={"mode": "fast"})
    workshop.ran(invocation_id)
    variables, file = workshop.log(invocation_id)
    assert variables == "3 fast"
    assert json.loads(file) == {"size": "3", "mode": "fast"}


def test_secrets_are_in_a_file_and_in_no_variable(workshop: Workshop, tmp_path: Path) -> None:
    """Variables are easily shown; the file lives as long as the run."""
    provided = tmp_path / "secrets.json"
    provided.write_text(json.dumps({"roboto-secret://weights": "hush"}))
    script = "env | grep -c hush; tr a-z A-Z < $ROBOTO_ACTION_RUNTIME_CONFIG_DIR/secrets.json; exit 0"
    workshop.action(script, parameters=[ActionParameter(name="token")])
    invocation_id = workshop.invoke(parameter_values={"token": "roboto-secret://weights"})
    workshop.ran(invocation_id, secrets=SecretFiles(provided))
    assert workshop.log(invocation_id) == ["0", '{"TOKEN": "HUSH"}']
    assert list((tmp_path / "work").iterdir()) == []


def test_a_secret_reaches_neither_log_nor_status(workshop: Workshop, tmp_path: Path) -> None:
    """Whoever prints it: the action, and what tells of a changeset that cannot be read."""
    provided = tmp_path / "secrets.json"
    provided.write_text(json.dumps({"roboto-secret://key": "hush one\nhush two"}))
    script = (
        "cat $ROBOTO_ACTION_RUNTIME_CONFIG_DIR/secrets.json; echo; echo 'hush one' >&2; echo '<hush two>';"
        ' echo \'{"put_fields": {"a..hush two": 1}}\' > $ROBOTO_DATASET_METADATA_CHANGESET_FILE'
    )
    workshop.action(script, parameters=[ActionParameter(name="key")])
    dataset = workshop.dataset({"a.txt": "one"})
    invocation_id = workshop.invoke_on(dataset, parameter_values={"key": "roboto-secret://key"})
    record = workshop.ran(invocation_id, secrets=SecretFiles(provided))
    said = [each.log for each in workshop.platform.invocation_logs(invocation_id).items]
    assert "hush" not in "\n".join([*said, *(str(entry.detail) for entry in record.status)])
    assert workshop.log(invocation_id) == [f'{{"key": "{MASK}\\n{MASK}"}}', MASK, f"<{MASK}>"]


def test_a_secret_that_cannot_be_masked_is_said_to_be_none(workshop: Workshop, tmp_path: Path) -> None:
    """A mask on every 42 would tell what it is."""
    provided = tmp_path / "secrets.json"
    provided.write_text(json.dumps({"roboto-secret://pin": "42"}))
    workshop.action("echo 42", parameters=[ActionParameter(name="pin")])
    invocation_id = workshop.invoke(parameter_values={"pin": "roboto-secret://pin"})
    workshop.ran(invocation_id, secrets=SecretFiles(provided))
    assert workshop.log(invocation_id) == ["42"]
    assert any('"pin" is too short' in said for said in workshop.log(invocation_id, ExecutorContainer.Setup))


def test_an_organization_with_secrets_of_its_own_gets_no_others(workshop: Workshop, tmp_path: Path) -> None:
    """Whoever may invoke may print them."""
    (tmp_path / "shared.json").write_text(json.dumps({"roboto-secret://weights": "hush"}))
    (tmp_path / "own.json").write_text("{}")
    workshop.action("echo ran", parameters=[ActionParameter(name="token")])
    asked: dict[str, Any] = {"parameter_values": {"token": "roboto-secret://weights"}}
    files = SecretFiles(tmp_path / "shared.json", {"og_local": tmp_path / "own.json"})
    assert "lacks what parameter" in last_detail(workshop.ran(workshop.invoke(**asked), secrets=files))
    others = SecretFiles(tmp_path / "shared.json", {"og_other": tmp_path / "own.json"})
    assert stages(workshop.ran(workshop.invoke(**asked), secrets=others))[-1] == "Completed"


def test_a_secret_that_nobody_provides_fails_the_run(workshop: Workshop) -> None:
    """Before anything runs."""
    workshop.action("echo ran", parameters=[ActionParameter(name="token")])
    invocation_id = workshop.invoke(parameter_values={"token": "roboto-secret://weights"})
    record = workshop.ran(invocation_id)
    assert "--secrets" in last_detail(record)
    assert workshop.log(invocation_id) == []


def test_outputs_go_where_the_invocation_says(workshop: Workshop) -> None:
    """Named destinations come before the dataset of the inputs."""
    source, target = workshop.dataset({"a.txt": "x"}), workshop.dataset({}, "results")
    workshop.action("echo done > $ROBOTO_OUTPUT_DIR/result.txt")
    workshop.ran(workshop.invoke_on(source, upload_destination=InvocationUploadDestination.dataset(target.dataset_id)))
    assert set(workshop.files(source)) == {"a.txt"}
    assert set(workshop.files(target)) == {"result.txt"}


def test_outputs_without_a_destination_are_told_and_not_kept(workshop: Workshop) -> None:
    """A run without dataset may still be a good one."""
    workshop.action("echo done > $ROBOTO_OUTPUT_DIR/result.txt")
    invocation_id = workshop.invoke()
    assert workshop.ran(invocation_id).last_status is InvocationStatus.Completed
    (told,) = workshop.log(invocation_id, ExecutorContainer.OutputHandler)
    assert "not uploaded" in told
    assert "result.txt" in told


def test_a_failed_action_leaves_nothing(workshop: Workshop) -> None:
    """Neither files nor metadata; its code is the detail."""
    dataset = workshop.dataset({"a.txt": "x"})
    workshop.action(
        "echo half > $ROBOTO_OUTPUT_DIR/result.txt;"
        """ echo '{"put_tags":["done"]}' > $ROBOTO_DATASET_METADATA_CHANGESET_FILE; exit 65"""
    )
    record = workshop.ran(workshop.invoke_on(dataset))
    assert stages(record)[-2:] == ["Processing", "Failed"]
    assert last_detail(record) == "the action ended with exit code 65 (unfit input data)"
    assert set(workshop.files(dataset)) == {"a.txt"}
    assert workshop.platform.get_dataset(dataset.dataset_id).tags == []


def test_changesets_are_applied_to_the_dataset_and_to_output_files(workshop: Workshop) -> None:
    """Lines about one file add up; what is no output is told and left alone."""
    dataset = workshop.dataset({"a.txt": "x"})
    lines = [
        {"relative_path": "r.txt", "update": {"description": "first", "metadata_changeset": {"put_tags": ["one"]}}},
        {"relative_path": "r.txt", "update": {"metadata_changeset": {"put_tags": ["two"]}}},
        {"relative_path": "a.txt", "update": {"description": "not mine"}},
    ]
    text = "\n".join(map(json.dumps, lines))
    workshop.action(
        f"echo r > $ROBOTO_OUTPUT_DIR/r.txt; cat > $ROBOTO_FILE_METADATA_CHANGESET_FILE <<'END'\n{text}\nEND\n"
        """echo '{"put_fields": {"n": 1}, "put_tags": ["done"]}' > $ROBOTO_DATASET_METADATA_CHANGESET_FILE"""
    )
    invocation_id = workshop.invoke_on(dataset)
    assert workshop.ran(invocation_id).last_status is InvocationStatus.Completed
    files = {each.relative_path: each for each in _files(workshop, dataset.dataset_id)}
    assert (files["r.txt"].description, files["r.txt"].tags) == ("first", ["one", "two"])
    assert files["a.txt"].description is None
    changed = workshop.platform.get_dataset(dataset.dataset_id)
    assert (changed.metadata, changed.tags) == ({"n": 1}, ["done"])
    assert any("a.txt is not changed" in told for told in workshop.log(invocation_id, ExecutorContainer.OutputHandler))


def test_a_changeset_that_is_none_fails_the_run_before_anything_is_uploaded(workshop: Workshop) -> None:
    """A run has its effects whole or not at all."""
    dataset = workshop.dataset({"a.txt": "x"})
    workshop.action("echo r > $ROBOTO_OUTPUT_DIR/r.txt; echo { > $ROBOTO_DATASET_METADATA_CHANGESET_FILE")
    record = workshop.ran(workshop.invoke_on(dataset))
    assert record.last_status is InvocationStatus.Failed
    assert set(workshop.files(dataset)) == {"a.txt"}


def test_a_changeset_that_the_dataset_cannot_take_fails_the_run(workshop: Workshop) -> None:
    """Its metadata may not lead where it wants to put something."""
    dataset = workshop.dataset({"a.txt": "x"})
    put = """echo '{"put_fields": {"a": 1, "a.b.c": 2}}' > $ROBOTO_DATASET_METADATA_CHANGESET_FILE"""
    workshop.action(put)
    record = workshop.ran(workshop.invoke_on(dataset))
    assert record.last_status is InvocationStatus.Failed
    assert "metadata of" in last_detail(record)


def test_the_log_says_who_wrote_what(workshop: Workshop) -> None:
    """The action's lines are its own, and the sandbox that is none is the first thing said."""
    workshop.action("echo out; echo err >&2; printf 'no end'")
    invocation_id = workshop.invoke()
    workshop.ran(invocation_id)
    assert workshop.log(invocation_id) == ["out", "err", "no end"]
    assert "without a sandbox" in workshop.log(invocation_id, ExecutorContainer.Setup)[0]


def test_an_action_without_a_command_fails_clearly(workshop: Workshop) -> None:
    """A process has no image to ask."""
    workshop.platform.create_action(new_action("imaged"))
    record = workshop.ran(workshop.invoke("imaged"))
    assert "entry_point or command" in last_detail(record)


def test_the_runner_tells_what_it_takes_and_what_became_of_it(workshop: Workshop) -> None:
    """Twice for each: as it begins and as it ended."""
    told: list[InvocationRecord] = []
    workshop.run_script("true", tell=told.append)
    assert [record.last_status.name for record in told] == ["Scheduled", "Completed"]


def test_whoever_reads_the_log_while_it_runs_sees_it_grow(workshop: Workshop) -> None:
    """Records are written while the action works, not at its end."""
    marker = workshop.folder / "go"
    workshop.action(f"echo early; while [ ! -e {marker} ]; do sleep 0.02; done; echo late")
    invocation_id = workshop.invoke()
    threads = in_background(lambda: workshop.ran(invocation_id))
    seen_early = awaited(lambda: workshop.log(invocation_id) == ["early"])
    marker.touch()
    for thread in threads:
        thread.join()
    assert seen_early
    assert workshop.log(invocation_id) == ["early", "late"]


def _files(workshop: Workshop, dataset_id: str) -> tuple[FileRecord, ...]:
    return workshop.platform.query_files(dataset_id, QueryFilesRequest()).items
