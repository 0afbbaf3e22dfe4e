"""``reconciler lint`` as a user and a pipeline meet it: exit codes, choices of rules, outputs, and hooks."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from reconciler.cli.main import COMMANDS
from tests.scenarios.conftest import Folder

REPOSITORY = Path(__file__).parents[2]
PROJECTS = sorted(path.parent.name for path in (REPOSITORY / "examples").glob("*/reconciler.yaml"))


@pytest.fixture
def sandbox(folder: Folder) -> Folder:
    """A project with one warning and one note."""
    folder.action("sandbox", uri="acme/sandbox:latest")
    return folder


def test_warnings_and_notes_do_not_fail(sandbox: Folder) -> None:
    """Each finding says where, what, by which rule and what to do; then how many there are."""
    ended = sandbox.run("lint")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "sandbox.yaml:3:19: note: the action has no description  [missing-description]",
        "  hint: add short_description: one line on what it does",
        'sandbox.yaml:5:8: warning: the image\'s tag "latest" moves on  [unpinned-image]',
        "  hint: name a version, such as :1.4.0, or a digest",
        "1 warning and 1 note.",
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--warnings-as-errors",), 1),
        (("--warnings-as-errors", "unpinned-image"), 1),
        (("--warnings-as-errors=missing-description,literal-secret",), 1),
        (("--warnings-as-errors", "literal-secret"), 0),
        (("--warnings-as-errors", "--ignore", "unpinned-image"), 0),
        (("--warnings-as-errors", "--select", "missing-description"), 0),
    ],
)
def test_warnings_as_errors_takes_all_warnings_or_some_rules(
    sandbox: Folder, arguments: tuple[str, ...], code: int
) -> None:
    """Notes never fail a run, unless their rule is named."""
    assert sandbox.run("lint", *arguments).code == code


def test_a_secret_fails_and_is_not_printed(folder: Folder) -> None:
    """A token of a known format is an error in every output, and its value is in none."""
    token = "glpat-" + "a1B2c3D4" * 3
    folder.action("leak", uri="acme/leak:1", more=f"  description: with {token}\n")
    for output in ("text", "json", "github", "sarif", "junit"):
        ended = folder.run("lint", "--output", output)
        assert ended.code == 1
        assert "GitLab token" in ended.out
        assert token not in ended.said


def test_json_is_one_document(sandbox: Folder) -> None:
    """As validate prints it, with the rule of each finding."""
    ended = sandbox.run(
        "lint", "--output", "json", "--select", "default,missing-timeout", "--ignore=missing-description"
    )
    told = json.loads(ended.out)
    assert [each["rule"] for each in told["diagnostics"]] == ["missing-timeout", "unpinned-image"]
    assert (told["error_count"], told["warning_count"], told["note_count"]) == (0, 1, 1)


def test_github_shows_findings_beside_the_lines(sandbox: Folder) -> None:
    """A warning and a notice, with the path from the root of the repository, where annotations are looked for."""
    (sandbox.path / "robots").mkdir()
    (sandbox.path / "sandbox.yaml").rename(sandbox.path / "robots" / "sandbox.yaml")
    subprocess.run(["git", "init", "--quiet", str(sandbox.path)], check=True)
    below = Folder(sandbox.path / "robots", sandbox.capture, sandbox.monkeypatch)
    told = below.run("lint", "--output", "github").out.splitlines()
    assert [line.partition(",line=")[0] for line in told] == [
        "::warning file=robots/sandbox.yaml",
        "::notice file=robots/sandbox.yaml",
    ]


def test_sarif_has_the_documentation_of_what_was_found(sandbox: Folder) -> None:
    """Code scanning shows why a rule exists beside what it found."""
    [run] = json.loads(sandbox.run("lint", "--output", "sarif").out)["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["missing-description", "unpinned-image"]
    rules = {rule["id"]: rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"]}
    assert all("Good:" in text for text in rules.values())


def test_junit_has_a_suite_for_each_file(sandbox: Folder) -> None:
    """Errors are failures there; files without findings pass."""
    sandbox.action("clean", more="  short_description: Cleans.\n")
    told = ElementTree.fromstring(sandbox.run("lint", "--output", "junit", "--warnings-as-errors").out)
    suites = {suite.get("name"): suite.get("failures") for suite in told.iter("testsuite")}
    assert suites == {"clean.yaml": "0", "sandbox.yaml": "1"}


def test_invalid_manifests_are_not_linted(sandbox: Folder) -> None:
    """What is wrong is told instead of guesses on the rest, and the run fails."""
    sandbox.action("broken", more="  urri: typo\n")
    ended = sandbox.run("lint")
    assert ended.code == 1
    assert 'did you mean "uri"' in ended.out
    assert "unpinned-image" not in ended.out


def test_nothing_to_lint_is_told(folder: Folder) -> None:
    """A wrong folder does not look like a clean one."""
    assert "there are no manifests here" in folder.run("lint").out


def test_standard_input_is_linted(sandbox: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What kustomize or helm prints can be judged, comments included."""
    text = (sandbox.path / "sandbox.yaml").read_text()
    commented = "# reconciler: ignore[unpinned-image, missing-description] a sandbox\n" + text
    for content, lines in ((text, 5), (commented, 1)):
        monkeypatch.setattr("reconciler.cli.lint.read_stdin", content.encode)
        assert len(sandbox.run("lint", "-f", "-").out.splitlines()) == lines


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain", "--warnings-as-errors"])
def test_a_rule_that_does_not_exist_is_wrong_usage(sandbox: Folder, option: str) -> None:
    """With the name that was probably meant."""
    ended = sandbox.run("lint", option, "unpined-image")
    assert ended.code == 64
    assert 'there is no rule "unpined-image"; did you mean "unpinned-image"?' in ended.err


