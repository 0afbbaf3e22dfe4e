"""The way back from a resource to the line a field was written in, layer by layer; files are read again for it.

Paths are kept, texts are not: most runs show few places, and ten thousand texts would not be small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests.desired import Resource
from reconciler.manifests.files import read_file
from reconciler.manifests.problems import Problem, Step, path_in

# Finding a place takes a parser, which a run that shows none does without.
if TYPE_CHECKING:
    from reconciler.domain.values import Json


#: What a patch says to name its document, and does not change.
_NAMES_IT: Final = frozenset({"/apiVersion", "/kind", "/metadata", "/metadata/name"})


class Origin(NamedTuple):
    """One document: the name of its file, and its index from 0."""

    file: str
    document: int = 0


@dataclass(slots=True)
class Origins:
    """Where everything was written.

    ``locations`` leads from the names of files to the files; ``texts`` has the content of those that cannot be read
    twice. ``starts`` has the line and column at which each document begins: every change of a plan is shown with that
    place, and reading its file again would take longer than planning it. ``sets`` says where each parameter set is,
    ``action_files`` which action file a document starts from, ``patches`` the documents that were laid over one, the
    last one on top, and where in them its patch begins.
    """

    root: Path
    locations: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    starts: dict[Origin, tuple[int, int]] = field(default_factory=dict)
    sets: dict[str, Origin] = field(default_factory=dict)
    action_files: dict[Origin, str] = field(default_factory=dict)
    patches: dict[Origin, list[tuple[Origin, str]]] = field(default_factory=dict)

    def __call__(self, resource: Resource, pointer: str) -> Span:
        """Return the place of a pointer in a resource; the nearest written ancestor where it was not written."""
        return self.find(Origin(resource.file, resource.document), pointer)

    def diagnose(self, origin: Origin, problem: Problem) -> Diagnostic:
        """Return the diagnostic of a document's problem, placed where the field was written."""
        span = self.find(origin, problem.pointer, at_key=problem.at_key)
        return problem.at(span, written=self._written_at(span) if problem.quoted else "")

    def find(self, origin: Origin, pointer: str, *, at_key: bool = False) -> Span:
        """Return the place of a pointer into a document, in whichever layer wrote it last."""
        if not pointer and origin in self.starts:
            return Span.at(origin.file, *self.starts[origin])
        patches = () if pointer in _NAMES_IT else self.patches.get(origin, ())
        for patch, below in reversed(patches):
            found = self._found_in(patch, below + pointer, at_key=at_key)
            if found is not None:
                return found
        text = self.text(origin.file)
        if text is None:
            return Span.at(origin.file)
        path, is_written = path_in(_document(text, origin), pointer)
        if not is_written:
            for layer, below in self._layers_below(origin, pointer):
                found = self._found_in(layer, below, at_key=at_key)
                if found is not None:
                    return found
        return _place(text, origin, path, at_key=at_key or not is_written)

    def is_written(self, origin: Origin, pointer: str) -> bool:
        """Return True when the document itself, or a layer above or below it, writes what the pointer leads to."""
        above = [(patch, below + pointer) for patch, below in self.patches.get(origin, ())]
        layers = [*above, (origin, pointer), *self._layers_below(origin, pointer)]
        return any(self._holds(layer, within) for layer, within in layers)

    def _written_at(self, span: Span) -> str:
        """Return what stands at a place of one line."""
        text = self.text(span.file)
        if text is None or span.line != span.end_line:
            return ""
        return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]

    def _holds(self, layer: Origin, pointer: str) -> bool:
        text = self.text(layer.file)
        return text is not None and path_in(_document(text, layer), pointer)[1]

    def _found_in(self, layer: Origin, pointer: str, *, at_key: bool) -> Span | None:
        text = self.text(layer.file)
        if text is None:
            return None
        path, is_written = path_in(_document(text, layer), pointer)
        return _place(text, layer, path, at_key=at_key) if is_written else None

    def _layers_below(self, origin: Origin, pointer: str) -> Sequence[tuple[Origin, str]]:
        """Return what lies below a document's own text, uppermost first, with the pointer into each."""
        layers: list[tuple[Origin, str]] = []
        if pointer.startswith("/spec/") and origin in self.action_files:
            from reconciler.manifests.action_json import pointer_in_file

            layers.append((Origin(self.action_files[origin]), pointer_in_file(pointer)))
        if pointer.startswith("/spec/parameters/"):
            text = self.text(origin.file)
            names = _set_names(_document(text, origin)) if text is not None else ()
            layers += [(self.sets[name], pointer) for name in reversed(names) if name in self.sets]
        return layers

    def text(self, file: str) -> str | None:
        """Return the text of a file that was loaded; None where it can no longer be read."""
        if file in self.texts:
            return self.texts[file]
        location = self.locations.get(file)
        return None if location is None else _read(Path(location), self.root, file)


def _place(text: str, origin: Origin, path: tuple[Step, ...], *, at_key: bool) -> Span:
    from reconciler.manifests.source import locate

    return locate(text, file=origin.file, document=origin.document, path=path, key=at_key)


def _set_names(document: Json) -> Sequence[str]:
    spec: Any = document.get("spec") if isinstance(document, Mapping) else None
    names = spec.get("parameter_sets") if isinstance(spec, Mapping) else None
    return names if isinstance(names, list) else ()


@lru_cache(maxsize=8)
def _read(path: Path, root: Path, name: str) -> str | None:
    source = read_file(path, root=root, name=name)
    return None if isinstance(source, Diagnostic) else source.text


def _document(text: str, origin: Origin) -> Json:
    return _documents(text, origin.file).get(origin.document)


@lru_cache(maxsize=8)
def _documents(text: str, file: str) -> dict[int, Json]:
    from reconciler.manifests.source import parse

    return {document.index: document.data for document in parse(text, file=file).documents}
