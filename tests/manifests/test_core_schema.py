"""Plain scalars: what is a value and what is text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.diagnostics import Span
from tests.manifests.texts import FILE, data_of, problem

if TYPE_CHECKING:
    from reconciler.domain.values import Json


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("12", 12),
        ("-7", -7),
        ("+3", 3),
        ("010", 10),
        ("0", 0),
        ("-0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
    ],
)
def test_a_plain_scalar_of_the_core_schema_is_a_value(written: str, expected: Json) -> None:
    """YAML 1.2's core schema decides what is more than text."""
    (manifest,) = data_of(f"a: {written}\n")
    assert manifest == {"a": expected}
    assert isinstance(manifest, dict)
    assert type(manifest["a"]) is type(expected)


@pytest.mark.parametrize(
    "written",
    [
        *("on", "off", "yes", "no", "y", "n", "On", "nUll", "tRue"),
        *("12:30:45", "1:30", "2024-01-01", "2024-01-01T10:00:00Z"),
        *("1_000", "0b1", "-0x1F", "0x", "0o8", "1.2.3", "1e", "e3", ".", "+", "-1-", "--1", "v1", "1.5.0"),
        *("nan", "inf", "=", "<", "\u0663", "\uff11", "~x", "nul", "/camera/front,/imu", "a#b", "a:b"),
    ],
)
def test_any_other_plain_scalar_is_text(written: str) -> None:
    """What YAML 1.1 would turn into booleans, times and octal numbers stays as it was written."""
    assert data_of(f"a: {written}\nb: [{written!r}]\n") == [{"a": written, "b": [written]}]


@pytest.mark.parametrize("written", ["12", "true", "null", "", "1.5", ".nan", "~", "<<", "0x1F"])
def test_a_quoted_scalar_is_text(written: str) -> None:
    """Quotes of either kind make text, as a value and as a key."""
    assert data_of(f"a: '{written}'\nb: \"{written}\"\n'{written}': 1\n") == [{"a": written, "b": written, written: 1}]


@pytest.mark.parametrize("written", [".nan", ".NaN", ".inf", "-.INF", "+.Inf", "1e999", "-1e999", "9" * 401])
def test_a_number_that_json_cannot_hold_is_refused(written: str) -> None:
    """Infinity, not-a-number and absurd lengths have no JSON form; the hint is the quoted text."""
    found = problem(f"a:\n  b: {written}\n")
    assert found.rule == "not-json"
    assert found.span == Span(FILE, 2, 6, 2, 6 + len(written))
    assert found.hint.startswith("put it in quotes to mean text:")


def test_block_texts_are_text() -> None:
    """A literal keeps its lines and a folded text joins them."""
    assert data_of("a: |\n  12\n  13\nb: >-\n  12\n  13\n") == [{"a": "12\n13\n", "b": "12 13"}]
