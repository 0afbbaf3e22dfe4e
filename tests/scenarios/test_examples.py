"""Every example is a project that works from the first plan to "No changes."."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.scenarios.conftest import Folder

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/reconciler.yaml"))


@pytest.fixture(params=PROJECTS)
def example(request: pytest.FixtureRequest, folder: Folder) -> Folder:
    """One example, copied so that its database neither comes from the repository nor lands in it."""
    away = shutil.ignore_patterns(".reconciler")
    shutil.copytree(EXAMPLES / request.param, folder.path, dirs_exist_ok=True, ignore=away)
    return folder


def test_an_example_is_valid_without_a_warning(example: Folder) -> None:
    """Nobody learns from an example that has to be excused."""
    ended = example.run("validate", "--warnings-as-errors")
    assert ended.err == ""
    assert ended.code == 0


def test_an_example_is_formatted(example: Folder) -> None:
    """What fmt would change in an example, it would change in every copy of it."""
    assert example.run("fmt", "--check").said == ""


def test_an_example_is_planned_applied_and_planned_again(example: Folder) -> None:
    """The main job: create everything, then nothing is left to do, then drift is silent."""
    planned = example.run("plan", "--output", "json")
    changes = json.loads(planned.out)["resource_changes"]
    assert {change["change"]["actions"][0] for change in changes} == {"create"}
    assert example.run("apply", "--auto-approve").code == 0
    again = example.run("plan", "--detailed-exitcode")
    assert again.code == 0
    assert "No changes." in again.out
    assert example.run("drift").code == 0


def test_a_saved_plan_of_an_example_is_applied_as_it_is(example: Folder) -> None:
    """Plan, save, show, apply: the way a pull request goes, secrets included."""
    assert example.run("plan", "--out", "plan.json").code == 0
    assert example.run("show", "plan.json").code == 0
    assert example.run("apply", "plan.json").code == 0
    assert "No changes." in example.run("plan").out
    assert example.run("apply", "plan.json").code == 4
