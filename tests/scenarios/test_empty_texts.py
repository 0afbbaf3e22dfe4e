"""An empty text on the command line is a variable that somebody forgot to set: wrong usage, and nothing happens."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Folder

OPTIONS = [
    ("plan", "--file"),
    ("plan", "--platform"),
    ("plan", "--org"),
    ("plan", "--profile"),
    ("plan", "--endpoint"),
    ("plan", "--target"),
    ("plan", "--label"),
    ("invoke one", "--dataset"),
    ("invoke one", "--upload-to"),
    ("invoke one", "--digest"),
    ("invoke one", "--owner"),
    ("invoke one", "--idempotency-id"),
    ("invoke one", "--param"),
    ("invoke one --dataset ds_1", "--input"),
    ("dataset import .", "--name"),
    ("dataset import .", "--dataset"),
    ("dataset import .", "--tag"),
    ("dataset import .", "--metadata"),
    ("dataset import .", "--uri"),
    ("invocations list", "--action"),
    ("invocations list", "--dataset"),
    ("invocations list", "--status"),
    ("triggers evaluate one", "--dataset"),
    ("run --executor process", "--engine"),
    ("run --executor process", "--secrets"),
    ("run --executor process", "--work-dir"),
    ("serve", "--host"),
    ("serve", "--database"),
    ("serve", "--config"),
    ("serve", "--file-root"),
]
ARGUMENTS = ["invoke", "dataset import", "dataset show", "invocations show", "triggers evaluate", "logs", "cancel"]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_option_is_wrong_usage(folder: Folder, command: str, option: str, text: str) -> None:
    """It never counts as left out, and never as the folder one is in."""
    folder.write("a.bag", "bytes")

    ended = folder.run(*command.split(), option, text)

    assert (ended.code, ended.out) == (64, "")
    assert option in ended.err
    assert [each.name for each in folder.path.iterdir()] == ["a.bag"]


@pytest.mark.parametrize("command", ARGUMENTS)
def test_an_empty_argument_is_wrong_usage(folder: Folder, command: str) -> None:
    """No platform is asked for what has no name."""
    ended = folder.run(*command.split(), "")

    assert (ended.code, ended.out) == (64, "")
    assert "it is empty; write it" in ended.err
    assert list(folder.path.iterdir()) == []
