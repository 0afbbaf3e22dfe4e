"""The careful pass: documents with the place of every value and key, and every problem that can be found.

It knows what the fast pass in :mod:`reconciler.manifests.plain` leaves alone: anchors and aliases with a bound on what
they expand to, tags, merge keys, duplicate keys, keys that are not text, nesting without end. Nothing here recurses.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests import nesting
from reconciler.manifests.core_schema import NotJson, Scalar, resolved

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: How many values the aliases of one document may stand for together.
MOST_EXPANDED: Final = 10_000

#: A tag of nothing but "!", of which libyaml's events show no trace.
_LONE_TAG: Final = re.compile(r"!(?=\s|\Z)")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written, and its key if it has one."""

    value: Span
    key: Span | None = None


#: Problems of one file; past them it is not the text that is wrong but the choice of the file.
MOST_PROBLEMS: Final = 100


class TooDeep(Exception):
    """Nesting went past the limit; the rest of the document is not worth reading."""


class TooManyProblems(Exception):
    """The file has problems enough; the rest of it is not worth reading."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. ``placed`` is False below a key that was refused."""

    container: Any
    path: Path
    start: Any
    placed: bool
    is_key: bool = False
    has_key: bool = False
    key: str | None = None
    key_span: Span | None = None
    first_lines: dict[str, int] = field(default_factory=dict)
    nodes: int = 1
    height: int = 1

    @property
    def waits_for_key(self) -> bool:
        return isinstance(self.container, dict) and not self.has_key


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    nodes: int = 1
    height: int = 0


