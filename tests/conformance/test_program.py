"""The official command-line program works with a served platform: its commands, its words, its exit codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.environments import NEW, OLD, Environment
from tests.conformance.program import ALONE, Program, Said, environment_of, loaded
from tests.conformance.serving import Served

NOT_FOUND = "RobotoNotFoundException"

ACTION: dict[str, Any] = {
    "name": "ingest",
    "description": "from a file",
    "compute_requirements": {"vCPU": 1024, "memory": 2048},
    "container_parameters": {"command": ["go"]},
    "image_uri": "img:1",
    "timeout": 10,
}


@pytest.fixture
def program(official: Environment, served: Served, tmp_path: Path) -> Iterator[Program]:
    """The program, on a platform that runs nothing."""
    with loaded(official, served, home=tmp_path) as waiting:
        yield waiting


@pytest.fixture
def action_file(tmp_path: Path) -> str:
    """An ``action.json``."""
    return written(tmp_path)


def written(folder: Path, **given: Any) -> str:
    """Write an ``action.json``, and return its path."""
    action = {**ACTION, **given}
    path = folder / f"{action['name']}.json"
    path.write_text(json.dumps(action), encoding="utf-8")
    return str(path)


def test_the_console_script_is_what_these_tests_run(official: Environment, served: Served, tmp_path: Path) -> None:
    """Started as a process of its own, it says the same."""
    command = [str(official.program), ALONE, "users", "show"]
    environ = environment_of(served, home=tmp_path)
    with loaded(official, served, home=tmp_path) as program:
        expected = program("users", "show")

    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)

    assert Said(done.returncode, done.stdout, done.stderr) == expected


def test_actions_are_created_and_created_again(program: Program, action_file: str) -> None:
    """The second time nothing is to be done, the third time what differs."""
    created = program("actions", "create", "--from-file", action_file)
    again = program("actions", "create", "--from-file", action_file, "--yes")
    changed = program("actions", "create", "--from-file", action_file, "--timeout", "11", "--yes")

    assert created.headline == "Successfully created action 'ingest'. Record:"
    assert again.headline == "Action 'ingest' is up-to-date. Record:"
    assert again.json == created.json
    assert changed.headline == "Successfully updated action 'ingest'. Record:"
    assert changed.json["timeout"] == 11


def test_actions_that_inherit_are_up_to_date_too(program: Program, action_file: str) -> None:
    """A parent that is named without its organization is of the same one."""
    program("actions", "create", "--from-file", action_file)
    create = ["actions", "create", "--name", "derived", "--inherits_from", "ingest", "--yes"]

    assert program(*create).json["inherits"] == {"name": "ingest", "digest": None, "owner": "og_ours"}
    assert program(*create).headline == "Action 'derived' is up-to-date. Record:"


def test_actions_are_changed_found_and_deleted(program: Program, action_file: str) -> None:
    """Every command for one action, the unknown one included."""
    program("actions", "create", "--from-file", action_file)
    options = ["--description", "new", "--put-tags", "a", "b", "--put-metadata", "team=ml", "--image", "img:2"]
    updated = program("actions", "update", "ingest", *options, "--put-parameter", "name=speed|required=false|default=3")

    assert updated.headline == "Successfully updated action 'ingest'. Record:"
    shown = program("actions", "show", "ingest").json
    assert shown == updated.json
    assert (shown["description"], shown["uri"], shown["tags"]) == ("new", "img:2", ["a", "b"])
    assert shown["metadata"] == {"team": "ml"}
    assert shown["parameters"] == [{"name": "speed", "required": False, "description": None, "default": "3"}]
    assert program("actions", "show", f"og_ours/ingest@{shown['digest']}").json == shown
    for criterion in (["--name", "ingest"], ["--tag", "a"], ["--metadata", "team=ml"]):
        assert program("actions", "search", *criterion).json == [shown]
    for criterion in (["--name", "other"], ["--tag", "c"], ["--actionhub"]):
        assert program("actions", "search", *criterion).json == []
    program("actions", "delete", "ingest")
    assert program.refused("actions", "show", "ingest") == NOT_FOUND
    assert program.refused("actions", "delete", "ingest") == NOT_FOUND


def test_a_run_is_followed_to_its_end(official: Environment, running: Served, tmp_path: Path) -> None:
    """An invocation is asked for, watched, and its output shown."""
    command = {"command": ["sh", "-c", 'echo "hello $ROBOTO_PARAM_who"']}
    file = written(tmp_path, container_parameters=command, parameters=[{"name": "who", "required": True}])
    with loaded(official, running, home=tmp_path) as program:
        program("actions", "create", "--from-file", file)
        value = "--parameter" if official.version == NEW else "--parameter-value"

        invocation_id = id_in(program("actions", "invoke", "ingest", value, "who=world").headline)
        watched = program("invocations", "status", invocation_id, "--tail")

        assert "Completed" in watched.stdout
        assert "hello world" in program("invocations", "logs", invocation_id).stdout
        shown = program("invocations", "show", invocation_id).json
        assert (shown["invocation_id"], shown["last_status"]) == (invocation_id, 5)
        listed = program("actions", "list-invocations", "ingest").json
        assert [each["invocation_id"] for each in listed] == [invocation_id]
        assert program.refused("actions", "invoke", "ingest") == "RobotoInvalidRequestException"


def test_runs_are_given_up(program: Program, action_file: str) -> None:
    """One, or all there are."""
    program("actions", "create", "--from-file", action_file)
    one, other, third = (id_in(program("actions", "invoke", "ingest").headline) for _ in range(3))

    def last_status(invocation_id: str) -> str:
        return str(program("invocations", "status", invocation_id).json[-1]["status"])

    assert program("invocations", "cancel", one).headline == "Invocation cancelled."
    assert [last_status(each) for each in (one, other, third)] == ["Cancelled", "Queued", "Queued"]
    program("invocations", "cancel-all")
    assert [last_status(each) for each in (one, other, third)] == ["Cancelled"] * 3
    assert program.refused("invocations", "show", "iv_none") == NOT_FOUND


@pytest.mark.parametrize("official", [OLD], indirect=True)
def test_triggers_in_the_older_shape(program: Program, action_file: str) -> None:
    """The older program's commands for triggers."""
    program("actions", "create", "--from-file", action_file)
    create = ["triggers", "create", "--name", "on_bag", "--action", "ingest", "--required-inputs", "**/*.bag"]
    created = program(*create, "--for-each", "dataset_file", "--required-tag", "night", "--timeout", "3").json

    assert created["action"] == {"name": "ingest", "digest": None, "owner": "og_ours"}
    assert (created["for_each"], created["timeout"], created["enabled"]) == ("dataset_file", 3, True)
    assert program.refused(*create) == "RobotoConflictException"
    assert program("triggers", "get", "on_bag").json == created
    assert program("triggers", "search", "--name", "on_bag").json == created
    assert program("triggers", "search", "--action", "ingest").json == created
    updated = program("triggers", "update", "on_bag", "--disabled", "--clear-condition", "--for-each", "dataset").json
    assert (updated["enabled"], updated["condition"], updated["for_each"]) == (False, None, "dataset")
    program("triggers", "delete", "on_bag")
    assert program.refused("triggers", "get", "on_bag") == NOT_FOUND
    assert program.refused("triggers", "delete", "on_bag") == NOT_FOUND


