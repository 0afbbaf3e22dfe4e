"""Lines on a console: painted or not, and poured where there are many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.lines import Pieces, pour_lines, show_lines
from reconciler.render.palette import COLOUR, LINE_COLOUR, OUTCOME_COLOUR, QUIET, SEVERITY_COLOUR
from reconciler.render.visible import _UNSEEN, visible
from tests.render.builders import text_console

STYLES = sorted({*COLOUR.values(), *LINE_COLOUR.values(), *OUTCOME_COLOUR.values(), *SEVERITY_COLOUR.values(), QUIET})
PIECES = st.tuples(st.text(max_size=90).map(visible), st.sampled_from(["", "bold green", *STYLES]))
BLOCKS = st.lists(st.lists(st.lists(PIECES, max_size=3), min_size=1, max_size=3), max_size=3)


@pytest.mark.parametrize("colour", [True, False])
@given(blocks=BLOCKS)
def test_lines_are_poured_as_they_are_shown(blocks: list[list[Pieces]], *, colour: bool) -> None:
    """It takes less time and makes no other difference, in colour or without."""
    shown, poured = text_console(colour=colour), text_console(colour=colour)
    for block in blocks:
        show_lines(shown[0], block)
    pour_lines(poured[0], blocks)
    assert poured[1].getvalue() == shown[1].getvalue()


def test_what_python_prints_hides_nothing() -> None:
    """Every character that is written out counts as not printable, so a printable text may be left as it is."""
    assert not any(chr(code).isprintable() for code in range(0x110000) if _UNSEEN.match(chr(code)))
