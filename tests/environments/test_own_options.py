"""Variables that hold what they may not are told by name, never as a bug."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.own_options import OwnOptions
from reconciler.project import Project


@pytest.mark.parametrize("text", ["0", "129", "-1", "many", "1.5", "²", "9" * 5000])
def test_a_number_out_of_bounds_is_refused(text: str) -> None:
    """However many digits it has."""
    option = OwnOptions({"RECONCILER_PARALLELISM": text})

    with pytest.raises(ConfigurationError, match="RECONCILER_PARALLELISM is ") as caught:
        option.number("PARALLELISM", least=1, most=128)

    assert caught.value.hint == "write a whole number from 1 to 128"


def test_an_empty_number_is_not_set() -> None:
    """CI sets variables to nothing where it has nothing to say."""
    assert OwnOptions({"RECONCILER_RETRIES": ""}).number("RETRIES", least=0, most=20, default=4) == 4


@pytest.mark.parametrize("text", ["yesterday", "-1", "99999999999999", "9" * 5000])
def test_a_pinned_time_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """A plan whose bytes were to be the same must not get the time of day instead."""
    with pytest.raises(ConfigurationError, match="SOURCE_DATE_EPOCH is "):
        Project.open(environ={"SOURCE_DATE_EPOCH": text}, cwd=tmp_path)


def test_a_pinned_time_is_the_time(tmp_path: Path) -> None:
    """Of every plan, in UTC."""
    project = Project.open(environ={"SOURCE_DATE_EPOCH": "1790000000"}, cwd=tmp_path)

    assert project.now().isoformat() == "2026-09-21T14:13:20+00:00"
