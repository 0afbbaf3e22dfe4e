"""What TAB offers: words of the project one is in, and silence where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.conftest import Folder

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
spec:
  environments:
    staging: { platform: embedded, variables: { tag: "1" } }
    production: { platform: roboto, variables: { tag: "2" } }
  variables: { tag: {} }
"""


@pytest.fixture
def project(folder: Folder) -> Folder:
    """Two environments, two actions and a trigger."""
    folder.write("reconciler.yaml", PROJECT)
    folder.action("ingest", uri="img:${var.tag}")
    folder.write(
        "more/inner.yaml",
        "apiVersion: reconciler/v1\nkind: Action\nmetadata:\n  name: report\n"
        "  labels: { team: fleet }\nspec: { uri: 'img:1' }\n",
    )
    folder.trigger("on_bags", action="ingest")
    return folder


def offered(folder: Folder, line: str) -> list[str]:
    """Return what bash is offered after a line, whose last word is being typed."""
    words = line.split(" ")
    folder.monkeypatch.setenv("_RECONCILER_COMPLETE", "bash_complete")
    folder.monkeypatch.setenv("COMP_WORDS", line)
    folder.monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    ended = folder.run()
    assert (ended.code, ended.err) == (0, "")
    return [each.removeprefix("plain,") for each in ended.out.split()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("reconciler plan --env ", ["staging", "production", "all"]),
        ("reconciler apply --env s", ["staging"]),
        ("reconciler plan --target ", ["action.ingest", "action.report", "trigger.on_bags"]),
        ("reconciler drift --env production --exclude trigger", ["trigger.on_bags"]),
        ("reconciler plan -f more --target ", ["action.report"]),
        ("reconciler plan --label ", ["team=fleet"]),
        ("reconciler plan --platform e", ["embedded"]),
        ("reconciler adopt action.i", ["action.ingest"]),
        ("reconciler rename trigger", ["trigger.on_bags"]),
        ("reconciler export --kind ", ["action", "trigger"]),
        ("reconciler export --kind trigger --name ", ["on_bags"]),
        ("reconciler export --name ", ["ingest", "report", "on_bags"]),
        ("reconciler triggers evaluate ", ["on_bags"]),
        ("reconciler invoke r", ["report"]),
        ("reconciler lint --explain own", ["own-output-loop"]),
        ("reconciler lint --select unused-ignore,unused", ["unused-ignore,unused-parameter-set"]),
    ],
)
def test_words_of_the_project_are_offered(project: Folder, line: str, words: list[str]) -> None:
    """As far as they begin with what is typed, in the environment and from the files that the line names."""
    assert offered(project, line) == words


@pytest.mark.parametrize("line", ["reconciler plan -f ", "reconciler fmt ", "reconciler plan --out "])
def test_files_are_left_to_the_shell(project: Folder, line: str) -> None:
    """It knows them better."""
    assert offered(project, line) == ["file,"]


def test_what_is_not_broken_is_offered(project: Folder) -> None:
    """One file with a slip keeps nobody from naming the resources of the others."""
    project.write("ingest.yaml", "apiVersion: reconciler/v1\nkind: Action\nmetadata: {{\n")
    assert offered(project, "reconciler plan --target ") == ["action.report", "trigger.on_bags"]


@pytest.mark.parametrize("option", ["--env", "--target", "--label", "--name"])
@pytest.mark.parametrize("text", ["spec: [", "kind: Project\nspec: { environments: 3 }\n", "\0"])
def test_a_broken_project_offers_nothing_and_says_nothing(folder: Folder, option: str, text: str) -> None:
    """What is wrong is told by the commands."""
    folder.write("reconciler.yaml", text)
    assert offered(folder, f"reconciler {'export' if option == '--name' else 'plan'} {option} ") == []


def test_nothing_is_made_by_looking(project: Folder) -> None:
    """No database, no plan: TAB is not a command."""
    before = sorted(Path(project.path).rglob("*"))
    offered(project, "reconciler apply --target ")
    assert sorted(Path(project.path).rglob("*")) == before
