"""A plan that changed nothing is remembered, and never longer than it is true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.project import Project
from tests.scenarios.conftest import Folder


@pytest.fixture
def applied(folder: Folder) -> Folder:
    """Two manifests, applied, planned once, and remembered; another action is in no manifest."""
    folder.action("ingest")
    folder.trigger("on_bag", action="ingest")
    assert folder.embedded("apply", "--auto-approve").code == 0
    live(folder).create_action(CreateActionRequest(name="by_hand", uri="img:1"))
    assert "No changes." in folder.embedded("plan").out
    return folder


def live(folder: Folder) -> EmbeddedPlatform:
    """Open the folder's platform beside the command."""
    (database,) = folder.path.rglob("*.sqlite3")
    return EmbeddedPlatform.open(database)


def test_a_remembered_plan_is_the_plan(applied: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every format, what is in no manifest included, it says what a plan without a cache says; nothing is loaded."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    formats = ("text", "json", "markdown")
    anew = [applied.embedded("plan", "--no-cache", "--output", output).out for output in formats]
    monkeypatch.setattr(Project, "_load", _no_loading)
    again = [applied.embedded("plan", "--output", output).out for output in formats]
    assert again == anew
    assert all("by_hand" in text for text in again)


def _no_loading(*_: object, **__: object) -> None:
    raise AssertionError("manifests were loaded")


def test_a_change_of_what_is_live_is_seen(applied: Folder) -> None:
    """By somebody else, to something that is declared."""
    live(applied).update_action("ingest", UpdateActionRequest(uri="img:2"))

    ended = applied.embedded("plan", "--detailed-exitcode")

    assert ended.code == 2
    assert "img:2" in ended.out


def test_a_change_of_a_manifest_is_seen(applied: Folder) -> None:
    """And the way back is "No changes." again."""
    applied.action("ingest", uri="img:3")
    assert applied.embedded("plan", "--detailed-exitcode").code == 2
    applied.action("ingest")
    assert applied.embedded("plan", "--detailed-exitcode").code == 0


def test_what_a_scope_names_is_still_checked(applied: Folder) -> None:
    """A part of the manifests is planned as ever: a name that no manifest has is told."""
    assert applied.embedded("plan", "--target", "action.nobody").code != 0


def test_a_broken_memory_is_none(applied: Folder) -> None:
    """Whatever stands in the cache, the plan is made."""
    for file in Path(os.environ["RECONCILER_CACHE_DIR"]).rglob("*.plans"):
        file.write_bytes(file.read_bytes()[:-5])
    assert "No changes." in applied.embedded("plan").out
