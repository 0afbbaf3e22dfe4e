"""Every exit code of the conventions, each reached the way a user reaches it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from reconciler.cli.failure import exit_with
from tests.client.builders import ORGANIZATION, action_data, page_data
from tests.client.scripted_server import Answer, ScriptedServer, refusal
from tests.scenarios.conftest import Folder
from tests.scenarios.interrupting import interrupted

ORGS = Answer(data=[{"org_id": ORGANIZATION, "name": "own", "tier": "free", "status": "active", "created": "x"}])


def remote(server: ScriptedServer) -> tuple[str, ...]:
    """Return the flags that work on the scripted platform."""
    return ("--platform", "roboto", "--endpoint", server.endpoint, "--org", ORGANIZATION)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch, folder: Folder) -> None:
    monkeypatch.setenv("ROBOTO_API_KEY", "tok_1")


def test_0_when_everything_is_done(folder: Folder) -> None:
    """Apply that applied everything leaves with 0, and so does a plan without changes."""
    folder.action("ingest")
    assert folder.embedded("apply", "--auto-approve").code == 0
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_1_when_manifests_are_invalid(folder: Folder) -> None:
    """Invalid manifests end every command with 1."""
    folder.action("ingest", more="  urri: typo\n")
    for command in (("validate",), ("plan", "--platform", "embedded"), ("apply", "--platform", "embedded")):
        ended = folder.run(*command)
        assert ended.code == 1
        assert 'did you mean "uri"' in ended.err


def test_2_when_a_plan_has_changes_and_was_asked_in_detail(folder: Folder) -> None:
    """Changes are no failure, unless --detailed-exitcode asks."""
    folder.action("ingest")
    assert folder.embedded("plan").code == 0
    assert folder.embedded("plan", "--detailed-exitcode").code == 2


def test_2_when_there_is_drift(folder: Folder) -> None:
    """Drift leaves with 2 as soon as one field differs."""
    folder.action("ingest")
    folder.embedded("apply", "--auto-approve")
    assert folder.embedded("drift").code == 0
    folder.action("ingest", uri="img:2")
    assert folder.embedded("drift").code == 2


def test_3_when_a_guard_refuses(folder: Folder) -> None:
    """A trigger's service user cannot be changed in place, and nothing is deleted to get there."""
    folder.action("ingest")
    folder.trigger("on_bag", action="ingest", more="  service_user_id: su_one\n")
    folder.embedded("apply", "--auto-approve")
    folder.trigger("on_bag", action="ingest", more="  service_user_id: su_two\n")
    ended = folder.embedded("plan")
    assert ended.code == 3
    assert "service_user_id" in ended.err


def test_4_when_the_saved_plan_is_stale(folder: Folder) -> None:
    """What a plan touches moved after it was saved: it is refused, and nothing is sent."""
    folder.action("ingest")
    folder.embedded("apply", "--auto-approve")
    folder.action("ingest", uri="img:2")
    folder.embedded("plan", "--out", "plan.json")
    folder.action("ingest", uri="img:3")
    folder.embedded("apply", "--auto-approve")
    ended = folder.embedded("apply", "plan.json")
    assert ended.code == 4
    assert "action.ingest" in ended.err
    assert folder.embedded("plan", "--detailed-exitcode").code == 0


def test_5_when_only_a_part_could_be_applied(folder: Folder, server: ScriptedServer) -> None:
    """One create is refused; its sibling is applied and said to be."""
    folder.action("one")
    folder.action("two")
    server.answer_with(
        Answer(data=page_data()),
        Answer(data=page_data()),
        Answer(data=action_data("one", uri="img:1")),
        refusal(400, code="RobotoInvalidRequestException", message="no more actions today"),
    )
    ended = folder.run("apply", "--auto-approve", "--parallelism", "1", *remote(server))
    assert ended.code == 5
    assert "no more actions today" in ended.said


def test_1_when_nothing_could_be_applied(folder: Folder, server: ScriptedServer) -> None:
    """When the platform refuses everything, nothing was applied, not even a part."""
    folder.action("one")
    server.answer_with(Answer(data=page_data()), Answer(data=page_data()), refusal(400, message="no"))
    assert folder.run("apply", "--auto-approve", *remote(server)).code == 1


@pytest.mark.parametrize("status", [401, 403])
def test_7_when_nothing_may_be_written(folder: Folder, server: ScriptedServer, status: int) -> None:
    """A token that may read and not write ends an apply with 7: it is the token that is to be changed."""
    folder.action("one")
    server.answer_with(Answer(data=page_data()), Answer(data=page_data()), refusal(status, message="read only"))
    ended = folder.run("apply", "--auto-approve", *remote(server))
    assert ended.code == 7
    assert "read only" in ended.said


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("command", ["plan", "drift", "apply"])
def test_7_when_the_credentials_are_refused(folder: Folder, server: ScriptedServer, command: str, status: int) -> None:
    """Authentication and authorization end with 7, whatever the command, and the token is not shown."""
    folder.action("one")
    server.answer_with(refusal(status, code="RobotoUnauthorizedException", message="who are you?"))
    ended = folder.run(command, *remote(server))
    assert ended.code == 7
    assert "tok_1" not in ended.said


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--no-such-flag"),
        ("plam",),
        ("plan", "--label", "no-equals-sign"),
        ("plan", "--target", "nonsense"),
        ("plan", "--output", "yaml"),
        ("apply", "plan.json", "--target", "action.one"),
        ("apply", "--platform", "embedded", "--no-input"),
    ],
)
def test_64_when_the_command_line_is_wrong(folder: Folder, arguments: tuple[str, ...]) -> None:
    """Wrong usage is 64, never 2, which means "changes"."""
    folder.action("one")
    assert folder.run(*arguments).code == 64


