"""Every situation, in every format of every command that reports it, with the exit code it then has.

Situations, commands and formats are closed sets: what is new in one of them is missed here, by name.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.cli.main import COMMANDS, cli
from reconciler.plan.model import DriftState, Guard, Op
from reconciler.render.palette import DONE
from tests.scenarios.conftest import Folder
from tests.scenarios.formats import Told, events, read
from tests.scenarios.situations import (
    KINDS,
    SITUATIONS,
    Kind,
    LeftAlone,
    apply_code,
    drift_code,
    plan_code,
    prepare,
)
from tests.scenarios.test_ownership import latest

#: What a plan may never do without being asked; a rollback here always is.
PERMITS: Final = ("--prune", "--allow-many-deletions")


def formats_of(command: str) -> tuple[str, ...]:
    """Return the formats a command says it has."""
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    output = next((parameter for parameter in found.params if parameter.name == "output"), None)
    return tuple(output.type.choices) if output and isinstance(output.type, click.Choice) else ()


def named(kind: Kind) -> str:
    """Return what a situation is called in the name of a test."""
    return f"{type(kind).__name__.lower()}-{kind}"


APPLICABLE: Final = [kind for kind in KINDS if not isinstance(kind, Guard)]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=named)
each_applicable = pytest.mark.parametrize("kind", APPLICABLE, ids=named)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a project in each situation is kept once it was made."""
    return tmp_path_factory.mktemp("situations")


@pytest.fixture
def project(folder: Folder, kind: Kind, prepared: Path) -> Folder:
    """Return a project in the situation; each is made once and copied from then on."""
    kept = prepared / named(kind)
    if not kept.exists():
        prepare(folder, kind)
        shutil.copytree(folder.path, kept)
    else:
        shutil.copytree(kept, folder.path, dirs_exist_ok=True)
    return folder


def planned(kind: Kind) -> Told:
    """Return what a plan tells: changes, what was changed outside, and what is refused."""
    situation = SITUATIONS[kind]
    changes = {(op.value, address) for address, op in situation.changes.items()}
    return Told(frozenset(changes | _drifted(kind)), frozenset({kind.value} if isinstance(kind, Guard) else ()))


def _drifted(kind: Kind) -> set[tuple[str, str]]:
    return {(state.value, address) for address, state in SITUATIONS[kind].drifted.items()}


def test_every_situation_is_thought_of() -> None:
    """A new operation, state of drift or guard needs a way to come about."""
    assert SITUATIONS.keys() == set(KINDS)
    assert {op for situation in SITUATIONS.values() for op in situation.changes.values()} == set(Op)
    assert {state for situation in SITUATIONS.values() for state in situation.drifted.values()} == (
        set(DriftState) - {DriftState.PENDING}
    )


def test_every_command_that_reports_is_thought_of() -> None:
    """A command with a format for people or pipelines is in one of the tables, here or of what fails."""
    reporting = {name for name in COMMANDS if set(formats_of(name)) - {"text", "json"}}

    assert reporting == {"plan", "show", "drift", "rollback", "validate", "lint"}


@pytest.mark.parametrize("output", formats_of("plan"))
@each_kind
def test_a_plan_tells_every_situation(project: Folder, kind: Kind, output: str) -> None:
    """All of it and nothing else, with 0, 2 when asked in detail, or 3."""
    flags = SITUATIONS[kind].flags

    ended = project.run("plan", *flags, "--output", output)
    detailed = project.run("plan", *flags, "--output", output, "--detailed-exitcode")

    assert ended.code == plan_code(kind), ended.said
    assert detailed.code == plan_code(kind, is_detailed=True)
    assert read(output, ended.out) == planned(kind)
    assert read(output, detailed.out) == planned(kind)
    assert ("reconciler adopt action.report" in ended.out) == isinstance(kind, LeftAlone)


@pytest.mark.parametrize("output", formats_of("drift"))
@each_kind
def test_drift_tells_what_was_changed_outside(project: Folder, kind: Kind, output: str) -> None:
    """With 2, and with 0 where there is none: what git changed is none, however it is refused."""
    ended = project.run("drift", "--output", output)

    assert ended.code == drift_code(kind), ended.said
    assert read(output, ended.out) == Told(frozenset(_drifted(kind)))


@pytest.mark.parametrize("output", formats_of("show"))
@each_applicable
def test_a_saved_plan_is_shown_as_it_was_planned(project: Folder, kind: Kind, output: str) -> None:
    """And then applied, whatever it does."""
    flags = SITUATIONS[kind].flags
    assert project.run("plan", *flags, "--out", "plan.json").code == 0

    ended = project.run("show", "plan.json", "--output", output)

    assert ended.code == 0, ended.said
    assert read(output, ended.out) == planned(kind)
    assert project.run("apply", "plan.json").code == apply_code(kind)
    assert project.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("output", formats_of("apply"))
@each_kind
def test_apply_tells_what_it_did(project: Folder, kind: Kind, output: str) -> None:
    """With 0 or 5, after which nothing is left to do; with 3 where a guard refuses, and then nothing was done."""
    situation = SITUATIONS[kind]

    ended = project.run("apply", *situation.flags, "--auto-approve", "--output", output)

    assert ended.code == apply_code(kind), ended.said
    assert _done(output, ended.out) == ({} if isinstance(kind, Guard) else situation.changes)
    again = project.run("plan", *situation.flags, "--detailed-exitcode")
    assert again.code == (3 if isinstance(kind, Guard) else 0), again.said


@pytest.mark.parametrize("output", formats_of("rollback"))
@each_applicable
def test_a_rollback_tells_what_it_brings_back(project: Folder, kind: Kind, output: str) -> None:
    """As a plan; what then becomes of it follows in words, beside a document and never in it."""
    situation = SITUATIONS[kind]
    assert project.run("apply", *situation.flags, "--auto-approve").code == apply_code(kind)
    back = {(op.value, address) for address, op in situation.back.items()}
    done = {(DONE[op], address) for address, op in situation.back.items() if output == "text"}

    ended = project.run("rollback", latest(project), *PERMITS, "--auto-approve", "--output", output)

    assert ended.code == 0, ended.said
    assert read(output, ended.out) == Told(frozenset(back | done))


def _done(output: str, text: str) -> dict[str, Op]:
    """Return what an apply says it did."""
    if output == "text":
        words = {word: op for op, word in DONE.items()}
        found = re.findall(rf"^\S+ ({'|'.join(words)}) (?:\S+ -> )?(\S+)", text, re.MULTILINE)
        return {address: words[word] for word, address in found}
    if text.startswith("{\n"):
        # One document: what stopped it, or the plan that has nothing to do.
        document = json.loads(text)
        assert "error" in document or document["resource_changes"] == []
        return {}
    return {each["address"]: Op(each["op"]) for each in events(text) if each["type"] == "change_ended"}
