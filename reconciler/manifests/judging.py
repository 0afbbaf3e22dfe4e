"""Files without fault: their documents, parsed and accepted by the schema and the model of their kind.

A document that refers to variables is accepted as it is, whatever environment it is read for: what becomes of it there
is judged each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.manifests.documents import kind_of, model_problems, schema_problems
from reconciler.manifests.files import SourceFile
from reconciler.manifests.layering import is_layered
from reconciler.manifests.source import parse
from reconciler.manifests.variables import HINT, has_reference

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: A valid document: its index in its file from 0, the line and the column at which it begins from 1, and its data.
Row = list[Any]


def flawless(file: SourceFile) -> list[Row] | None:
    """Return the documents of a file that is without fault; None for any other file."""
    parsed = parse(file.text, file=file.name)
    refers = HINT.search(file.text) is not None
    if parsed.diagnostics or not all(_is_valid(document.data, refers=refers) for document in parsed.documents):
        return None
    return [[each.index, each.line, each.column, each.data] for each in parsed.documents]


def _is_valid(document: Json, *, refers: bool) -> bool:
    kind = kind_of(document)
    if isinstance(kind, str) and refers and has_reference(document):
        return True
    if not isinstance(kind, str) or schema_problems(document, kind=kind):
        return False
    # What consists of layers is held against its model once it is whole.
    return is_layered(kind, document) or not model_problems(document, kind=kind)
