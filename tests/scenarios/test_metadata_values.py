"""What ``--metadata KEY=VALUE`` reads its values as."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.cli.dataset import _value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("true", True),
        ('"3"', "3"),
        ("lidar", "lidar"),
        ("", ""),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("9" * 5000, "9" * 5000),
        ("[" * 100_000, "[" * 100_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_json_is_a_value_and_all_else_a_text(text: str, value: Any) -> None:
    """What only Python takes for a number, and what it gives up on, is a text like any other."""
    read = _value(text)

    assert (read, type(read)) == (value, type(value))
