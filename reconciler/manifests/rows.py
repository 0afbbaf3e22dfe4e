"""The rows of a block mapping or list: each entry with the comments above it and those that end it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.manifests.layout import Entry, Node

INDENT: Final = "  "

_OWN_INDENTATION: Final = re.compile(r"[|>][-+]?[1-9]")
_DASH: Final = re.compile(r"-(\s|$)")


class NotCanonical(ValueError):
    """The document is laid out in a way that is not rewritten."""


@dataclass(slots=True)
class Row:
    """An entry on its lines: ``line`` and ``column`` are those of its key or dash.

    ``lead`` are the comments and blank lines above it, ``tail`` the comments below that belong into its value.
    """

    entry: Entry
    line: int
    column: int
    lead: list[str]
    tail: list[str]

    @property
    def key(self) -> str:
        """The key's text; empty for an item of a list."""
        return (self.entry.key.content or "") if self.entry.key is not None else ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one mapping or list in the order they are written, and the comments after the last."""

    rows: list[Row]
    tail: list[str]


def rows_of(node: Node, lines: Sequence[str], *, lead: list[str], tail: list[str]) -> Rows:
    """Return the rows of a block mapping or list; ``lead`` and ``tail`` are the lines above and below it.

    Raises:
        NotCanonical: A key is marked with ``?``, or keys of one mapping are not below each other.
    """
    places = list(_places(node, lines))
    rows: list[Row] = []
    for number, ((line, column), entry) in enumerate(zip(places, node.entries, strict=True)):
        below = tail if entry is node.entries[-1] else list(lines[entry.value.last_line + 1 : places[number + 1][0]])
        deeper, following = _divided(below, column) if entry.value.is_block else ([], below)
        rows.append(Row(entry, line, column, lead, deeper))
        lead = following
    return Rows(rows, lead)


def start_line(node: Node, lines: Sequence[str]) -> int:
    """Return the line of the first key or dash of a block mapping or list; an anchor may stand above."""
    return next(_places(node, lines))[0]


def indented(lines: Sequence[str]) -> list[str]:
    """Return the lines one level deeper."""
    return [INDENT + line if line else line for line in lines]


def remarks(lines: Sequence[str], *, is_first: bool = False) -> list[str]:
    """Return comment lines without indentation and at most one blank line in a row; none at the very top."""
    kept: list[str] = []
    for line in lines:
        remark = line.strip()
        if remark or (kept[-1] if kept else not is_first):
            kept.append(remark)
    return kept


def continuation(value: Node, lines: Sequence[str], *, line: int, column: int) -> list[str]:
    """Return the lines of a value after the first, relative to its key or dash at this line and column."""
    rest = lines[line + 1 : value.last_line + 1]
    if value.shape != "block text":
        return [_shifted(row, column) for row in rest]
    if value.line > line:
        raise NotCanonical
    if _OWN_INDENTATION.search(lines[value.line], value.column):
        return [_shifted(row, column, is_content=True) for row in rest]
    width = next((len(row) - len(row.lstrip(" ")) for row in rest if row.strip()), 0)
    return [INDENT + row[width:] if row[width:] else "" for row in rest]


def _shifted(row: str, column: int, *, is_content: bool = False) -> str:
    text = row.lstrip(" ")
    moved = " " * max(len(row) - len(text) - column, 0) + text
    if is_content or moved.endswith("\\ "):  # an escaped space
        return moved
    return moved.rstrip()


def _places(node: Node, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    if node.shape == "mapping":
        return _key_places(node, lines)
    return _dash_places(node, lines)


def _key_places(node: Node, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    column = None
    for entry in node.entries:
        key = entry.key
        if key is None or key.line != key.last_line or column not in (None, key.column):
            raise NotCanonical
        if not lines[key.line][key.end_column :].lstrip().startswith(":"):
            raise NotCanonical
        column = key.column
        yield key.line, key.column


def _dash_places(node: Node, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    line, column = node.line, node.column
    if not _DASH.match(lines[line], column):  # the list's anchor
        line = _next_content(lines, line + 1)
        column = lines[line].find("-")
    for entry in node.entries:
        if not _DASH.match(lines[line], column):
            raise NotCanonical
        yield line, column
        line = _next_content(lines, max(entry.value.last_line, line) + 1)


def _next_content(lines: Sequence[str], line: int) -> int:
    while line < len(lines) - 1 and (not lines[line].strip() or lines[line].lstrip().startswith("#")):
        line += 1
    return min(line, len(lines) - 1)


def _divided(lines: list[str], column: int) -> tuple[list[str], list[str]]:
    """Split what stands between two entries: comments deeper than their column end the first one's value."""
    end = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if len(line) - len(line.lstrip()) <= column:
            break
        end = number + 1
    return lines[:end], lines[end:]
