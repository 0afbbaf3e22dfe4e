"""The guide to Python is a test: its examples run as they stand, in the order of the page."""

from __future__ import annotations

import doctest
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.handles.choice import use

REPOSITORY = Path(__file__).parents[2]


def test_the_guide_says_what_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every example gives what stands below it."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("RECONCILER_PLATFORM", f"embedded:{tmp_path / 'project.sqlite3'}")
    monkeypatch.setenv("RECONCILER_CACHE_DIR", str(tmp_path / "cache"))
    with closing(EmbeddedPlatform.open(tmp_path / "objects.sqlite3")) as platform, use(platform):
        results = doctest.testfile(
            str(REPOSITORY / "docs" / "python.md"), module_relative=False, optionflags=doctest.ELLIPSIS
        )

    assert results.attempted > 20
    assert results.failed == 0
