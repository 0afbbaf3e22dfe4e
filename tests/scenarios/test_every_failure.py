"""Every way a command fails, in every format it has: the exit code, and a standard output that stays of its format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.apply.events import ApplyStarted
from reconciler.cli.apply import progress
from reconciler.errors import InventoryMoved
from tests.client.builders import ORGANIZATION, action_data, page_data
from tests.client.scripted_server import Answer, ScriptedServer, refusal
from tests.scenarios.conftest import Ended, Folder
from tests.scenarios.formats import commands, events, well_formed
from tests.scenarios.interrupting import interrupted
from tests.scenarios.situations import KINDS, apply_code, drift_code, plan_code
from tests.scenarios.test_every_change import formats_of
from tests.scenarios.test_ownership import PROJECT

REFERENCE: Final = Path(__file__).parents[2] / "docs" / "commands.md"

#: Commands that ask a platform, and those that only read manifests.
ASKING: Final = ("plan", "drift", "apply")
READING: Final = ("validate", "lint")


@dataclass(frozen=True)
class Scene:
    """Where it happens; ``held`` is let go of afterwards."""

    folder: Folder
    server: ScriptedServer
    held: ExitStack


@dataclass(frozen=True)
class Failure:
    """A way to fail: what brings it about returns the arguments that then meet it."""

    code: int
    commands: tuple[str, ...]
    make: Callable[[Scene], tuple[str, ...]]
    said: str


def _remote(server: ScriptedServer) -> tuple[str, ...]:
    return ("--platform", "roboto", "--endpoint", server.endpoint, "--org", ORGANIZATION)


def _invalid(scene: Scene) -> tuple[str, ...]:
    scene.folder.action("bad", more="  urri: typo\n")
    return ()


def _nowhere(scene: Scene) -> tuple[str, ...]:
    scene.folder.write("reconciler.yaml", "apiVersion: reconciler/v1\nkind: Project\nspec: {}\n")
    scene.folder.monkeypatch.delenv("ROBOTO_API_KEY")
    return ()


def _missing_plan(scene: Scene) -> tuple[str, ...]:
    del scene
    return ("nothing.json",)


def _garbled(scene: Scene) -> tuple[str, ...]:
    scene.server.answer_with(Answer(body=b"<html>Welcome to the airport's network</html>"))
    return _remote(scene.server)


def _stale(scene: Scene) -> tuple[str, ...]:
    assert scene.folder.run("apply", "--auto-approve").code == 0
    scene.folder.action("ingest", uri="img:2")
    assert scene.folder.run("plan", "--out", "plan.json").code == 0
    assert scene.folder.run("apply", "--auto-approve").code == 0
    return ("plan.json",)


def _partly(scene: Scene) -> tuple[str, ...]:
    scene.folder.action("second")
    # What an inventory asks for and writes besides would need a longer script.
    (scene.folder.path / "reconciler.yaml").unlink()
    scene.server.answer_with(
        Answer(data=page_data()),
        Answer(data=page_data()),
        Answer(data=action_data("ingest", uri="img:1")),
        refusal(400, code="RobotoInvalidRequestException", message="no more actions today"),
    )
    return ("--auto-approve", "--parallelism", "1", *_remote(scene.server))


def _locked(scene: Scene) -> tuple[str, ...]:
    from reconciler.config import Flags
    from reconciler.owner import ledger_of
    from reconciler.project import Project

    ledger = ledger_of(Project.open(Flags(), cwd=scene.folder.path))
    scene.held.enter_context(ledger.locked("apply"))
    return ("--auto-approve",)


def _denied(scene: Scene) -> tuple[str, ...]:
    scene.server.answer_with(refusal(401, code="RobotoUnauthorizedException", message="who are you?"))
    return _remote(scene.server)


def _misused(scene: Scene) -> tuple[str, ...]:
    del scene
    return ("--no-such-flag",)


FAILURES: Final = {
    "invalid": Failure(1, (*ASKING, *READING), _invalid, "unknown key"),
    "garbled": Failure(1, ASKING, _garbled, "JSON"),
    "nowhere": Failure(1, ASKING, _nowhere, "platform"),
    "no plan": Failure(1, ("show", "apply"), _missing_plan, "nothing.json"),
    "stale": Failure(4, ("apply",), _stale, "action.ingest"),
    "partly": Failure(5, ("apply",), _partly, "no more actions today"),
    "locked": Failure(6, ("apply",), _locked, "is locked by"),
    "denied": Failure(7, ASKING, _denied, "who are you?"),
    "misused": Failure(64, (*ASKING, *READING, "show", "rollback"), _misused, "--no-such-flag"),
}

CASES: Final = [
    pytest.param(failure, command, output, id=f"{name}-{command}-{output}")
    for name, failure in FAILURES.items()
    for command in failure.commands
    for output in formats_of(command)
]


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch, folder: Folder) -> None:
    monkeypatch.setenv("ROBOTO_API_KEY", "tok_1")
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest")


@pytest.mark.parametrize(("failure", "command", "output"), CASES)
def test_a_failure_is_told_in_every_format(
    folder: Folder, server: ScriptedServer, failure: Failure, command: str, output: str
) -> None:
    """By its exit code and its reason; no format becomes another one for it."""
    with ExitStack() as held:
        arguments = failure.make(Scene(folder, server, held))
        ended = folder.run(command, *arguments, "--output", output)

    assert ended.code == failure.code, ended.said
    assert failure.said in ended.said
    assert "tok_1" not in ended.said
    _assert_of_its_format(ended, command, output, is_document=failure.code == 1 and command in READING)


@pytest.mark.parametrize(
    ("command", "output"), [(command, output) for command in ASKING for output in formats_of(command)]
)
def test_an_interrupt_is_told_in_every_format(
    folder: Folder, server: ScriptedServer, command: str, output: str
) -> None:
    """Ctrl-C while the platform is asked: 130, and nothing half-written."""
    server.answer_with(Answer(hang=True))
    ended = interrupted(folder, server, command, "--output", output, *_remote(server), patience=30)
    assert (ended.code, ended.out, ended.err.strip()) == (130, "", "interrupted")


def test_an_error_in_the_midst_of_events_is_their_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Such as an inventory that somebody else has written meanwhile: a stream stays a stream."""

    def fail() -> None:
        with progress("json") as emit:
            emit(ApplyStarted("sha256:0000", 1))
            raise InventoryMoved("somebody was quicker", hint="run it again")

    with pytest.raises(click.exceptions.Exit) as ended:
        fail()
    out, err = capsys.readouterr()
    assert ended.value.exit_code == 6
    assert [each["type"] for each in events(out)] == ["version", "apply_started", "error"]
    assert err == "error: somebody was quicker\n  hint: run it again\n"


def test_every_exit_code_is_reached() -> None:
    """Those of the reference, by one of the tables."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", REFERENCE.read_text(), re.MULTILINE)}
    of_situations = {
        code
        for kind in KINDS
        for code in (plan_code(kind), plan_code(kind, is_detailed=True), drift_code(kind), apply_code(kind))
    }

    assert of_situations | {failure.code for failure in FAILURES.values()} | {130} == listed


def _assert_of_its_format(ended: Ended, command: str, output: str, *, is_document: bool) -> None:
    if ended.code == 5:
        # Some of it was done: that is told as it is when all of it was.
        assert output == "text" or events(ended.out)[-1]["type"] == "apply_ended"
    elif is_document:
        well_formed(output, ended.out)
    elif ended.code == 64:
        assert ended.out == ""
    elif output == "json":
        error = json.loads(ended.out)["error"]
        assert error["exit_code"] == ended.code
    elif output == "github":
        assert {level for level, _, _ in commands(ended.out)} == {"error"}
    else:
        # On a terminal apply shows the plan before it looks whether it still may.
        assert ended.out == "" or (command, output) == ("apply", "text")
        assert ended.err
