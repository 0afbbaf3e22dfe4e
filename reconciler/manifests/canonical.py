"""YAML text in canonical form: entries in order with their comments, two spaces a level.

A comment belongs to the entry below it; one that is indented deeper than the entry below belongs to the end of the
mapping or list above. Comments before the first key of a document are its heading and stay on top.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.manifests.layout import Node, documents
from reconciler.manifests.parameter_list import as_map
from reconciler.manifests.rows import NotCanonical, Row, continuation, indented, remarks, rows_of, start_line

_ENVELOPE: Final = ("apiVersion", "kind", "metadata", "spec", "lifecycle")
_METADATA: Final = ("name", "labels", "annotations")

#: The path of what is in a list: no envelope, whatever its keys are called.
_IN_LIST: Final = ("-",)

_MARKER: Final = re.compile(r"(---|\.\.\.)(\s|$)")


@dataclass(frozen=True, slots=True)
class Canon:
    """What is rewritten besides indentation: the order of ``spec``'s keys by kind, and lists of parameters."""

    order: Mapping[str, Sequence[str]]
    is_reordering: bool = True
    is_renaming: bool = True


def rewritten(text: str, canon: Canon) -> str:
    """Return a text that parses, rewritten once; documents that cannot be rewritten stay as they are."""
    lines = text.removesuffix("\n").split("\n")
    out: list[str] = []
    done = 0
    for root in documents(text):
        end = _end(lines, root)
        try:
            out += _document(lines, root, done=done, end=end, canon=canon)
        except NotCanonical:
            out += lines[done:end]
        done = end
    return "\n".join([*out, *_trimmed(remarks(lines[done:]))]) + "\n"


def _document(lines: list[str], root: Node, *, done: int, end: int, canon: Canon) -> list[str]:
    if root.shape != "mapping":
        raise NotCanonical
    first, last = start_line(root, lines), root.last_line
    heading = remarks(lines[done:first], is_first=not done)
    kind = root.entry("kind")
    writer = _Writer(lines, canon, canon.order.get((kind.value.content or "") if kind else "", ()))
    return heading + writer.block(root, lead=[], tail=_trimmed(lines[last + 1 : end]), path=())


def _end(lines: list[str], root: Node) -> int:
    """Return the line after a document: that of the next marker, or the end of the file."""
    for number in range(root.last_line + 1, len(lines)):
        if _MARKER.match(lines[number]):
            return number
    return len(lines)


def _trimmed(lines: list[str]) -> list[str]:
    """Return the lines without blank ones at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


@dataclass(frozen=True, slots=True)
class _Writer:
    lines: list[str]
    canon: Canon
    spec_order: Sequence[str]

    def block(self, node: Node, *, lead: list[str], tail: list[str], path: tuple[str, ...]) -> list[str]:
        """Return the lines of a block mapping or list, from column 0."""
        found = rows_of(node, self.lines, lead=lead, tail=tail)
        rows = self._in_order(found.rows, path) if node.shape == "mapping" else found.rows
        out: list[str] = []
        for row in rows:
            out += remarks(row.lead, is_first=not out)
            out += self.row(row, path=path)
        return out + remarks(found.tail)

    def row(self, row: Row, *, path: tuple[str, ...] = ()) -> list[str]:
        """Return the lines of one entry, from column 0, without the comments above it."""
        if row.entry.key is None:
            return self._item(row)
        here = (*path, row.key)
        if here == ("spec", "parameters") and self.canon.is_renaming:
            renamed = as_map(row, self.lines, write=self.row)
            if renamed is not None:
                return renamed
        return self._key_and_value(row, row.entry.key, path=here)

    def _key_and_value(self, row: Row, key: Node, *, path: tuple[str, ...]) -> list[str]:
        value = row.entry.value
        line = self.lines[row.line]
        if value.is_block:
            lead = self.lines[row.line + 1 : start_line(value, self.lines)]
            return [line[row.column :].rstrip(), *indented(self.block(value, lead=lead, tail=row.tail, path=path))]
        first = line[row.column :]
        if value.line == row.line and not value.is_empty:
            first = f"{line[row.column : key.end_column]}: {line[value.column :]}"
        return [first.rstrip(), *continuation(value, self.lines, line=row.line, column=row.column)]

    def _item(self, row: Row) -> list[str]:
        value = row.entry.value
        line = self.lines[row.line]
        if value.is_block:
            return self._block_item(row, value)
        first = line[row.column :]
        if value.line == row.line and not value.is_empty:
            first = f"- {line[value.column :]}"
        return [first.rstrip(), *continuation(value, self.lines, line=row.line, column=row.column)]

    def _block_item(self, row: Row, value: Node) -> list[str]:
        start = start_line(value, self.lines)
        head = self.lines[row.line][row.column :].rstrip() if start > row.line else "-"
        body = self.block(value, lead=self.lines[row.line + 1 : start], tail=row.tail, path=_IN_LIST)
        if head == "-" and not body[0].startswith("#"):
            return [f"- {body[0]}", *indented(body[1:])]
        return [head, *indented(body)]

    def _in_order(self, rows: list[Row], path: tuple[str, ...]) -> list[Row]:
        order = {(): _ENVELOPE, ("metadata",): _METADATA, ("spec",): self.spec_order}.get(path)
        if not order or not self.canon.is_reordering:
            return rows
        places = {key: place for place, key in enumerate(order)}
        return sorted(rows, key=lambda row: places.get(row.key, len(places)))
