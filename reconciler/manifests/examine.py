"""The careful pass over a whole file: each document with its places, and every problem.

After a syntax error the reading starts again at the next ``---``, so that one run shows the errors of every document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent, StreamStartEvent

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests.json_events import json_events
from reconciler.manifests.places import DocumentBuilder, Path, Place, TooDeep, TooManyProblems
from reconciler.manifests.syntax import BrokenText
from reconciler.manifests.yaml_events import yaml_events

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: After this many broken documents the rest of a file stays unread: each one starts the parser anew.
MOST_RESTARTS: Final = 20

_MARKER: Final = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """One document as it was written, with the place of everything in it."""

    data: Json
    index: int
    places: Mapping[Path, Place]

    @property
    def start(self) -> Span:
        """Where its content starts."""
        span = self.places[()].value
        return Span.at(span.file, span.line, span.column)


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything there is to know about a file's text."""

    documents: tuple[Written, ...]
    diagnostics: tuple[Diagnostic, ...]

    def places(self, index: int) -> Mapping[Path, Place]:
        """Return the places of the document with this index; none where it could not be read."""
        return next((document.places for document in self.documents if document.index == index), {})


def is_json(file: str) -> bool:
    """True for the name of a file that is read as JSON."""
    return file.lower().endswith(".json")


def examine(text: str, *, file: str) -> Examined:
    """Read every document with its places, and find every problem."""
    reading = _Reading(file)
    if is_json(file):
        reading.read(text, first_line=1, events=json_events(text))
    else:
        _read_yaml(reading, text)
    return Examined(tuple(reading.documents), tuple(reading.diagnostics))


def _read_yaml(reading: _Reading, text: str) -> None:
    first_line = 1
    for _ in range(MOST_RESTARTS):
        broken = reading.read(text, first_line=first_line, events=yaml_events(text))
        marker = None if broken is None else _next_marker(text, line=broken)
        if marker is None:
            return
        first_line += text.count("\n", 0, marker)
        text = text[marker:]


def _next_marker(text: str, *, line: int) -> int | None:
    """Return the index of the first ``---`` on or after a line (from 0), never the one ``text`` begins with."""
    for marker in _MARKER.finditer(text, 1):
        if text.count("\n", 0, marker.start()) >= line:
            return marker.start()
    return None


@dataclass(slots=True)
class _Reading:
    file: str
    documents: list[Written] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    index: int = -1

    def read(self, text: str, *, first_line: int, events: Iterable[Any]) -> int | None:
        """Read up to the end or the first syntax error; return the line of ``text``, from 0, where it broke."""
        line = 0
        builder = DocumentBuilder(self.file, text, first_line, self.diagnostics)
        try:
            for event in events:
                line = event.start_mark.line
                if isinstance(event, DocumentStartEvent):
                    self.index += 1
                    builder = DocumentBuilder(self.file, text, first_line, self.diagnostics)
                elif isinstance(event, DocumentEndEvent):
                    self._finish(builder)
                elif not isinstance(event, StreamStartEvent | StreamEndEvent):
                    builder.take(event)
        except TooDeep:
            return line
        except TooManyProblems:
            return None
        except BrokenText as broken:
            self.diagnostics.append(broken.diagnostic(file=self.file, first_line=first_line))
            return broken.line
        return None

    def _finish(self, builder: DocumentBuilder) -> None:
        root = builder.places[()].value
        is_empty = builder.data is None and (root.line, root.column) == (root.end_line, root.end_column)
        if not is_empty:
            self.documents.append(Written(builder.data, self.index, builder.places))
