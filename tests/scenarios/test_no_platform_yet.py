"""The embedded platform before there is one: what only looks says so and leaves nothing behind."""

from __future__ import annotations

import json

import pytest

from tests.scenarios.conftest import Folder

LOOKS = [
    ("plan",),
    ("drift",),
    ("export", "--out", "-"),
    ("dataset", "list"),
    ("dataset", "show", "ds_1"),
    ("invocations", "list"),
    ("invocations", "show", "iv_1"),
    ("logs", "iv_1"),
    ("triggers", "evaluate", "on_new_bags"),
]


@pytest.mark.parametrize("look", LOOKS, ids=" ".join)
def test_a_look_makes_no_platform_and_says_that_there_is_none(folder: Folder, look: tuple[str, ...]) -> None:
    """A path that was mistyped does not pass for a platform on which there is nothing."""
    folder.action("one")
    path = folder.path / "misspelt" / "platform.sqlite3"

    ended = folder.run(*look, "--platform", f"embedded:{path}")

    assert ended.err.splitlines()[0] == f"note: there is no embedded platform at {path} yet"
    assert not path.parent.exists()


def test_the_first_apply_makes_the_platform_and_says_it_once(folder: Folder) -> None:
    """Planning before the first apply is what this tool begins with."""
    folder.action("one")

    first = folder.embedded("apply", "--auto-approve", "--output", "json")
    second = folder.embedded("plan", "--output", "json")

    assert first.code == 0
    assert first.err.count("there is no embedded platform") == 1
    assert second.err == ""
    assert json.loads(second.out)["summary"]["create"] == 0