def test_130_when_interrupted_and_what_was_done_is_told(folder: Folder, server: ScriptedServer) -> None:
    """Ctrl-C during an apply: what is under way ends, the rest is reported as skipped."""
    folder.action("one")
    folder.action("two")
    slow: Any = [Answer(data=page_data()), Answer(data=page_data()), Answer(hang=True)]
    server.answer_with(*slow)
    arguments = ("apply", "--auto-approve", "--parallelism", "1", "--output", "json", *remote(server))
    ended = interrupted(folder, server, *arguments, requests=3, patience=30, ROBOTO_DEFAULT_HTTP_TIMEOUT="2")
    assert ended.code == 130
    events = [json.loads(line) for line in ended.out.splitlines()]
    outcomes = {event["address"]: event["outcome"] for event in events if "outcome" in event}
    assert outcomes["action.two"] == "skipped"
    assert outcomes["action.one"] in {"unknown", "failed"}


def test_130_at_once_when_interrupted_while_the_platform_is_silent(folder: Folder, server: ScriptedServer) -> None:
    """Ctrl-C during a plan waits neither for the answer under way nor for the attempts that would follow it."""
    folder.action("one")
    server.answer_with(Answer(hang=True))
    # The server keeps silent for ten seconds, and the client would ask four times more.
    ended = interrupted(folder, server, "plan", *remote(server), patience=9)
    assert (ended.code, ended.err.strip()) == (130, "interrupted")


#: Runs the command, and presses Ctrl-C when the package named first is about to be loaded.
INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
package = sys.argv.pop(1)
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == package:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from reconciler.__main__ import main
main()
"""


@pytest.mark.parametrize("package", ["click", "reconciler.cli.failure", "reconciler.cli.validate", "pydantic"])
def test_130_without_a_traceback_when_interrupted_while_loading(folder: Folder, package: str) -> None:
    """Loading takes longer than a person needs to think better of it."""
    folder.action("one")
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING, package, "validate"],
        cwd=folder.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (130, "", "interrupted")


@pytest.mark.parametrize(
    "error", [RuntimeError("Error calling __set_name__"), ValueError("cannot build:\n  KeyboardInterrupt: ")]
)
def test_130_when_a_library_makes_an_error_of_its_own_of_an_interrupt(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """As dataclasses and pydantic do while classes are made: that is no bug to report."""
    if isinstance(error, RuntimeError):
        error.__cause__ = KeyboardInterrupt()
    assert exit_with(error) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_1_when_some_invocations_could_not_be_cancelled(folder: Folder, server: ScriptedServer) -> None:
    """What was cancelled is told, and how many are left."""
    answer = {"success_count": 3, "failure_count": 1, "count_remaining": 1}
    server.answer_with(Answer(data=answer), Answer(data={**answer, "success_count": 0}))

    ended = folder.run("cancel", "--all", *remote(server))

    assert (ended.code, ended.out) == (1, "Cancelled 3 invocations.\n")
    assert ended.err == "1 invocation could not be cancelled; reconciler cancel --all tries again\n"


@pytest.mark.parametrize("flag", ["--endpoint", "--profile"])
def test_whoever_names_an_account_never_gets_the_embedded_platform(folder: Folder, flag: str) -> None:
    """The project file says embedded, the flag means Roboto: nobody takes the one's plan for the other's."""
    folder.monkeypatch.delenv("ROBOTO_API_KEY", raising=False)
    folder.write("reconciler.yaml", "apiVersion: reconciler/v1\nkind: Project\nspec: { platform: embedded }\n")
    folder.action("one")
    ended = folder.run("plan", flag, "https://example.com")
    assert (ended.code, ended.out) == (1, "")
    assert f"{flag} https://example.com has no effect on the embedded platform" in ended.err
    assert f"leave {flag} out, or say --platform roboto" in ended.err


def test_an_embedded_platform_without_its_path_is_no_other_one(folder: Folder) -> None:
    """``embedded:$DATABASE`` without the variable would be the project's own."""
    folder.action("one")
    ended = folder.run("plan", "--platform", "embedded:")
    assert (ended.code, ended.err.splitlines()[0]) == (1, 'error: "embedded:" names no database')


@pytest.mark.parametrize("name", ["one.yaml", "."])
def test_manifests_are_no_saved_plan(folder: Folder, name: str) -> None:
    """Whoever comes from kubectl is told the flag."""
    folder.action("one")
    ended = folder.embedded("apply", name)
    assert ended.code == 1
    assert f"--file {name}" in ended.err
