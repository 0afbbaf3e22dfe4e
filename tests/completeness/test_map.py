"""The map in CONTRIBUTING.md: every room and every module beside them stands on it, once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

#: Where the package begins: no room, and nothing to explain.
DOORSTEPS: Final = {"__init__.py", "__main__.py", "__pycache__", "py.typed"}


def test_the_map_has_every_room_once_and_no_other() -> None:
    """A newcomer finds what is there, and nothing that is gone."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("\n## The map\n")[2].partition("\n## ")[0]
    rooms = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    mapped = Counter(name.rstrip("/") for row in rooms for name in re.findall(r"`([^`]+)`", row))

    there = {path.name for path in (ROOT / "reconciler").iterdir()} - DOORSTEPS

    assert mapped == Counter(there)
