"""Styled lines on a console, and rows of them aligned in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

#: A line as pieces of text, each with its style.
Pieces = list[tuple[str, str]]

#: Spaces between two columns.
_GAP = "  "


def show_lines(console: Console, lines: Sequence[Pieces]) -> None:
    """Print lines, painted where the console has colours."""
    from rich.text import Text

    if not lines:
        return
    if console.no_color:
        # Rich would take ten times as long to find out that there is nothing to paint.
        console.out("\n".join("".join(text for text, _ in line) for line in lines), highlight=False)
        return
    console.print(Text("\n").join(Text.assemble(*line) for line in lines), soft_wrap=True, highlight=False)


def in_columns(rows: Sequence[Pieces]) -> list[Pieces]:
    """Return the rows with their pieces below each other; the last of each row is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*([text for text, _ in row] for row in rows), strict=True)]
    return [_padded(row, widths) for row in rows]


def _padded(row: Pieces, widths: Sequence[int]) -> Pieces:
    *first, (last, style) = row
    padded = [(f"{text:<{width}}{_GAP}", each) for (text, each), width in zip(first, widths, strict=False)]
    return [*padded, (last, style)]
