"""The fast pass: data of files in which nothing is out of the ordinary, in one tight loop.

Ordinary means documents that are mappings, no anchors, no tags, no duplicate keys, nothing too deep and no mistakes.
Everything else raises and is left to the careful pass, so this loop decides nothing that a user would read about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.manifests.core_schema import SUSPICIOUS, PlainScalars, resolved
from reconciler.manifests.nesting import DEEPEST
from reconciler.manifests.yaml_events import NextEvent, event_source

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: A tag of nothing but ``!``, which libyaml drops without a trace.
_LONE_TAG: Final = re.compile(r"(?:^|[\s\[{,])!(?=\s)", re.MULTILINE)


class NotPlain(Exception):
    """The text needs the careful pass."""


class _PlainKeys(dict[str, str]):
    """Unquoted keys that are known to be text, each kept once: manifests share their keys."""

    limit: Final = 10_000

    def __missing__(self, text: str) -> str:
        if text == "<<" or not isinstance(_SCALARS[text], str):
            raise NotPlain
        if len(self) < self.limit:
            self[text] = text
        return text


_SCALARS: Final = PlainScalars()
_KEYS: Final = _PlainKeys()


@dataclass(frozen=True, slots=True)
class Document:
    """A document's data, its index in the file from 0, empty ones counted, and where its content starts, from 1."""

    data: Json
    index: int
    line: int
    column: int


def plain_documents(text: str) -> list[Document]:
    """Return the documents of a YAML file that holds nothing unusual.

    Raises:
        NotPlain: Something is unusual.
        NotJson: A number is not one of JSON.
        YAMLError: The text is not YAML.
        UnicodeError: The text holds half a surrogate pair.
    """
    if "!" in text and _LONE_TAG.search(text):
        raise NotPlain
    next_event = event_source(text)
    next_event()  # the stream's start
    documents: list[Document] = []
    index = -1
    while next_event().__class__ is not StreamEndEvent:
        index += 1
        root = next_event()
        if not _is_empty(root):
            line, column = root.start_mark.line + 1, root.start_mark.column + 1
            documents.append(Document(_mapping(root, next_event), index, line, column))
        next_event()  # the document's end
    return documents


def _is_empty(root: Any) -> bool:
    return isinstance(root, ScalarEvent) and not (root.value or root.style or root.tag or root.anchor)


def _mapping(start: Any, next_event: NextEvent) -> dict[str, Json]:  # noqa: C901, PLR0912  # flat for speed
    """Read one mapping with all it holds.

    One loop over locals that calls little but the parser: ten thousand files give a million events.
    """
    scalars, keys, suspicious = _SCALARS, _KEYS, SUSPICIOUS
    if start.__class__ is not MappingStartEvent or start.tag is not None or start.anchor is not None:
        raise NotPlain
    root: Any = {}
    top, in_mapping = root, True
    outer: list[Any] = []
    while True:
        event: Any = next_event()
        kind = event.__class__
        if in_mapping and kind is not MappingEndEvent:
            if kind is not ScalarEvent or event.tag is not None or event.anchor is not None:
                raise NotPlain
            key = event.value if event.style else keys[event.value]
            if key in top:
                raise NotPlain
            event = next_event()
            kind = event.__class__
        if kind is ScalarEvent:
            value: Any = event.value
            if not event.style and value[:1] in suspicious:
                value = scalars[value]
        elif kind is MappingStartEvent:
            value = {}
        elif kind is SequenceStartEvent:
            value = []
        elif kind is AliasEvent:
            raise NotPlain
        else:  # the end of a mapping or a list
            if not outer:
                return root  # type: ignore[no-any-return]  # the mapping built here
            top = outer.pop()
            in_mapping = top.__class__ is dict
            continue
        if event.tag is not None or event.anchor is not None:
            raise NotPlain
        if in_mapping:
            top[key] = value
        else:
            top.append(value)
        if kind is not ScalarEvent:
            outer.append(top)
            if len(outer) >= DEEPEST:
                raise NotPlain
            top, in_mapping = value, kind is MappingStartEvent


def plain_json(text: str) -> list[Document]:
    """Return the document of a JSON file that holds nothing unusual.

    Raises:
        NotPlain: Something is unusual or wrong.
        NotJson: A number is not one of JSON.
    """
    if "\\ud" in text or "\\uD" in text:  # half a surrogate pair, perhaps
        raise NotPlain
    try:
        data = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=resolved,
            parse_float=resolved,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as problem:
        raise NotPlain from problem
    if text.count("{") + text.count("[") > DEEPEST and not _is_shallow(data):
        raise NotPlain
    before = text[: len(text) - len(text.lstrip())]
    return [Document(data, 0, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)]


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotPlain
    return members


def _refuse(constant: str) -> Json:
    raise NotPlain(constant)


def _is_shallow(data: Json) -> bool:
    level = [data]
    for _ in range(DEEPEST):
        level = [member for value in level if isinstance(value, dict | list) for member in _members(value)]
    return not any(isinstance(value, dict | list) for value in level)


def _members(value: dict[str, Json] | list[Json]) -> Iterable[Json]:
    return value.values() if isinstance(value, dict) else value
