"""Text to plain data, and the way back from a place in the data to its line and column.

Two passes share the work. Nearly every file is plain: :func:`parse` builds its data in one tight loop over libyaml's
events and keeps no places. Whatever is not plain (an anchor, a duplicate key, a syntax error) is read again by the
careful pass, which knows every place and finds every problem; :func:`locate` takes that way too, for the few values
somebody asks about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from yaml.error import YAMLError

from reconciler.diagnostics import Diagnostic, Span, in_order
from reconciler.manifests.core_schema import NotJson
from reconciler.manifests.examine import Examined, examine, is_json
from reconciler.manifests.plain import Document, NotPlain, plain_documents, plain_json

__all__ = ["Document", "Parsed", "locate", "parse"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds.

    A document with a syntax error is left out; one with other problems is there, without what was refused.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def parse(text: str, *, file: str) -> Parsed:
    """Read the documents of a file: strict JSON where its name ends in ``.json``, else YAML 1.2 with core scalars.

    Never raises: whatever is wrong with the text is a diagnostic.
    """
    text = text.removeprefix("\ufeff")
    try:
        plain = plain_json(text) if is_json(file) else plain_documents(text)
    except (NotPlain, NotJson, YAMLError, UnicodeError):
        return _careful(text, file=file)
    return Parsed(tuple(plain))


def locate(text: str, *, file: str, document: int, path: Sequence[str | int], key: bool = False) -> Span:
    """Return where the value at ``path`` was written, or its key; of its nearest written ancestor where it was not.

    Keys are text and positions in lists are integers from 0. Whatever is below an alias is placed at the alias.
    """
    places = _examined(text.removeprefix("\ufeff"), file).places(document)
    steps = tuple(path)
    while steps and steps not in places:
        steps = steps[:-1]
    place = places.get(steps)
    if place is None:
        return Span.at(file)
    return place.key if key and place.key is not None else place.value


@lru_cache(maxsize=32)
def _examined(text: str, file: str) -> Examined:
    return examine(text, file=file)


def _careful(text: str, *, file: str) -> Parsed:
    examined = examine(text, file=file)
    documents = tuple(
        Document(written.data, written.index, written.start.line, written.start.column)
        for written in examined.documents
    )
    return Parsed(documents, in_order(list(examined.diagnostics)))
