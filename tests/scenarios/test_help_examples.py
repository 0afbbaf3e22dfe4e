"""The examples of the help run as they are written, where ``init`` has begun a project and its plan was applied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.cli.main import COMMANDS, cli
from tests.completeness.shell_commands import commands_in
from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import latest

#: What cannot run here, and why.
NOT_HERE: Final = {
    "ci": "needs a forge, and is run against one by test_ci",
    "serve": "ends when somebody ends it, and is run by tests/serve",
    "completion": "prints a script, which test_completion calls",
    "logs iv_1234 --follow": "waits for a run, and is run by test_local_run",
    "run --executor container": "needs a container engine, and is run by tests/executors",
}


_OR: Final = re.compile(r" {2,}or\b[^a-z]*(?:in CI)?:? *")


def epilogs(command: click.Command = cli, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each command that does something, by its name, with what its help ends with."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield above, command.epilog or ""
        return
    if above:
        yield above, command.epilog or ""
    for name in COMMANDS if command is cli else command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from epilogs(below, f"{above} {name}".strip())


def examples() -> Iterator[list[str]]:
    """Yield the words of each command of each example, in their order."""
    for _, epilog in epilogs():
        for example in _OR.split(epilog.removeprefix("Example: ")):
            yield from commands_in(example)


def is_here(words: list[str]) -> bool:
    """Return True for what can run in a folder, alone."""
    line = " ".join(words)
    return not any(line == start or line.startswith(f"{start} ") for start in NOT_HERE)


@pytest.fixture
def begun(folder: Folder) -> Folder:
    """A project as ``init`` begins it, applied twice, and some files to make a dataset of."""
    assert folder.run("init").code == 0
    folder.monkeypatch.setenv("RECONCILER_PLATFORM", "embedded")
    manifest = folder.path / "actions" / "count_messages.yaml"
    for version in ("1.0", "1.1"):
        manifest.write_text(manifest.read_text().replace(":1.0", f":{version}"))
        assert folder.run("apply", "--auto-approve").code == 0
    folder.write("bags/front.bag", "scan")
    return folder


def test_every_command_has_an_example_of_its_own() -> None:
    """In its last lines, and it is one of that command."""
    for name, epilog in epilogs():
        example = epilog.removeprefix("Example: ")
        assert f"reconciler {name}" in example, name


@pytest.mark.parametrize("words", [each for each in examples() if is_here(each)], ids=" ".join)
def test_an_example_runs(begun: Folder, words: list[str]) -> None:
    """With ids of this project in place of the example's."""
    answer = begun.run("dataset", "import", "bags", "--name", "run-41", "--output", "json")
    dataset = json.loads(answer.out)["dataset"]["dataset_id"]
    answer = begun.run("invoke", "count_messages", "--output", "json")
    invocation = json.loads(answer.out)["invocation"]["invocation_id"]
    ids = {"ds_1234": dataset, "iv_1234": invocation, "20261123T101500Z": latest(begun)}
    if words[0] == "init":
        (begun.path / "new").mkdir()
        words = [*words, "new"]
    if "plan.json" in words:
        assert begun.run("plan", "--out", "plan.json").code == 0
    if "-" in words:
        begun.monkeypatch.setattr("reconciler.cli.validate.read_stdin", Path("actions/count_messages.yaml").read_bytes)
    ended = begun.run(*(ids.get(word, word) for word in words))
    assert ended.code == (1 if words[0] == "unlock" else 0), ended.said


def test_what_does_not_run_here_is_still_an_example() -> None:
    """An entry that no example needs any more is removed."""
    lines = [" ".join(words) for words in examples()]
    assert [start for start in NOT_HERE if not any(line.startswith(start) for line in lines)] == []