@pytest.mark.parametrize("official", [NEW], indirect=True)
def test_triggers_in_the_newer_shape(program: Program, action_file: str) -> None:
    """The newer program's commands for triggers."""
    program("actions", "create", "--from-file", action_file)
    create = ["triggers", "create", "--name", "on_bag", "--on", "file.ingested", "--once-per", "dataset"]
    created = program(*create, "--targets-json", TARGETS).json

    assert created["fires_on"] == {"type": "events", "events": ["file.ingested"], "once_per": "dataset"}
    assert [target["action"]["name"] for target in created["targets"]] == ["ingest"]
    assert program.refused(*create, "--targets-json", TARGETS) == "RobotoConflictException"
    assert program("triggers", "get", "on_bag").json == created
    assert program("triggers", "list").json == [created]
    program("triggers", "disable", "on_bag")
    assert program("triggers", "get", "on_bag").json["enabled"] is False
    program("triggers", "enable", "on_bag")
    updated = program("triggers", "update", "on_bag", "--new-name", "nightly", "--on", "file.uploaded").json
    assert (updated["name"], updated["fires_on"]["events"]) == ("nightly", ["file.uploaded"])
    assert "dataset.tags" in program("triggers", "sample", "file.ingested", "--paths").stdout.split()
    program("triggers", "delete", "nightly")
    assert program.refused("triggers", "get", "nightly") == NOT_FOUND


@pytest.mark.parametrize("official", [NEW], indirect=True)
def test_a_trigger_is_tried_without_firing(program: Program, action_file: str) -> None:
    """The newer program asks what would happen for a dataset."""
    program("actions", "create", "--from-file", action_file)
    create = ["triggers", "create", "--name", "on_bag", "--on", "dataset.metadata_updated", "--once-per", "dataset"]
    program(*create, "--targets-json", TARGETS)
    dataset_id = program("datasets", "create", "--name", "run").json["dataset_id"]

    tried = program("triggers", "dry-run", "on_bag", "--dataset-id", dataset_id)

    assert "would" in tried.stdout.lower()
    assert program("actions", "list-invocations", "ingest").json == []


TARGETS = json.dumps(
    [{"type": "invoke_action", "target_id": "run", "action": {"name": "ingest"}, "required_inputs": ["**/*.bag"]}]
)


def test_datasets_are_filled_by_reference(program: Program) -> None:
    """Commands for datasets and files, as far as triggers need them."""
    created = program("datasets", "create", "--name", "run", "--tag", "day", "--metadata", "sensor=lidar").json
    dataset = ["--dataset-id", created["dataset_id"]]
    updated = program("datasets", "update", *dataset, "--put-tags", "night").json

    assert updated["tags"] == ["day", "night"]
    assert program("datasets", "show", *dataset).json == updated
    assert program("datasets", "search", "--tag", "day", "--metadata", "sensor=lidar").json == [updated]
    assert program("datasets", "search", "--tag", "dusk").json == []
    program("datasets", "import-external-file", *dataset, "--file", "s3://bucket/a.bag", "--path", "logs/a.bag")
    assert program("datasets", "list-files", *dataset).stdout.split() == ["logs/a.bag"]
    program("datasets", "delete", *dataset)
    assert program.refused("datasets", "show", *dataset) == NOT_FOUND


def test_who_asks_is_known(program: Program) -> None:
    """The user is the one of the token, in the organization of the configuration."""
    assert program("users", "show").json["user_id"] == "ann@ours.example"
    assert program("orgs", "show", "--org", "og_ours").json["name"] == "Ours"


def id_in(line: str) -> str:
    """Return the id of the invocation that a line names."""
    return next(word.strip("'.") for word in line.split() if "iv_" in word)
