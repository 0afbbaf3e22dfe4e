"""Comments for lint: ``# reconciler: ignore[rule] reason``, and which lines each is about.

Parsed documents hold no comments, so they are looked for in the text; only a text that has the words is parsed again,
to tell a comment from a text that only looks like one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from yaml.events import DocumentStartEvent, ScalarEvent

from reconciler.diagnostics import Span
from reconciler.manifests.examine import is_json
from reconciler.manifests.syntax import BrokenText
from reconciler.manifests.yaml_events import yaml_events

_COMMENT: Final = re.compile(r"#[ \t]*reconciler:[ \t]*ignore\b[ \t]*(?:\[([^\]\n]*)\])?([^\n]*)")


#: What ends a line for YAML, as the parser that gives places counts them.
_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """One comment: the rules it names, why, its place, and the lines it is about, from 1, both included."""

    rules: tuple[str, ...]
    reason: str
    span: Span
    first_line: int
    last_line: int

    def is_about(self, span: Span) -> bool:
        """Return True when something at a place is what the comment means."""
        return span.file == self.span.file and self.first_line <= span.line <= self.last_line


@dataclass(frozen=True, slots=True)
class _Document:
    """Lines from 0: of its ``---`` (or the file's first), of its content, and behind its last."""

    top: int
    content: int
    end: int


def ignore_comments(text: str, *, file: str) -> list[IgnoreComment]:
    """Return the comments for lint in a file, in order; JSON has none."""
    if is_json(file) or not _COMMENT.search(text):
        return []
    try:
        events = list(yaml_events(text))
    except BrokenText:
        return []
    lines = _LINE_BREAK.split(text)
    documents = _documents(events, line_count=len(lines))
    scalars = [event for event in events if isinstance(event, ScalarEvent)]
    found = [(number, match) for number, line in enumerate(lines) for match in _COMMENT.finditer(line)]
    return [
        _comment(match, number, lines, documents, file=file)
        for number, match in found
        if _begins_a_comment(lines[number], match.start()) and not _is_within(scalars, number, match.start())
    ]


def _comment(
    match: re.Match[str], number: int, lines: Sequence[str], documents: Sequence[_Document], *, file: str
) -> IgnoreComment:
    first, last = _scope(number, lines, documents)
    rules = tuple(name.strip() for name in (match[1] or "").split(",") if name.strip())
    span = Span(file, number + 1, match.start() + 1, number + 1, match.start() + len(match[0].rstrip()) + 1)
    return IgnoreComment(rules, match[2].strip(" \t\r-:"), span, first + 1, last + 1)


def _scope(number: int, lines: Sequence[str], documents: Sequence[_Document]) -> tuple[int, int]:
    """Return the first and the last line, from 0, that a comment on a line is about."""
    position = bisect_right([document.top for document in documents], number) - 1
    if position < 0:
        return number, number
    document = documents[position]
    if number < document.content:
        return document.top, document.end - 1
    if not lines[number].lstrip().startswith("#"):
        return number, number
    below = number + 1
    while below < document.end and (not lines[below].strip() or lines[below].lstrip().startswith("#")):
        below += 1
    return number, min(below, document.end - 1)


def _documents(events: Sequence[Any], *, line_count: int) -> list[_Document]:
    tops: list[int] = []
    contents: list[int] = []
    for event, following in pairwise(events):
        if event.__class__ is DocumentStartEvent:
            tops.append(_mark(event.start_mark)[0] if tops else 0)
            contents.append(following.start_mark.line)
    ends = [*tops[1:], line_count][: len(tops)]
    return [_Document(*places) for places in zip(tops, contents, ends, strict=True)]


def _begins_a_comment(line: str, column: int) -> bool:
    return column == 0 or line[column - 1] in " \t"


def _is_within(scalars: Sequence[Any], line: int, column: int) -> bool:
    place = (line, column)
    return any(_mark(scalar.start_mark) <= place < _mark(scalar.end_mark) for scalar in scalars)


def _mark(mark: Any) -> tuple[int, int]:
    return mark.line, mark.column
