"""Lines on a console: painted or not, and poured where there are many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.lines import Pieces, folded, pour_lines, show_lines
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


@given(
    indent=st.integers(0, 8),
    words=st.lists(st.tuples(st.text("abc-", min_size=1, max_size=20), st.integers(1, 3)), min_size=1, max_size=30),
    width=st.integers(40, 100),
)
def test_a_screen_breaks_lines_between_words(indent: int, words: list[tuple[str, int]], width: int) -> None:
    """Row by row the words are whole and in their order, and rows after the first are indented."""
    line: Pieces = [(" " * indent, ""), *((word + " " * gap, "") for word, gap in words)]

    text = "".join(piece for piece, _ in folded(line, width=width))

    rows = [text[start : start + width] for start in range(0, len(text), width)]
    assert [word for row in rows for word in row.split()] == [word for word, _ in words]
    assert all(row.startswith(" " * (indent + 2)) for row in rows[1:] if row.strip())


def test_a_word_longer_than_a_row_is_left_to_the_screen() -> None:
    """And what follows it stands where the screen has put its end."""
    line: Pieces = [("    uri  ", ""), ("x" * 100, "red"), (" and more", "")]

    text = "".join(piece for piece, _ in folded(line, width=40))

    assert text == f"    uri  {'x' * 100} and more"


def test_lines_that_nobody_sees_on_a_screen_stay_as_they_are() -> None:
    """What is piped or kept has one line for each."""
    console, buffer = text_console(width=40)
    show_lines(console, [[("word " * 30, "")]])

    assert buffer.getvalue() == f"{'word ' * 30}\n"


def test_what_python_prints_hides_nothing() -> None:
    """Every character that is written out counts as not printable, so a printable text may be left as it is."""
    assert not any(chr(code).isprintable() for code in range(0x110000) if _UNSEEN.match(chr(code)))
