"""Bad input of every kind: a clear message that says what to do, the right exit code, no traceback, nothing changed."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.builders import page_data
from tests.client.scripted_server import Answer, ScriptedServer, refusal
from tests.scenarios.conftest import Ended, Folder
from tests.scenarios.test_exit_codes import remote


@dataclass(frozen=True)
class BadFile:
    """A file that cannot be right, and words its message must hold; the place is ``line:column`` where one exists."""

    id: str
    text: str | bytes
    place: str
    words: tuple[str, ...]
    name: str = "bad.yaml"


HEAD = "apiVersion: reconciler/v1\nkind: Action\nmetadata: { name: one }\n"

BAD_FILES = [
    BadFile("unclosed bracket", HEAD + "spec:\n  tags: [a, b\n", "", ("bad.yaml",)),
    BadFile("tab", HEAD + "spec:\n\turi: img:1\n", "5:1", ("tab",)),
    BadFile("duplicate key", HEAD + "spec:\n  uri: a\n  uri: b\n", "6:3", ("uri",)),
    BadFile("unknown key", HEAD + "spec:\n  paramters: {}\n", "5:3", ('"paramters"', 'did you mean "parameters"')),
    BadFile("unknown kind", "apiVersion: reconciler/v1\nkind: Acton\nmetadata: { name: a }\n", "2:7", ("Action",)),
    BadFile("no envelope", "services: { web: {} }\n", "1:1", ("apiVersion",)),
    BadFile("wrong type", HEAD + "spec:\n  timeout: soon\n", "5:12", ("whole number",)),
    BadFile("number as default", HEAD + "spec:\n  parameters: { n: { default: 3 } }\n", "5:31", ('"3"',)),
    BadFile("yaml boolean is text", HEAD + "spec:\n  requires_downloaded_inputs: yes\n", "5:31", ("true",)),
    BadFile("illegal compute", HEAD + "spec:\n  compute_requirements: { vCPU: 256, memory: 4096 }\n", "5:", ("2048",)),
    BadFile("long short_description", HEAD + f"spec:\n  short_description: {'x' * 141}\n", "5:", ("140",)),
    BadFile("nested metadata", HEAD + "spec:\n  metadata: { a: { b: 1 } }\n", "5:", ("mapping",)),
    BadFile("dotted metadata key", HEAD + "spec:\n  metadata: { a.b: 1 }\n", "5:", ("a.b",)),
    BadFile("route name", HEAD.replace("one", "query") + "spec: {}\n", "3:", ("query",)),
    BadFile("blank image", HEAD + 'spec:\n  uri: "  "\n', "5:", ("uri",)),
    BadFile("tag", HEAD + "spec: !!python/object:os.system {}\n", "4:", ("tag",)),
    BadFile("merge key", HEAD + "spec:\n  <<: { uri: a }\n", "5:3", ("<<",)),
    BadFile(
        "billion laughs",
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "",
        ("alias",),
    ),
    BadFile("deep nesting", "[" * 100_000, "", ("bad.yaml",)),
    BadFile("binary", b"\x7fELF\x00\x01\x02", "", ("bad.yaml",)),
    BadFile("not UTF-8", HEAD.encode() + b"spec: { description: caf\xe9 }\n", "", ("UTF-8",)),
    BadFile("UTF-16", HEAD.encode("utf-16"), "", ("UTF-16",)),
    BadFile("broken JSON", '{"apiVersion": "reconciler/v1",}', "1:", ("bad.json",), name="bad.json"),
    BadFile("missing action.json", HEAD + "spec: { from: ./gone.json }\n", "4:", ("gone.json",)),
    BadFile("from leads outside", HEAD + "spec: { from: ../../../etc/passwd }\n", "4:", ("outside",)),
    BadFile("inherits itself", HEAD + "spec: { inherits: { name: one } }\n", "4:", ("one",)),
    BadFile("inherits and image", HEAD + "spec: { uri: a, inherits: { name: b } }\n", "4:", ("uri", "inherits")),
    BadFile("unknown set", HEAD + "spec: { uri: a, parameter_sets: [gone] }\n", "4:", ("gone",)),
]


def assert_kind(ended: Ended, *words: str, code: int = 1) -> None:
    """Hold a failed command against what every failure owes."""
    assert ended.code == code, ended.said
    assert "Traceback" not in ended.said
    assert "bug in reconciler" not in ended.said
    for word in words:
        assert word in ended.err, ended.err


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.id)
def test_a_bad_file_is_refused_and_nothing_is_written(folder: Folder, bad: BadFile) -> None:
    """The message names the file and, where there is one, the place; the platform stays untouched."""
    folder.write(bad.name, bad.text)
    folder.action("fine")
    ended = folder.run("apply", "--auto-approve", "--platform", "embedded:platform.sqlite3")
    assert_kind(ended, f"{bad.name}:{bad.place}" if bad.place else bad.name, *bad.words)
    assert not (folder.path / "platform.sqlite3").exists()


def test_all_problems_of_all_files_come_in_one_run(folder: Folder) -> None:
    """Nobody has to run a command once per mistake."""
    folder.write("a.yaml", HEAD + "spec:\n  urri: a\n  timeout: soon\n")
    folder.write("b.yaml", HEAD.replace("one", "two") + "spec:\n  tagz: []\n")
    ended = folder.run("validate")
    assert_kind(ended, "a.yaml:5:", "a.yaml:6:", "b.yaml:5:", "3 ")


def test_a_failure_is_one_json_document(folder: Folder) -> None:
    """--output json prints one document and nothing else, also when it fails."""
    folder.write("a.yaml", HEAD + "spec:\n  urri: a\n")
    for command in (("validate",), ("plan", "--platform", "embedded"), ("drift", "--platform", "embedded")):
        ended = folder.run(*command, "--output", "json")
        assert ended.code == 1
        document = json.loads(ended.out)
        assert document["diagnostics"][0]["rule"] == "unknown-key"


def test_a_trigger_on_nothing_is_refused_at_plan(folder: Folder) -> None:
    """Neither the manifests nor the platform have the action: the nearest name is offered."""
    folder.action("ingest_bags")
    folder.trigger("on_bag", action="ingest_bag")
    assert_kind(folder.embedded("plan"), "on_bag.yaml:5:", "ingest_bag", 'did you mean "ingest_bags"')


def test_a_cycle_is_told_with_its_path(folder: Folder) -> None:
    """Three actions that inherit from each other in a ring."""
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        folder.write(f"{name}.yaml", HEAD.replace("one", name) + f"spec: {{ inherits: {{ name: {parent} }} }}\n")
    assert_kind(folder.embedded("plan"), "a", "b", "c", "->")


@pytest.mark.parametrize("command", ["validate", "plan", "fmt"])
def test_a_missing_file_is_named(folder: Folder, command: str) -> None:
    """A path that does not exist is a problem of its own, whatever the command."""
    arguments = ("gone.yaml",) if command == "fmt" else ("-f", "gone.yaml")
    assert_kind(folder.run(command, *arguments), "gone.yaml")


def test_an_empty_folder_says_how_to_start(folder: Folder) -> None:
    """No manifests at all is an error with a hint: an empty desired state is hardly what was meant."""
    assert_kind(folder.embedded("plan"), "init")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(folder: Folder) -> None:
    """The message says which file and why."""
    folder.write("a.yaml", HEAD).chmod(0)
    assert_kind(folder.run("validate"), "a.yaml", "ermission")


def test_a_symlink_out_of_the_project_is_refused(folder: Folder, tmp_path: Path) -> None:
    """A link must not make a pull request read other files of the machine."""
    secret = tmp_path / "secret.yaml"
    secret.write_text(HEAD)
    (folder.path / "link.yaml").symlink_to(secret)
    folder.action("fine")
    assert_kind(folder.run("validate"), "link.yaml")


def test_no_platform_is_an_error_that_lists_the_choices(folder: Folder) -> None:
    """A job without a token must never quietly work on the embedded platform."""
    folder.action("one")
    assert_kind(folder.run("plan"), "ROBOTO_API_KEY", "embedded", "roboto")
    assert not (folder.path / ".reconciler").exists()


def test_an_unknown_platform_is_an_error(folder: Folder) -> None:
    """The legal ones are listed."""
    folder.action("one")
    assert_kind(folder.run("plan", "--platform", "robot"), "embedded", "roboto")


def test_a_database_that_is_none_is_refused(folder: Folder) -> None:
    """A file that is no database is left as it is."""
    folder.action("one")
    folder.write("notes.txt", "no database " * 100)
    assert_kind(folder.run("plan", "--platform", "embedded:notes.txt"), "notes.txt")
    assert (folder.path / "notes.txt").read_text() == "no database " * 100


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", ("plan",)),
        ("not json", ("plan",)),
        ('{"format_version": "99.0"}', ("99",)),
        (None, ("plan.json",)),
    ],
)
def test_a_file_that_is_no_plan_is_refused(folder: Folder, text: str | None, words: tuple[str, ...]) -> None:
    """Apply and show both say how a plan is made."""
    if text is not None:
        folder.write("plan.json", text)
    for command in ("show", "apply"):
        assert_kind(folder.run(command, "plan.json"), "plan.json", *words)


def test_a_plan_that_was_edited_is_refused(folder: Folder) -> None:
    """The plan id covers every request: what was reviewed is what is applied."""
    folder.action("one")
    folder.embedded("plan", "--out", "plan.json")
    plan = (folder.path / "plan.json").read_text()
    folder.write("plan.json", plan.replace("img:1", "img:evil"))
    assert_kind(folder.embedded("apply", "plan.json"), "plan.json")


def closed_port(server: ScriptedServer) -> None:
    """Point at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"


