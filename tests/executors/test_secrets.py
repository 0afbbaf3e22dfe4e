"""Secrets come from the operator's file, or the run fails and says what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.errors import RunFailed
from reconciler.executors.secrets import secrets_for

PARAMETERS = {"token": "roboto-secret://weights", "n": 3, "plain": "text"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The operator's file."""
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"roboto-secret://weights": "hush"}))
    return path


def test_parameters_that_name_a_secret_get_its_value(file: Path) -> None:
    """Others are left alone."""
    assert secrets_for(PARAMETERS, file=file) == {"token": "hush"}


def test_nobody_reads_a_file_that_nobody_asks_for(tmp_path: Path) -> None:
    """Without secrets among the parameters the file need not exist."""
    assert secrets_for({"n": 3}, file=tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "--secrets FILE"),
        ("{}", 'lacks what parameter "token"'),
        ("hush no json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"roboto-secret://weights": {"hush": 1}}', "one JSON object of texts"),
        ("[]", "one JSON object of texts"),
    ],
)
def test_what_is_missing_is_said_without_a_secret(tmp_path: Path, content: str | None, words: str) -> None:
    """Names and nothing else reach the message, also through its causes."""
    path = tmp_path / "secrets.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RunFailed, match=words) as failure:
        secrets_for(PARAMETERS, file=None if content is None else path)
    assert "hush" not in failure.value.message
    assert failure.value.__cause__ is None


def test_a_file_that_is_gone_fails_the_run(tmp_path: Path) -> None:
    """It may have gone after the runner began."""
    with pytest.raises(RunFailed, match="No such file"):
        secrets_for(PARAMETERS, file=tmp_path / "none.json")
