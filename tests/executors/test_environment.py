"""The folder, the files and the variables of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.domain.values import ContainerParameters
from reconciler.errors import RunFailed
from reconciler.executors.environment import PlacedFile, RunFolder, run_folder, variables, write_files
from tests.executors.builders import file, invocation


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    """The folder of a run."""
    with run_folder(tmp_path, invocation_id="iv_1") as made:
        yield made


def test_a_run_has_its_places_and_nobody_else_looks_into_them(folder: RunFolder) -> None:
    """Folders exist from the start, for their owner alone."""
    places = (folder.input, folder.output, folder.metadata, folder.config, folder.temporary)
    assert all(place.is_dir() for place in places)
    assert folder.root.stat().st_mode & 0o077 == 0


def test_the_folder_goes_with_the_run(tmp_path: Path) -> None:
    """Also when the run breaks."""

    def broken() -> None:
        with run_folder(tmp_path, invocation_id="iv_1") as folder:
            (folder.output / "result").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_fails_the_run(tmp_path: Path) -> None:
    """The reason is the system's own."""
    with pytest.raises(RunFailed, match="No such file"), run_folder(tmp_path / "none", invocation_id="iv_1"):
        pass


def test_the_variables_are_those_of_the_platform(folder: RunFolder) -> None:
    """Names and meanings as actions know them; parameters keep their names as they are."""
    made = variables(invocation(), folder, parameters={"voxelSize": "0.5", "flag": True}, dataset_id="ds_1")
    assert made["ROBOTO_INPUT_DIR"] == str(folder.input)
    assert made["ROBOTO_OUTPUT_DIR"] == str(folder.output)
    assert made["ROBOTO_INVOCATION_ID"] == "iv_1"
    assert made["ROBOTO_DATASET_ID"] == "ds_1"
    assert made["ROBOTO_ORG_ID"] == "og_ours"
    assert made["ROBOTO_PARAM_voxelSize"] == "0.5"
    assert made["ROBOTO_PARAM_flag"] == "True"
    assert made["ROBOTO_ACTION_TIMEOUT"] == "30"
    assert made["ROBOTO_DATASET_METADATA_CHANGESET_FILE"] == str(folder.dataset_changeset)
    assert made["ROBOTO_FILE_METADATA_CHANGESET_FILE"] == str(folder.file_changesets)
    assert all(made.values())


def test_a_parameter_made_of_parts_is_json(folder: RunFolder) -> None:
    """Python's spelling of a list is nobody's format."""
    made = variables(invocation(), folder, parameters={"topics": ["/a", "/b"]}, dataset_id="ds_1")
    assert json.loads(made["ROBOTO_PARAM_topics"]) == ["/a", "/b"]


def test_the_platforms_variables_overrule_the_actions_own_but_for_the_log_level(folder: RunFolder) -> None:
    """An action cannot tell itself another input folder; how much it logs is its own matter."""
    parameters = ContainerParameters(
        env_vars={"ROBOTO_INPUT_DIR": "/elsewhere", "ROBOTO_LOG_LEVEL": "DEBUG", "MODE": "fast"}
    )
    made = variables(invocation(container_parameters=parameters), folder, parameters={}, dataset_id="ds_1")
    assert made["ROBOTO_INPUT_DIR"] == str(folder.input)
    assert made["ROBOTO_LOG_LEVEL"] == "DEBUG"
    assert made["MODE"] == "fast"


@pytest.mark.parametrize("name", ["a=b", "null\0"])
def test_a_parameter_that_no_variable_can_be_named_after_fails_the_run(folder: RunFolder, name: str) -> None:
    """The message says which."""
    with pytest.raises(RunFailed, match="rename the parameter"):
        variables(invocation(), folder, parameters={name: "1"}, dataset_id="ds_1")


def test_parameters_secrets_and_inputs_are_files(folder: RunFolder) -> None:
    """JSON that the platform's own library reads."""
    placed = PlacedFile(file("logs/run.bag"), folder.input / "logs/run.bag")
    listed = PlacedFile(file("other.bag"), None)
    write_files(folder, parameters={"n": 3}, secrets={"token": "hush"}, inputs=[placed, listed])
    assert json.loads(folder.parameters.read_text()) == {"n": 3}
    assert json.loads(folder.secrets.read_text()) == {"token": "hush"}
    files = json.loads(folder.inputs_manifest.read_text())["files"]
    assert [(record["relative_path"], path) for record, path in files] == [
        ("logs/run.bag", str(folder.input / "logs/run.bag")),
        ("other.bag", None),
    ]


def test_without_inputs_the_manifest_is_empty(folder: RunFolder) -> None:
    """That is how an action sees that it was given none."""
    write_files(folder, parameters={}, secrets={}, inputs=None)
    assert folder.inputs_manifest.read_text() == ""


def test_the_folder_goes_although_an_action_closed_it(tmp_path: Path) -> None:
    """Links are removed and not followed, folders opened again."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    work = tmp_path / "work"
    work.mkdir()
    with run_folder(work, invocation_id="iv_1") as folder:
        (folder.output / "link").symlink_to(outside)
        (folder.output / "closed/deep").mkdir(parents=True)
        (folder.output / "closed").chmod(0)
    assert list(work.iterdir()) == []
    assert (outside / "kept").exists()


def test_an_account_that_leads_nowhere_stands_in_for_credentials(folder: RunFolder) -> None:
    """The platform's own library does not start without one; an action's own and the run's come first."""
    offline = variables(invocation(), folder, parameters={}, dataset_id="ds_1")
    assert offline["ROBOTO_API_KEY"]
    assert offline["ROBOTO_SERVICE_ENDPOINT"].startswith("http://127.0.0.1:")
    credentials = {"ROBOTO_API_KEY": "tok_run", "ROBOTO_SERVICE_ENDPOINT": "http://127.0.0.1:8642"}
    served = variables(invocation(), folder, parameters={}, dataset_id="ds_1", credentials=credentials)
    assert credentials.items() <= served.items()
