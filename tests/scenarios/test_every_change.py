"""Every kind of change, in every output format, with every exit code it can have."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import click
import pytest

from reconciler.cli.plan import command as plan_command
from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest
from reconciler.plan.model import Op
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import PROJECT, live

FORMATS = next(
    tuple(parameter.type.choices)
    for parameter in plan_command.params
    if parameter.name == "output" and isinstance(parameter.type, click.Choice)
)


@dataclass(frozen=True)
class Case:
    """How a kind of change comes about, and the flag it needs."""

    make: Callable[[Folder], None]
    address: str
    flags: tuple[str, ...] = ()
    said: str = ""


def _create(folder: Folder) -> None:
    folder.action("fresh")


def _update(folder: Folder) -> None:
    folder.action("ingest", uri="img:2")


def _delete(folder: Folder) -> None:
    (folder.path / "report.yaml").unlink()


def _adopt(folder: Folder) -> None:
    live(folder).create_action(CreateActionRequest(name="theirs", uri="img:1"))
    folder.action("theirs", more="lifecycle: {adopt: true}\n")


def _rename(folder: Folder) -> None:
    (folder.path / "report.yaml").unlink()
    folder.action("summary", more="lifecycle: {renamed_from: report}\n")


def _forget(folder: Folder) -> None:
    folder.action("report", more="lifecycle: {on_remove: forget}\n")
    assert folder.run("apply", "--auto-approve").code == 0
    (folder.path / "report.yaml").unlink()


CASES = {
    Op.ADOPT: Case(_adopt, "action.theirs"),
    Op.CREATE: Case(_create, "action.fresh"),
    Op.RENAME: Case(_rename, "action.summary", ("--prune",)),
    Op.UPDATE: Case(_update, "action.ingest"),
    Op.DELETE: Case(_delete, "action.report", ("--prune",)),
    Op.FORGET: Case(_forget, "action.report"),
}


@pytest.fixture
def owned(folder: Folder) -> Folder:
    """A project with an inventory, two actions and a trigger, applied."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest")
    folder.action("report")
    folder.trigger("on_bag", action="ingest")
    assert folder.run("apply", "--auto-approve").code == 0
    return folder


def test_every_kind_of_change_has_a_case() -> None:
    """A new one must be thought of here."""
    assert CASES.keys() == set(Op)


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("op", list(Op), ids=str)
def test_a_change_is_told_in_every_format(owned: Folder, op: Op, output: str) -> None:
    """By its address and its kind; 0 as it is, 2 when asked, and 0 again once it is applied."""
    case = CASES[op]
    case.make(owned)
    ended = owned.run("plan", *case.flags, "--output", output)
    assert ended.code == 0, ended.said
    assert case.address in ended.out
    if output == "json":
        (change,) = (each for each in json.loads(ended.out)["resource_changes"] if each["address"] == case.address)
        assert change["change"]["actions"] == [op.value]
    elif output != "github":
        assert op.value in ended.out
    assert owned.run("plan", *case.flags, "--output", output, "--detailed-exitcode").code == 2
    assert owned.run("apply", *case.flags, "--auto-approve").code == 0
    again = owned.run("plan", "--output", output, "--detailed-exitcode")
    assert again.code == 0, again.said


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("op", [op for op, case in CASES.items() if case.flags], ids=str)
def test_a_refused_change_is_told_in_every_format(owned: Folder, op: Op, output: str) -> None:
    """The plan is shown with what a guard refuses, and 3."""
    case = CASES[op]
    case.make(owned)
    ended = owned.run("plan", "--output", output)
    assert ended.code == 3
    assert "action.report" in ended.out
    assert "--prune" in ended.said


@pytest.mark.parametrize("output", FORMATS)
def test_drift_of_somebody_else_does_not_fail_a_plan(owned: Folder, output: str) -> None:
    """A pull request's plan says it, in a section of its own, and goes on."""
    live(owned).update_action("ingest", UpdateActionRequest(uri="img:by-hand"))
    ended = owned.run("plan", "--output", output)
    assert ended.code == 0
    assert "img:by-hand" in ended.out


@pytest.mark.parametrize("op", list(Op), ids=str)
def test_a_saved_change_is_applied_as_reviewed(owned: Folder, op: Op) -> None:
    """Through a plan file, shown again, applied, and stale the second time unless nothing of it can be."""
    case = CASES[op]
    case.make(owned)
    assert owned.run("plan", *case.flags, "--out", "plan.json").code == 0
    assert case.address in owned.run("show", "plan.json").out
    assert owned.run("apply", "plan.json").code == 0
    assert owned.run("plan", "--detailed-exitcode").code == 0
