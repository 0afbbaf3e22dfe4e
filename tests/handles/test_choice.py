"""Which platform a handle works on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.actions import Action
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import ConfigurationError
from reconciler.handles import use
from reconciler.opening import default_platform
from tests.handles.builders import new_action


def test_the_platform_in_use_is_taken(platform: EmbeddedPlatform) -> None:
    """A handle that is given no platform works on the one in use."""
    new_action("mine")

    assert platform.get_action("mine").org_id == "og_ours"


def test_use_ends_with_its_block_and_nests(platform: EmbeddedPlatform, tmp_path: Path) -> None:
    """After a ``with`` the platform before is in use again; a handle keeps the one it was made with."""
    other = EmbeddedPlatform.open(tmp_path / "other.db")
    with use(other) as inner:
        elsewhere = new_action("elsewhere")
        assert inner is other

    new_action("here")
    elsewhere.update(timeout=5)

    assert [action.name for action in Action.query()] == ["here"]
    assert [action.name for action in Action.query(roboto_client=other)] == ["elsewhere"]
    other.close()


def test_a_platform_that_is_passed_wins(platform: EmbeddedPlatform, tmp_path: Path) -> None:
    """What a call names is what it works on."""
    other = EmbeddedPlatform.open(tmp_path / "other.db")

    Action.create("passed", uri="x:1", roboto_client=other)

    assert list(Action.query()) == []
    other.close()


def test_the_environment_names_the_embedded_platform(tmp_path: Path) -> None:
    """``RECONCILER_PLATFORM=embedded:PATH`` is honoured, relative to the working directory."""
    opened = default_platform({"RECONCILER_PLATFORM": "embedded:kept.db", "RECONCILER_ORG_ID": "og_x"}, cwd=tmp_path)

    assert (opened.identity().endpoint, opened.identity().org_id) == (str(tmp_path / "kept.db"), "og_x")
    opened.close()


def test_the_environment_names_the_remote_platform_as_for_the_official_client(tmp_path: Path) -> None:
    """A token variable is enough; endpoint and organization come from variables too."""
    environ = {
        "HOME": str(tmp_path),
        "ROBOTO_API_KEY": "a-token",
        "ROBOTO_SERVICE_ENDPOINT": "https://platform.example",
        "ROBOTO_ORG_ID": "og_1",
    }

    opened = default_platform(environ, cwd=tmp_path)

    assert (opened.identity().endpoint, opened.identity().org_id) == ("https://platform.example", "og_1")
    opened.close()


def test_a_project_file_has_no_say(tmp_path: Path) -> None:
    """Nothing configured is an error that lists the choices, whatever ``reconciler.yaml`` says."""
    (tmp_path / "reconciler.yaml").write_text("platform: embedded\n", encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        default_platform({"HOME": str(tmp_path)}, cwd=tmp_path)

    assert "RECONCILER_PLATFORM=embedded:PATH" in refused.value.hint
    assert "ROBOTO_API_KEY" in refused.value.hint


SCRIPT = """
from reconciler.actions import Action
Action.create("first", uri="x:1")
Action.create("second", uri="x:1")
print([action.name for action in Action.query()])
"""


def test_a_script_needs_nothing_but_its_environment(tmp_path: Path) -> None:
    """The platform is opened when it is first needed and kept for the process."""
    environ = {**os.environ, "RECONCILER_PLATFORM": f"embedded:{tmp_path / 'platform.db'}", "PYTHONWARNINGS": "error"}

    run = subprocess.run([sys.executable, "-c", SCRIPT], env=environ, capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr) == ("['second', 'first']\n", "")


def test_importing_the_domain_opens_nothing(tmp_path: Path) -> None:
    """Records and requests are used without any platform."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    script = (
        "import sys, reconciler.actions; "
        "print([name for name in ('httpx', 'sqlite3', 'reconciler.config') if name in sys.modules])"
    )

    run = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr) == ("[]\n", "")