@dataclass(slots=True)
class DocumentBuilder:
    """Builds one document from its events, given one by one to :meth:`take`.

    ``first_line`` is the line of the file, from 1, at which ``text`` begins; diagnostics go to ``diagnostics``.
    """

    file: str
    text: str
    first_line: int
    diagnostics: list[Diagnostic]
    data: Json = None
    places: dict[Path, Place] = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)  # None: still open
    _expanded: int = 0
    _end: Any = None  # a mark, of the last thing written: a block's own end event comes after blank lines

    def take(self, event: Any) -> None:
        """Add one event.

        Raises:
            TooDeep: It opens a level too many; reported already.
            TooManyProblems: It is one problem too many; reported already.
        """
        outer = self._open[-1] if self._open else None
        if not isinstance(event, (ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent)):
            self._close(event)
        elif outer is not None and outer.waits_for_key:
            self._take_key(outer, event)
        else:
            self._take_value(outer, event)

    # -- keys

    def _take_key(self, outer: _Open, event: Any) -> None:
        outer.has_key, outer.key, outer.key_span = True, None, self._span(event)
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._report_collection_key(event)
            self._push(event, path=(), placed=False, is_key=True)
            return
        key = self._key_text(event)
        if key is None:
            return
        if key in outer.first_lines:
            self._report_duplicate(key, span=outer.key_span, first_line=outer.first_lines[key])
            return
        outer.first_lines[key] = outer.key_span.line
        outer.key = key

    def _key_text(self, event: Any) -> str | None:
        written = event.value if isinstance(event, ScalarEvent) else f"*{event.anchor}"
        if written == "<<" and not event.style:
            self._report(
                "merge-key",
                'merge keys ("<<") are YAML 1.1 and not supported',
                event,
                hint="write the keys out, or share parameters with spec.parameter_sets",
            )
            return None
        key = self._scalar(event) if isinstance(event, ScalarEvent) else self._alias(event).value
        if isinstance(key, str):
            return key
        self._report(
            "non-string-key",
            f"keys are text, and {written or 'an empty key'} is {_kind_of(key)}",
            event,
            hint=f'put it in quotes: "{written}":',
        )
        return None

    def _report_collection_key(self, event: Any) -> None:
        braces = self.text.startswith("{", max(event.start_mark.index - 1, 0)) and event.start_mark.index > 0
        self._report(
            "non-string-key",
            f"keys are text, and this one is {'a mapping' if isinstance(event, MappingStartEvent) else 'a list'}",
            event,
            hint='put a template in quotes: "{{ ... }}"' if braces else "write plain keys, one a line",
        )

    def _report_duplicate(self, key: str, *, span: Span, first_line: int) -> None:
        where = "on the same line" if first_line == span.line else f"on line {first_line}"
        self._add("duplicate-key", f'the key "{key}" is there twice; the first is {where}', span, "keep one of the two")

    # -- values

    def _take_value(self, outer: _Open | None, event: Any) -> None:
        path, placed, attached = self._next_place(outer)
        if isinstance(event, ScalarEvent):
            found = _Anchored(self._scalar(event))
        elif isinstance(event, AliasEvent):
            found = self._alias(event)
        else:
            found = _Anchored(self._push(event, path=path, placed=placed), nodes=0)
        if placed:
            self.places[path] = Place(self._span(event), outer.key_span if outer else None)
        if outer is None:
            self.data = found.value
            return
        self._attach(outer, found, attached=attached)

    def _next_place(self, outer: _Open | None) -> tuple[Path, bool, bool]:
        """Return the path of the value to come, whether its place is kept, and whether the value is."""
        if outer is None:
            return (), True, True
        if isinstance(outer.container, list):
            return (*outer.path, len(outer.container)), outer.placed, True
        if outer.key is None:
            return (), False, False
        return (*outer.path, outer.key), outer.placed, True

    def _attach(self, outer: _Open, found: _Anchored, *, attached: bool) -> None:
        if isinstance(outer.container, list):
            outer.container.append(found.value)
        elif attached:
            outer.container[outer.key] = found.value
        outer.has_key = False
        outer.nodes += found.nodes
        outer.height = max(outer.height, found.height + 1)

    def _scalar(self, event: ScalarEvent) -> Scalar:
        self._refuse_tag(event)
        value: Scalar = event.value
        if not event.style and event.tag is None:
            try:
                value = resolved(event.value)
            except NotJson as problem:
                self._report("not-json", str(problem), event, hint=f'put it in quotes to mean text: "{event.value}"')
        self._end = event.end_mark
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value)
        return value

    def _alias(self, event: AliasEvent) -> _Anchored:
        self._end = event.end_mark
        name = event.anchor
        if name not in self._anchors:
            self._report(
                "unknown-anchor",
                f'there is no anchor "&{name}" above this alias',
                event,
                hint=f'put it in quotes to mean text: "*{name}"',
            )
            return _Anchored(None)
        anchored = self._anchors[name]
        if anchored is None:
            self._report(
                "recursive-alias",
                f'the alias "*{name}" stands inside its own anchor "&{name}"',
                event,
                hint="write the value out",
            )
            return _Anchored(None)
        return self._expanded_alias(event, anchored)

    def _expanded_alias(self, event: AliasEvent, anchored: _Anchored) -> _Anchored:
        self._expanded += anchored.nodes
        if self._expanded > MOST_EXPANDED:
            if self._expanded - anchored.nodes <= MOST_EXPANDED:  # said once a document
                self._report(
                    "alias-expansion",
                    f"the aliases of this document stand for more than {MOST_EXPANDED:,} values",
                    event,
                    hint="write the values out, or share parameters with spec.parameter_sets",
                )
            return _Anchored(None)
        self._refuse_depth(event, len(self._open) + anchored.height)
        return _Anchored(copy.deepcopy(anchored.value), anchored.nodes, anchored.height)

    # -- lists and mappings

    def _push(self, event: Any, *, path: Path, placed: bool, is_key: bool = False) -> Any:
        self._refuse_tag(event)
        container: Any = {} if isinstance(event, MappingStartEvent) else []
        self._open.append(_Open(container, path, event, placed, is_key))
        self._refuse_depth(event, len(self._open))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        return container

    def _close(self, event: Any) -> None:
        closed = self._open.pop()
        if closed.start.flow_style or self._end is None:
            self._end = event.end_mark
        if closed.placed:
            place = self.places[closed.path]
            self.places[closed.path] = Place(self._span(closed.start, end=self._end), place.key)
        if closed.start.anchor is not None:
            self._anchors[closed.start.anchor] = _Anchored(closed.container, closed.nodes, closed.height)
        if self._open:
            outer = self._open[-1]
            outer.nodes += closed.nodes
            outer.height = max(outer.height, closed.height + 1)

    # -- problems

    def _refuse_depth(self, event: Any, depth: int) -> None:
        if depth <= nesting.DEEPEST:
            return
        self._report(nesting.RULE, nesting.SUMMARY, event, hint=nesting.HINT)
        raise TooDeep

    def _refuse_tag(self, event: Any) -> None:
        tag = event.tag
        if tag is None and not _LONE_TAG.match(self.text, event.start_mark.index):
            return
        written = (tag or "!").replace("tag:yaml.org,2002:", "!!")
        self._report(
            "yaml-tag",
            f'the tag "{written}" is not allowed: manifests are plain data',
            event,
            hint="remove the tag; quotes make any value text",
        )

    def _report(self, rule: str, summary: str, event: Any, *, hint: str) -> None:
        self._add(rule, summary, self._span(event), hint)

    def _add(self, rule: str, summary: str, span: Span, hint: str) -> None:
        if len(self.diagnostics) < MOST_PROBLEMS:
            self.diagnostics.append(Diagnostic(rule=rule, summary=summary, span=span, hint=hint))
            return
        self.diagnostics.append(
            Diagnostic(
                rule="too-many-problems",
                summary=f"this file has more than {MOST_PROBLEMS} problems; the rest of it was not read",
                span=span,
                hint="exclude it if it is no manifest",
            )
        )
        raise TooManyProblems

    def _span(self, event: Any, *, end: Any = None) -> Span:
        start, end = event.start_mark, end or event.end_mark
        first = self.first_line
        return Span(self.file, start.line + first, start.column + 1, end.line + first, end.column + 1)


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    return "a number" if isinstance(value, int | float) else "not text"
