from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.embedded.platform import EmbeddedPlatform


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "platform.db"


@pytest.fixture
def platform(path: Path) -> Iterator[EmbeddedPlatform]:
    """A platform on a file of its own."""
    opened = EmbeddedPlatform.open(path)
    yield opened
    opened.close()
