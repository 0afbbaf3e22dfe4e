"""Styled lines on a console, and rows of them aligned in columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

#: A line as pieces of text, each with its style.
Pieces = list[tuple[str, str]]

#: A word with the spaces after it, or the spaces that a piece begins with.
_WORD: Final = re.compile(r"[^ ]+ *| +")

#: Spaces between two columns.
_GAP = "  "


def show_lines(console: Console, lines: Sequence[Pieces]) -> None:
    """Print lines, painted where the console has colours."""
    from rich.text import Text

    if not lines:
        return
    lines = [fitted(line) for line in lines] if (fitted := _fitter(console)) else lines
    if console.no_color:
        # Rich would take ten times as long to find out that there is nothing to paint.
        console.out("\n".join("".join(text for text, _ in line) for line in lines), highlight=False)
        return
    console.print(Text("\n").join(Text.assemble(*line) for line in lines), soft_wrap=True, highlight=False)


def pour_lines(console: Console, blocks: Iterable[Sequence[Pieces]]) -> None:
    """Print many blocks of lines as :func:`show_lines` would; no bar may be on the console meanwhile.

    Rich wraps, measures and splits what is already in lines: for 10,000 changes it takes as long as planning them.
    """
    painted = _painter(console)
    fitted = _fitter(console)
    for block in blocks:
        console.file.write("".join([f"{painted(fitted(line) if fitted else line)}\n" for line in block]))
    console.file.flush()


def _painter(console: Console) -> Callable[[Pieces], str]:
    from rich.console import COLOR_SYSTEMS
    from rich.style import Style

    if console.no_color or console.color_system is None:
        return lambda line: "".join([text for text, _ in line])
    colours = COLOR_SYSTEMS[console.color_system]

    def painted(line: Pieces) -> str:
        return "".join(
            [Style.parse(style).render(text, color_system=colours) if style else text for text, style in line]
        )

    return painted


def _fitter(console: Console) -> Callable[[Pieces], Pieces] | None:
    """Return what makes lines go on below themselves; None where nobody sees them on a screen of some width."""
    return partial(folded, width=console.width) if console.file.isatty() else None


def folded(line: Pieces, *, width: int) -> Pieces:
    """Return a line that a screen breaks between words, with its further rows indented.

    It stays one line: spaces fill up a row where the next word does not fit. What is copied from the screen, a command
    above all, can be pasted as it is.
    """
    from rich.cells import cell_len

    text = "".join([text for text, _ in line])
    if len(text) < width / 2 or cell_len(text) <= width:
        return line
    indent = min(len(text) - len(text.lstrip(" ")) + 2, width // 2)
    column = 0
    pieces: Pieces = []
    for piece, style in line:
        for word in _WORD.findall(piece):
            size = cell_len(word.rstrip(" "))
            if column + size > width and size <= width - indent:
                pieces.append((" " * (width - column + indent), ""))
                column = indent
            pieces.append((word, style))
            column += cell_len(word)
            if column >= width:
                column %= width
                pieces.append((" " * max(0, indent - column), ""))
                column = max(column, indent)
    return pieces


def in_columns(rows: Sequence[Pieces]) -> list[Pieces]:
    """Return the rows with their pieces below each other; nothing follows the last text of a row."""
    widths = [max(map(len, column)) for column in zip(*([text for text, _ in row] for row in rows), strict=True)]
    return [_padded(row, widths) for row in rows]


def _padded(row: Pieces, widths: Sequence[int]) -> Pieces:
    last = max((place for place, (text, _) in enumerate(row) if text), default=0)
    padded = [(f"{text:<{width}}{_GAP}", style) for (text, style), width in zip(row[:last], widths, strict=False)]
    return [*padded, row[last]]
