"""Text in, text out: manifests and live state in each folder, and what every renderer makes of them.

``UPDATE_GOLDEN=1 pytest tests/golden`` writes the expected files again; read the difference like code.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord, server_id
from reconciler.domain.triggers import TriggerRecord
from reconciler.inventory.document import Entry, Inventory, hashed
from reconciler.manifests.loader import Loading, load
from reconciler.plan.diff import plan as decide
from reconciler.plan.drift import Drift
from reconciler.plan.kinds.live import live_shape
from reconciler.plan.model import Source
from reconciler.render.annotations import diagnostic_annotations, drift_annotations, plan_annotations
from reconciler.render.github import workflow_commands
from reconciler.render.junit import diagnostics_junit, drift_junit
from reconciler.render.machine import diagnostics_json, drift_json, plan_json
from reconciler.render.markdown import LIMIT, drift_markdown, plan_markdown
from reconciler.render.sarif import diagnostics_sarif
from reconciler.render.terminal import show_diagnostics, show_drift, show_plan
from reconciler.render.webpage import plan_page
from tests.render.builders import IDENTITY, NOW, text_console

HERE = Path(__file__).parent
SCENARIOS = sorted(folder.parent.name for folder in HERE.glob("*/manifests"))
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))

#: What a record of live.json has unless it says otherwise.
STAMP = {
    "org_id": IDENTITY.org_id,
    "created": "2026-11-01T08:00:00Z",
    "created_by": "ci@example.com",
    "modified": "2026-11-02T08:00:00Z",
    "modified_by": "ci@example.com",
}


@dataclass(frozen=True)
class Scenario:
    """One folder; ``limit`` is its budget of Markdown characters."""

    folder: Path
    loading: Loading
    live: Live
    limit: int
    inventory: Inventory | None

    @classmethod
    @cache
    def read(cls, name: str) -> Scenario:
        """Load a folder's manifests and live state."""
        folder = HERE / name
        settings = folder / "scenario.json"
        limit = json.loads(settings.read_text())["limit"] if settings.exists() else LIMIT
        records = dict(_records(json.loads((folder / "live.json").read_text())))
        return cls(
            folder, load(["manifests"], root=folder), Live(IDENTITY, records), limit, _inventory(folder / "owned.json")
        )

    def outputs(self) -> dict[str, str]:
        """Return what is expected of this scenario, by file name."""
        if any(diagnostic.is_error for diagnostic in self.loading.diagnostics):
            return self._complaints()
        desired = self.loading.desired
        plan = decide(desired, self.live, source=Source(desired.digest, ("manifests",)), inventory=self.inventory)
        drift = Drift.of(plan)
        shown, drifted = text_console()[0], text_console()[0]
        show_plan(plan, shown)
        show_drift(drift, drifted, now=NOW)
        return {
            "plan.txt": shown.file.getvalue(),  # type: ignore[attr-defined]  # a StringIO
            "plan.md": plan_markdown(plan, limit=self.limit),
            "plan.json": _unversioned(plan_json(plan)),
            "drift.txt": drifted.file.getvalue(),  # type: ignore[attr-defined]  # a StringIO
            "drift.md": drift_markdown(drift, now=NOW, limit=self.limit),
            "drift.json": _unversioned(drift_json(drift)),
            "plan.github.txt": workflow_commands(plan_annotations(plan)),
            "drift.github.txt": workflow_commands(drift_annotations(drift, now=NOW)),
            "drift.junit.xml": drift_junit(drift, now=NOW),
            **({} if self.inventory is None else {"plan.html": _content(plan_page(plan))}),
        }

    def _complaints(self) -> dict[str, str]:
        console, buffer = text_console()
        show_diagnostics(self.loading.diagnostics, console)
        told = _unversioned(diagnostics_json(self.loading.diagnostics, self.loading.counts))
        diagnostics = self.loading.diagnostics
        return {
            "diagnostics.txt": buffer.getvalue(),
            "diagnostics.json": f"{told}\n",
            "diagnostics.github.txt": workflow_commands(diagnostic_annotations(diagnostics)),
            "diagnostics.sarif": _unversioned(diagnostics_sarif(diagnostics)),
            "diagnostics.junit.xml": diagnostics_junit(diagnostics),
        }


@pytest.mark.parametrize("name", SCENARIOS)
def test_output_is_as_reviewed(name: str) -> None:
    """Every output of every scenario equals its file."""
    scenario = Scenario.read(name)
    for file, text in scenario.outputs().items():
        path = scenario.folder / file
        if UPDATE:
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text, f"{name}/{file} (UPDATE_GOLDEN=1 writes it again)"


@pytest.mark.parametrize("name", SCENARIOS)
def test_output_stays_within_its_budget(name: str) -> None:
    """Markdown never exceeds the scenario's limit."""
    scenario = Scenario.read(name)

    assert all(len(text) <= scenario.limit for file, text in scenario.outputs().items() if file.endswith(".md"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_output_cannot_steer_a_terminal(name: str) -> None:
    """Neither text nor Markdown holds a control or a direction mark from outside."""
    steering = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")

    for file, text in Scenario.read(name).outputs().items():
        if not file.endswith((".json", ".sarif")):
            assert steering.search(text) is None, file


def test_no_output_holds_a_secret() -> None:
    """Every secret of the scenario, live or declared, is called swordfish; no output says so."""
    assert [file for file, text in Scenario.read("secrets").outputs().items() if "swordfish" in text] == []


def test_no_expected_file_is_left_over() -> None:
    """What no renderer writes any more is deleted."""
    inputs = {"live.json", "owned.json", "scenario.json"}
    for name in SCENARIOS:
        files = {path.name for path in (HERE / name).iterdir() if path.is_file()} - inputs
        assert files == set(Scenario.read(name).outputs()), name


def _records(live: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[Address, LiveRecord]]:
    for members in live.get("actions", []):
        action = ActionRecord(**(STAMP | {"digest": f"digest-of-{members['name']}"} | members))
        yield Address(Kind.ACTION, action.name), action
    for members in live.get("triggers", []):
        ids = {"trigger_id": f"tr_{members['name']}", "service_user_id": "service@example.com"}
        trigger = TriggerRecord(**(STAMP | ids | members))
        yield Address(Kind.TRIGGER, trigger.name), trigger


def _inventory(file: Path) -> Inventory | None:
    """Return the inventory of what an apply left: records like those of live.json, with what else is remembered."""
    if not file.exists():
        return None
    owned = json.loads(file.read_text())
    kept = {each["name"]: each.pop("kept", {}) for each in [*owned.get("actions", []), *owned.get("triggers", [])]}
    entries = {
        address: Entry(
            address=address,
            server_id=server_id(record),
            applied=hashed(live_shape(record, sensitive=frozenset()), "00"),
            digest=record.digest if isinstance(record, ActionRecord) else None,
            modified=record.modified,
            **kept[record.name],
        )
        for address, record in _records(owned)
    }
    return Inventory(id="6f0c0000-0000-4000-8000-000000000000", serial=7, hash_key="00", entries=entries)


def _content(page: str) -> str:
    """Return a page without its looks, its script and its release, an element a line."""
    content = re.sub(r"<(style|script)>.*?</\1>|&#x27;sha256-[^&]*&#x27;", "", page, flags=re.DOTALL)
    return re.sub(r"by reconciler [^ ]*", "by reconciler any", re.sub(r"(?<=>)(?=<[a-z])", "\n", content))


def _unversioned(text: str) -> str:
    """Return the text without the release that made it, so that a release changes no expected file."""
    return re.sub(r'"(tool_version|semanticVersion)": "[^"]*"', r'"\1": "any"', text)
