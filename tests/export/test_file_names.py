"""File names: every system can hold them, no two are one file, and they stay what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.export.file_names import file_names

legal = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,8}", fullmatch=True)
odd = st.sampled_from(["con", "CON", "Con.x", "nul", "lpt1.a", "reconciler", "ingest", "Ingest", "INGEST", "a" * 256])


@given(names=st.lists(legal | odd, max_size=12))
def test_no_two_names_are_one_file_on_any_system(names: list[str]) -> None:
    """Not where capitals do not count, nor where devices have names, nor where names must be short."""
    found = file_names(names)

    assert set(found) == set(names)
    assert len({file.casefold() for file in found.values()}) == len(found)
    for file in found.values():
        assert len(file) <= 255
        assert file.partition(".")[0].casefold() not in {"con", "nul", "lpt1", "reconciler"}


@given(names=st.lists(legal | odd, max_size=12))
def test_order_does_not_count(names: list[str]) -> None:
    """The same names give the same files, in whichever order a platform lists them."""
    assert file_names(names) == file_names(list(reversed(names)))


@given(name=legal, others=st.lists(legal | odd, max_size=12))
def test_a_lower_case_name_keeps_its_file(name: str, others: list[str]) -> None:
    """Whatever else comes to live beside it."""
    lower = f"x{name.lower()}"
    assert file_names([lower, *others])[lower] == f"{lower}.yaml"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Ingest"], {"Ingest": "Ingest.yaml"}),
        (["Ingest", "ingest"], {"Ingest": "Ingest-87e846d3.yaml", "ingest": "ingest.yaml"}),
        (["con"], {"con": "_con-11431af9.yaml"}),
        (["v1.2"], {"v1.2": "v1.2.yaml"}),
    ],
)
def test_names_are_kept_where_they_are_safe(names: list[str], expected: dict[str, str]) -> None:
    """A hash of the name tells the others apart, today and tomorrow."""
    assert file_names(names) == expected
