"""What the README shows works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.main import COMMANDS
from reconciler.serving.config_file import read_config
from tests.scenarios.conftest import Folder

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text()
LOCAL_PLATFORM = (REPOSITORY / "docs" / "local-platform.md").read_text()


def blocks(language: str, *, text: str = README) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_manifests_shown_are_valid(folder: Folder) -> None:
    """Whoever copies them starts without a warning."""
    manifest = next(block for block in blocks("yaml") if "apiVersion" in block)
    folder.write("shown.yaml", manifest)
    assert folder.run("validate", "--warnings-as-errors").said == "1 action and 1 trigger valid.\n"


def test_the_server_configuration_shown_is_legal(folder: Folder) -> None:
    """Whoever copies it has a server once the tokens are there."""
    folder.write("server.yaml", blocks("yaml", text=LOCAL_PLATFORM)[0])
    for name in ("ann", "ci"):
        folder.write(f"{name}.token", f"a-token-of-{name}-that-nobody-guesses").chmod(0o600)
    configured = read_config(folder.path / "server.yaml")
    accounts, warnings = configured.accounts, configured.warnings
    assert warnings == ()
    assert accounts is not None


def test_the_python_shown_runs(folder: Folder) -> None:
    """Plan and apply an example from Python, then invoke what was applied."""
    code = "\n".join([*blocks("python"), "print(len(report.endings), invocation.current_status)"])
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, "RECONCILER_PLATFORM": f"embedded:{folder.path}/platform.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("2 Queued\n", "")


def test_every_command_shown_exists() -> None:
    """No command is shown that nobody can run, and none is kept a secret."""
    shown = set(re.findall(r"^(?:\$ )?reconciler (\w+)", "\n".join(blocks("(?:sh|console)")), flags=re.MULTILINE))
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)h][^)]*)\)", README))))
def test_every_link_leads_somewhere(link: str) -> None:
    """Relative links name files of the repository."""
    assert (REPOSITORY / link).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_in_its_help(folder: Folder, command: str) -> None:
    """Help that shows is read; help that lists is not."""
    ended = folder.run(command, "--help")
    assert ended.code == 0
    assert "Example" in ended.out
