"""How a YAML document is laid out on its lines: which mapping and list begins and ends where, values left as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.manifests.yaml_events import yaml_events

Shape = Literal["mapping", "list", "flow mapping", "flow list", "block text", "inline"]

_BLOCK_STYLES: Final = ("|", ">")
_HEADER: Final = re.compile(r"([|>])([1-9]?)[-+]?([1-9]?)")
_KEEPS_BREAKS: Final = re.compile(r"[|>][1-9]?\+")


@dataclass(slots=True)
class Node:
    """A value as it is written; lines and columns count from 0, ``last_line`` is included.

    ``content`` is the scalar's text where it is one. ``line`` and ``column`` are where an anchor stands, if there
    is one, even if the value itself comes on a later line.
    """

    shape: Shape
    line: int
    column: int
    last_line: int
    end_column: int
    content: str | None = None
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """True for a mapping or list without brackets."""
        return self.shape in ("mapping", "list")

    @property
    def is_empty(self) -> bool:
        """True for a value that was left out."""
        return (self.line, self.column) == (self.last_line, self.end_column)

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a mapping with this key."""
        return next((entry for entry in self.entries if entry.key is not None and entry.key.content == key), None)


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list (without a key)."""

    key: Node | None
    value: Node


def documents(text: str) -> list[Node]:
    """Return the layout of each document of a text that parses.

    Raises:
        BrokenText: It does not parse after all.
    """
    lines = text.split("\n")
    return [_composed(events, lines) for events in _by_document(yaml_events(text))]


def ended(text: str) -> str:
    """Return a text that parses with a line end behind its last line, meaning what it meant.

    A block text that the file ends in, without a line end, has none at its own end either: it is told to strip it.
    """
    if text.endswith("\n"):
        return text
    last = documents(text)[-1]
    while last.is_block:
        last = last.entries[-1].value
    lines = text.split("\n")
    if last.shape == "block text" and last.last_line == len(lines) - 1:
        header = lines[last.line]
        lines[last.line] = header[: last.column] + _HEADER.sub(r"\1\2\3-", header[last.column :], count=1)
    return "\n".join(lines) + "\n"


def _by_document(events: Iterable[Any]) -> Iterable[list[Any]]:
    current: list[Any] = []
    for event in events:
        if isinstance(event, DocumentStartEvent):
            current = []
        elif isinstance(event, DocumentEndEvent):
            yield current
        else:
            current.append(event)


@dataclass(slots=True)
class _Open:
    node: Node
    key: Node | None = None

    def add(self, node: Node) -> None:
        """Take a key or a value, whichever comes next."""
        if "mapping" not in self.node.shape:
            self.node.entries.append(Entry(None, node))
        elif self.key is None:
            self.key = node
        else:
            self.node.entries.append(Entry(self.key, node))
            self.key = None


def _composed(events: Iterable[Any], lines: Sequence[str]) -> Node:
    top = _Open(Node("list", 0, 0, 0, 0))
    stack = [top]
    for event in events:
        if isinstance(event, ScalarEvent | AliasEvent):
            stack[-1].add(_leaf(event, lines))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            stack.append(_Open(_collection(event)))
        else:
            closed = stack.pop().node
            _close(closed, event)
            stack[-1].add(closed)
    return top.node.entries[0].value


def _leaf(event: Any, lines: Sequence[str]) -> Node:
    start, end = event.start_mark, event.end_mark
    content = event.value if isinstance(event, ScalarEvent) else None
    if content is None or event.style not in _BLOCK_STYLES:
        return Node("inline", start.line, start.column, end.line, end.column, content)
    last_line = min(end.line - 1 if end.column == 0 else end.line, len(lines) - 1)
    if not _KEEPS_BREAKS.search(lines[start.line], start.column):
        rows = lines[start.line + 1 : last_line + 1]
        width = next((len(row) - len(row.lstrip(" ")) for row in rows if row.strip()), 0)
        # White space beyond the indentation is text.
        while last_line > start.line and not lines[last_line].strip() and len(lines[last_line]) <= width:
            last_line -= 1
    return Node("block text", start.line, start.column, last_line, len(lines[last_line]), content)


def _collection(event: Any) -> Node:
    shape: Shape = "mapping" if isinstance(event, MappingStartEvent) else "list"
    if event.flow_style:
        shape = "flow mapping" if shape == "mapping" else "flow list"
    mark = event.start_mark
    return Node(shape, mark.line, mark.column, mark.line, mark.column)


def _close(node: Node, event: Any) -> None:
    if not node.is_block:
        node.last_line, node.end_column = event.end_mark.line, event.end_mark.column
    elif node.entries:
        last = node.entries[-1].value
        node.last_line, node.end_column = last.last_line, last.end_column
