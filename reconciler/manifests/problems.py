"""``Problem``: what is wrong with one document, placed by JSON Pointer, before anybody asks for its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from reconciler.domain.values import Json

Step = str | int


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one document.

    Attributes:
        rule: Stable identifier, as in a diagnostic.
        summary: What is wrong, one line, no full stop.
        pointer: JSON Pointer of the value; ``""`` is the whole document.
        hint: What to do, one line; may be empty.
        detail: Anything longer; may be empty.
        severity: Error unless said otherwise.
        at_key: The key is wrong rather than its value.
        quoted: What the hint puts in quotes: the value as it was read, which is not always how it was written.
    """

    rule: str
    summary: str
    pointer: str = ""
    hint: str = ""
    detail: str = ""
    severity: Severity = Severity.ERROR
    at_key: bool = False
    quoted: str = ""

    def at(self, span: Span | None, *, written: str = "") -> Diagnostic:
        """Return the diagnostic of this problem at a place; ``written`` is what stands there."""
        hint = self.hint
        if self.quoted and written and written != self.quoted:
            hint = f'{hint}, or "{written}" to keep it as it is written'
        return Diagnostic(self.rule, self.summary, span, hint, self.detail, self.severity)


def pointer_of(steps: Iterable[Step]) -> str:
    """Return the JSON Pointer of a path."""
    return "".join([f"/{_escaped(str(step))}" for step in steps])


def _escaped(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1") if "~" in segment or "/" in segment else segment


def segments(pointer: str) -> list[str]:
    """Return the unescaped segments of a JSON Pointer."""
    split = pointer.split("/")[1:]
    return [segment.replace("~1", "/").replace("~0", "~") for segment in split] if "~" in pointer else split


def path_in(document: Json, pointer: str) -> tuple[tuple[Step, ...], bool]:
    """Return the path a pointer leads to, as far as it was written, and whether that is all of it.

    In a list a segment is an index, or the name of the entry: parameters may be written as a list.
    """
    path: list[Step] = []
    place = document
    for segment in segments(pointer):
        step = _step(place, segment)
        if step is None:
            return tuple(path), False
        path.append(step)
        place = place[step]  # type: ignore[index]  # _step proved that it is there
    return tuple(path), True


def _step(place: Json, segment: str) -> Step | None:
    if isinstance(place, dict):
        return segment if segment in place else None
    if not isinstance(place, list):
        return None
    if segment.isdecimal() and int(segment) < len(place):
        return int(segment)
    return _named(place, segment)


def _named(entries: Sequence[Json], name: str) -> int | None:
    for index, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("name") == name:
            return index
    return None