def test_rules_are_listed_and_explained(folder: Folder) -> None:
    """In words and as JSON, without a project."""
    listed = folder.run("lint", "--list")
    assert listed.code == 0
    assert "own-output-loop" in listed.out
    rules = json.loads(folder.run("lint", "--list", "--output", "json").out)["rules"]
    assert len(rules) == len(listed.out.splitlines())
    explained = folder.run("lint", "--explain", "own-output-loop").out
    assert explained.startswith("own-output-loop  (warning)\n\nA trigger takes in what its own action writes")
    assert "Good:" in explained


@pytest.mark.parametrize("name", PROJECTS)
def test_an_example_is_clean(folder: Folder, name: str) -> None:
    """No finding of a default rule, notes included; what is ignored says why."""
    shutil.copytree(REPOSITORY / "examples" / name, folder.path, dirs_exist_ok=True)
    assert folder.run("lint").out.endswith(", nothing to find fault with.\n")


def test_a_new_project_has_no_warning(folder: Folder) -> None:
    """What init writes is no bad example."""
    folder.run("init")
    ended = folder.run("lint", "--warnings-as-errors")
    assert ended.code == 0
    assert "warning" not in ended.out


def test_the_hooks_run_commands_that_exist(folder: Folder) -> None:
    """Each hook for pre-commit calls a command of ours, with options it has."""
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    assert [hook["entry"].split()[1] for hook in hooks] == ["validate", "lint", "fmt", "schema"]
    folder.run("init")
    for hook in hooks:
        command, *arguments = hook["entry"].split()[1:]
        assert command in COMMANDS
        assert folder.run(command, *arguments).code == 0
        assert hook["pass_filenames"] is False
    assert [path.name for path in (folder.path / "schemas").iterdir()] == ["manifest.schema.json"]


def test_what_an_environment_lays_over_a_manifest_counts(folder: Folder) -> None:
    """A trigger whose overlay says that it is enabled is not created so by accident; the others are still told."""
    folder.trigger("nightly", action="ingest")
    folder.write(
        "reconciler.yaml",
        "apiVersion: reconciler/v1\nkind: Project\nspec:\n  environments:\n    bare: { platform: embedded }\n"
        "    staging:\n      platform: embedded\n      overlays:\n"
        "        - { kind: Trigger, metadata: { name: nightly }, spec: { enabled: true } }\n",
    )
    assert "[trigger-created-enabled]" in folder.run("lint", "--env", "bare").out
    assert "[trigger-created-enabled]" not in folder.run("lint", "--env", "staging").out


def test_a_secret_that_a_variable_brings_is_not_written_out(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from the environment stands in no file; the same value in the manifest does."""
    monkeypatch.setenv("MAP", "from-elsewhere")
    folder.write(
        "reconciler.yaml",
        "apiVersion: reconciler/v1\nkind: Project\nspec:\n  platform: embedded\n"
        "  variables: { map: { from_environment: MAP } }\n",
    )
    variables = "  container_parameters: {{ env_vars: {{ MAP_API_KEY: {} }} }}\n"
    for value, count in (('"${var.map}"', 0), ("from-elsewhere", 1)):
        folder.action("map", more=variables.format(value))
        told = json.loads(folder.run("lint", "--select", "literal-secret", "--output", "json").out)
        assert len(told["diagnostics"]) == count
