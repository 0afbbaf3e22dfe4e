"""What a command may load: start-up is a measured target, and one import at the wrong place undoes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = "apiVersion: reconciler/v1\nkind: Project\nspec: { platform: embedded }\n"
ACTION = "apiVersion: reconciler/v1\nkind: Action\nmetadata: { name: ingest }\nspec: { uri: img }\n"

#: Prints the modules that a run of the command has loaded, one a line, after what the command prints.
RUN = """
import sys
from reconciler.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("modules:", *sys.modules)
"""

#: Packages that cost 20 ms and more each; commands load them when they need them.
HEAVY = {
    *("asyncio", "deepdiff", "email", "httpx", "jsonschema", "jsonschema_rs", "pathspec", "platformdirs", "pydantic"),
    *("pydantic_core", "rich", "sqlite3", "ssl", "starlette", "tempfile", "unittest", "urllib.request", "yaml"),
}

#: What of our own package is loaded to say how it is used.
HELP = {
    "reconciler",
    "reconciler.cli",
    "reconciler.cli.main",
    "reconciler.cli.collection",
    "reconciler.cli.failure",
    "reconciler.cli.pipes",
} | {
    "reconciler.diagnostics",
    "reconciler.errors",
    "reconciler.encodable",
    "reconciler.interrupts",
}


def loaded(*arguments: str, cwd: Path) -> set[str]:
    """Return the names of the modules that a run of the command loads."""
    environ = os.environ | {"RECONCILER_CACHE_DIR": str(cwd / "cache")}
    command = [sys.executable, "-c", RUN, *arguments]
    ended = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=True)
    return set(ended.stdout.rpartition("modules:")[2].split())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of one action."""
    (tmp_path / "reconciler.yaml").write_text(PROJECT)
    (tmp_path / "action.yaml").write_text(ACTION)
    return tmp_path


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_loads_no_command(project: Path, flag: str) -> None:
    """Only click, the group of commands and the words of errors are needed to say how the tool is used."""
    modules = loaded(flag, cwd=project)
    assert {name for name in modules if name.partition(".")[0] == "reconciler"} == HELP
    assert modules & HEAVY == set()


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift"])
def test_help_of_a_command_loads_its_options_alone(project: Path, command: str) -> None:
    """Nothing that works on manifests or platforms is loaded for the help of a command."""
    modules = loaded(command, "--help", cwd=project)
    rooms = {name.split(".")[1] for name in modules if name.startswith("reconciler.")}
    assert rooms == {"cli", "diagnostics", "encodable", "errors", "interrupts"}
    assert modules & HEAVY == set()


def test_validating_what_is_known_to_be_valid_loads_no_models(project: Path) -> None:
    """A second run on unchanged files compares hashes: it needs no models, no schemas and no YAML."""
    first = loaded("validate", cwd=project)
    assert {"pydantic", "jsonschema_rs", "yaml"} <= first
    assert loaded("validate", cwd=project) & HEAVY == set()


def test_planning_what_is_known_to_be_valid_loads_no_parser(project: Path) -> None:
    """A second plan needs values to compare, but no YAML, no schemas, and of the platforms only the one it is for."""
    loaded("plan", cwd=project)
    modules = loaded("plan", cwd=project)
    assert modules & {"deepdiff", "httpx", "jsonschema", "jsonschema_rs", "pathspec", "yaml"} == set()
    assert not any(name.startswith(("reconciler.client", "reconciler.manifests.models")) for name in modules)


def test_validating_loads_no_platform(project: Path) -> None:
    """A first run needs the models, but nothing that plans, talks to a platform or explains errors."""
    modules = loaded("validate", "--no-cache", cwd=project)
    assert modules & {"deepdiff", "httpx", "jsonschema", "rich", "sqlite3"} == set()
    assert not any(name.startswith(("reconciler.plan", "reconciler.client", "reconciler.embedded")) for name in modules)


def test_talking_to_a_platform_loads_no_command_line_of_httpx(tmp_path: Path) -> None:
    """What httpx loads for a command line of its own takes longer than all requests of a small plan."""
    code = "import reconciler.client.http, sys; print('modules:', *sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    modules = set(ended.stdout.split())
    assert "httpx" in modules
    assert modules & {"click", "httpx._main", "pygments", "rich"} == set()
