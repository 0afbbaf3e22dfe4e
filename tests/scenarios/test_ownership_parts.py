"""What is ours when only a part of the manifests is read, or nothing is declared at all."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Folder
from tests.scenarios.test_ownership import owned

__all__ = ["owned"]


def test_a_file_that_was_given_deletes_nothing_that_another_declares(owned: Folder) -> None:
    """``--file`` names a part; what stands in other files of the project has not left git."""
    owned.action("report", uri="img:2")
    planned = owned.run("plan", "-f", "report.yaml")
    assert planned.code == 0
    assert "Plan: 0 to create, 1 to update, 0 to delete." in planned.out
    assert "not in manifests" not in planned.out


def test_a_file_that_was_given_shows_what_no_file_declares(owned: Folder) -> None:
    """What left git is deleted whichever file is named."""
    (owned.path / "on_bag.yaml").unlink()
    planned = owned.run("plan", "-f", "report.yaml")
    assert "- delete trigger.on_bag" in planned.out
    assert "1 to delete" in planned.out


def test_a_part_deletes_nothing_when_the_rest_cannot_be_read(owned: Folder) -> None:
    """The broken file may declare any of it."""
    (owned.path / "on_bag.yaml").write_text("kind: [")
    planned = owned.run("plan", "-f", "report.yaml")
    assert planned.code == 0
    assert "No changes." in planned.out


@pytest.mark.parametrize("is_renamed", [True, False])
def test_a_target_does_not_delete_what_the_rest_still_uses(owned: Folder, *, is_renamed: bool) -> None:
    """A trigger that is left out of the plan goes on using the action's old name."""
    if is_renamed:
        assert owned.run("rename", "action.ingest", "ros_ingest").code == 0
        target = "action.ros_ingest"
    else:
        (owned.path / "ingest.yaml").unlink()
        owned.trigger("on_bag", action="report")
        target = "action.ingest"
    refused = owned.run("plan", "--prune", "--target", target)
    assert refused.code == 3
    assert "is used by trigger.on_bag, which this plan leaves out" in refused.out
    assert "--target trigger.on_bag" in refused.err
    assert owned.run("plan", "--prune", "--target", target, "--target", "trigger.on_bag").code == 0
    assert owned.run("apply", "--auto-approve", "--prune").code == 0


def test_what_is_protected_is_not_renamed(owned: Folder) -> None:
    """For that deletes it under its old name; the way past says what to do about a rename."""
    owned.action("report", more="lifecycle: {protect: true}\n")
    assert owned.run("apply", "--auto-approve").code == 0
    assert owned.run("rename", "action.report", "summary").code == 0
    refused = owned.run("plan", "--prune")
    assert refused.code == 3
    assert "under its old name without lifecycle.protect" in refused.err


def test_nothing_declared_is_refused_until_it_is_meant(owned: Folder) -> None:
    """An empty folder would delete everything: 3, with the one way past it."""
    for file in owned.path.glob("*.yaml"):
        if file.name != "reconciler.yaml":
            file.unlink()
    refused = owned.run("plan", "--prune")
    assert refused.code == 3
    assert "--dangerous-allow-empty" in refused.err
    assert owned.run("drift").code == 1
    applied = owned.run("apply", "--auto-approve", "--prune", "--dangerous-allow-empty")
    assert applied.code == 0
    assert "Nothing owned." in owned.run("inventory", "show").out
    # From now on there is nothing to delete, and no manifests are a mistake again.
    assert owned.run("plan").code == 1