def answers(*script: Answer) -> Callable[[ScriptedServer], None]:
    """Return what writes the server's script."""
    return lambda server: server.answer_with(*script)


SERVER_FAULTS = [
    pytest.param(answers(refusal(401, message="no such token")), ("no such token", "ROBOTO_API_KEY"), 7, id="401"),
    pytest.param(answers(refusal(403, message="not yours")), ("not yours",), 7, id="403"),
    pytest.param(answers(refusal(404, message="no such route")), ("no such route",), 1, id="404"),
    pytest.param(answers(refusal(409, message="busy")), ("busy",), 1, id="409"),
    pytest.param(answers(refusal(429, message="slow", headers={"Retry-After": "600"})), ("600",), 1, id="429"),
    pytest.param(answers(refusal(500, message="out of order")), ("out of order", "list actions"), 1, id="500"),
    pytest.param(answers(refusal(503, message="in repair")), ("in repair",), 1, id="503"),
    pytest.param(answers(Answer(cut_off=True)), ("127.0.0.1",), 1, id="cut off"),
    pytest.param(closed_port, ("127.0.0.1",), 1, id="unreachable"),
    pytest.param(answers(Answer(data={"wrong": 1})), ("answer",), 1, id="wrong shape"),
    pytest.param(answers(Answer(body=b"<html>proxy</html>")), ("answer",), 1, id="HTML"),
    pytest.param(answers(Answer(data=page_data({"name": "half"}))), ("half",), 1, id="broken record"),
    pytest.param(answers(Answer(status=302, headers={"Location": "http://evil.invalid/"})), (), 1, id="redirect"),
]


