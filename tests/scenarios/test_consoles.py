"""What the documents show of a console is what the command says today: every command is typed, and compared."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest, UpdateTriggerRequest
from reconciler.embedded.access import Caller
from reconciler.embedded.platform import EmbeddedPlatform
from tests.scenarios.conftest import ACTION, Folder
from tests.scenarios.consoles import Shell, consoles_of, is_said, steady

REPOSITORY: Final = Path(__file__).parents[2]
DOCUMENTS: Final = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]

ROBOTS: Final = """\
apiVersion: reconciler/v1
kind: Project
spec:
  platform: embedded
  inventory: { id: 6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18 }
"""


def _example(folder: Folder, name: str) -> Folder:
    away = shutil.ignore_patterns(".reconciler")
    shutil.copytree(REPOSITORY / "examples" / name, folder.path, dirs_exist_ok=True, ignore=away)
    return folder


def _edit(folder: Folder, name: str, *replaced: tuple[str, str]) -> None:
    path = folder.path / name
    text = path.read_text()
    for before, after in replaced:
        assert text.count(before) == 1
        text = text.replace(before, after)
    path.write_text(text)


def fleet_edited(folder: Folder) -> None:
    """The fleet was applied; then the detector's weights and the lowest confidence were changed."""
    assert _example(folder, "fleet").run("apply", "--auto-approve").code == 0
    _edit(folder, "actions/detect.yaml", ("yolo-pallets-2026-09", "yolo-pallets-2026-11"), ('"0.35"', '"0.4"'))


def fleet_touched(folder: Folder) -> None:
    """Then somebody was at the controls by hand."""
    fleet_edited(folder)
    ana = Caller(user_id="ana@example.com", org_id="og_local")
    platform = EmbeddedPlatform.open(folder.path / ".reconciler" / "staging.sqlite3", caller=ana)
    platform.update_action("ingest_mcap", UpdateActionRequest(timeout=240))
    platform.update_trigger("detect_by_night", UpdateTriggerRequest(enabled=False))
    platform.create_action(CreateActionRequest(name="anas_experiment", uri="ghcr.io/acme/try:1"))
    platform.close()


def two_slips(folder: Folder) -> None:
    """Two slips in an action and one in a trigger."""
    head = "apiVersion: reconciler/v1\nkind: {}\nmetadata:\n  name: {}\nspec:\n"
    count = "  uri: ghcr.io/example-robotics/count-messages:1.4\n  timeout: 1h\n  paramters: {}\n"
    bags = '  action_name: count_messages\n  required_inputs: ["**/*.{bag,mcap}"]\n'
    folder.write("actions/count.yaml", head.format("Action", "count_messages") + count)
    folder.write("triggers/bags.yaml", head.format("Trigger", "on_new_bags") + bags)


def report_applied(folder: Folder) -> None:
    """A project in git, whose pipeline has applied an action."""
    folder.write("reconciler.yaml", ROBOTS)
    folder.write("actions/ingest.yaml", ACTION.format(name="ingest", uri="ghcr.io/acme/ingest:1"))
    folder.write("actions/report.yaml", ACTION.format(name="report", uri="ghcr.io/acme/report:2"))
    assert folder.run("apply", "--auto-approve").code == 0
    _edit(folder, "actions/report.yaml", ("report:2", "report:3"))
    pipeline = Caller(user_id="ci@acme.example", org_id="og_local")
    platform = EmbeddedPlatform.open(folder.path / ".reconciler" / "platform.sqlite3", caller=pipeline)
    platform.update_action("report", UpdateActionRequest(uri="ghcr.io/acme/report:3"))
    platform.close()
    assert folder.run("apply", "--auto-approve").code == 0
    ben = ["-c", "user.name=ben", "-c", "user.email=ben@example.com"]
    for command in (["init", "-q"], ["add", "reconciler.yaml", "actions"], [*ben, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *command], cwd=folder.path, check=True)


def report_removed(folder: Folder) -> None:
    """Its manifest is gone."""
    report_applied(folder)
    (folder.path / "actions" / "report.yaml").unlink()


def report_made_anew(folder: Folder) -> None:
    """Somebody deleted the action and made another one, while git moved on with the other."""
    report_applied(folder)
    ben = Caller(user_id="ben@acme.example", org_id="og_local")
    platform = EmbeddedPlatform.open(folder.path / ".reconciler" / "platform.sqlite3", caller=ben)
    platform.delete_action("report")
    platform.create_action(CreateActionRequest(name="report", uri="ghcr.io/acme/report:4"))
    platform.close()
    _edit(folder, "actions/ingest.yaml", ("ingest:1", "ingest:2"))


def repository(folder: Folder) -> None:
    """A clone."""
    shutil.copytree(
        REPOSITORY / "examples", folder.path / "examples", ignore=shutil.ignore_patterns(".reconciler", "fleet")
    )


#: The consoles of each document in their order, each with what was done before.
BEFORE: Final[dict[str, list[Callable[[Folder], None]]]] = {
    "README.md": [fleet_edited, fleet_touched, two_slips, report_applied, repository],
    "ownership.md": [report_removed, report_made_anew],
}

CONSOLES: Final = [
    pytest.param(document, place, id=f"{document.name}-{place + 1}")
    for document in DOCUMENTS
    for place in range(len(consoles_of(document)))
]


@pytest.mark.parametrize(("document", "place"), CONSOLES)
def test_the_console_shown_is_what_the_command_says(folder: Folder, tmp_path: Path, document: Path, place: int) -> None:
    """But for times, ids and paths; what a command says is left out where another one follows it at once."""
    BEFORE[document.name][place](folder)
    shell = Shell(folder.path, programs=tmp_path / "programs")
    for typed in consoles_of(document)[place]:
        said = shell.type(typed)
        assert not typed.said or is_said(typed.said, said), f"{typed.command}\n{steady(said)}"


def test_every_console_is_prepared_for() -> None:
    """A console more is a line more in the table."""
    shown = {document.name: len(consoles_of(document)) for document in DOCUMENTS}
    assert {name: count for name, count in shown.items() if count} == {
        name: len(steps) for name, steps in BEFORE.items()
    }