@pytest.mark.parametrize(("script", "words", "code"), SERVER_FAULTS)
def test_a_fault_of_the_server_is_told_in_words(
    folder: Folder,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    script: Callable[[ScriptedServer], None],
    words: tuple[str, ...],
    code: int,
) -> None:
    """Every fault names what was asked and what to do; no token is shown, nothing is written."""
    monkeypatch.setenv("ROBOTO_API_KEY", "tok_1")
    monkeypatch.setenv("RECONCILER_RETRIES", "0")
    folder.action("one")
    script(server)
    ended = folder.run("apply", "--auto-approve", *remote(server))
    assert_kind(ended, *words, code=code)
    assert "tok_1" not in ended.said
    assert all(asked.path.endswith(("query", "caller")) for asked in server.asked)


def test_a_configuration_file_that_is_broken_is_named(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken JSON in the official file is told with its place."""
    path = folder.write("config.json", '{"version": "v1",')
    monkeypatch.setenv("ROBOTO_CONFIG_FILE", str(path))
    folder.action("one")
    assert_kind(folder.run("plan"), "config.json")


def test_an_unknown_profile_lists_those_there_are(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the token of none of them."""
    profiles = {"version": "v1", "profiles": {"default": {"api_key": "tok_9"}, "staging": {"api_key": "tok_8"}}}
    path = folder.write("home/config.json.txt", json.dumps(profiles))
    monkeypatch.setenv("ROBOTO_CONFIG_FILE", str(path))
    folder.action("one")
    ended = folder.run("plan", "-f", "one.yaml", "--profile", "stagin")
    assert_kind(ended, "stagin", "staging")
    assert "tok_" not in ended.said
