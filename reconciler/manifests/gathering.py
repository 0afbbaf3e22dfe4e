"""From the files of a project to its resources: documents sorted by kind, layers merged, every problem kept."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.domain.address import Address, Kind
from reconciler.manifests.checks import repeated_parameters, resource_problems
from reconciler.manifests.claims import Claims, declared_twice
from reconciler.manifests.conversion import lifecycle_of, spec_of
from reconciler.manifests.desired import ParameterSet, Resource
from reconciler.manifests.environment_layer import Overlay
from reconciler.manifests.files import SourceFile, read_file
from reconciler.manifests.known import Known
from reconciler.manifests.layering import is_layered
from reconciler.manifests.laying import Laying, target_of
from reconciler.manifests.origins import Origin, Origins
from reconciler.manifests.overlays import by_name, overlaid, with_sets
from reconciler.manifests.problems import Problem
from reconciler.manifests.suggestions import did_you_mean

# Parsers, models and schemas are loaded by the methods that judge a document: a run whose documents are all known to be
# valid needs none of them, and they take as long to load as 2,000 of its documents.
if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.action_json import ActionFile
    from reconciler.manifests.pruning import Pruned


#: A document and where it stands.
_Placed = tuple[Origin, dict[str, Any]]

#: The kinds that a plan can change, as manifests write them.
_RESOURCES: Final = frozenset(kind.value for kind in Kind)


@dataclass(slots=True)
class Gathering:
    """What has been gathered so far; one file after the other through :meth:`take`, then :meth:`finish` once."""

    root: Path
    known: Known
    origins: Origins
    overlay: Overlay = field(default_factory=Overlay)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    resources: dict[Address, Resource] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    digests: dict[str, str] = field(default_factory=dict)
    _claims: Claims = field(init=False)
    _sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    _used_sets: set[str] = field(default_factory=set)
    _broken_sets: set[str] = field(default_factory=set)
    _layered: list[tuple[Origin, dict[str, Any]]] = field(default_factory=list)
    _unread: set[tuple[str, int, int] | None] = field(default_factory=set)
    _strays: dict[str, Diagnostic | None] = field(default_factory=dict)
    _action_files: dict[str, ActionFile | Problem | None] = field(default_factory=dict)
    _laying: Laying = field(init=False)

    def __post_init__(self) -> None:
        """Read the patches first: they are needed from the first document on."""
        self._claims = Claims(self.origins)
        self._laying = Laying(self.overlay, self.origins)
        self.diagnostics += self._laying.begin(self.root)

    def take(self, file: SourceFile) -> None:
        """Read the documents of one file."""
        self.digests[file.name] = file.digest
        if file.location is None:
            self.origins.texts[file.name] = file.text
        else:
            self.origins.locations[file.name] = file.location
        for origin, document in self._documents(file):
            kind = document["kind"]
            self.counts[kind] += 1
            self._sort(origin, kind, document)

    def finish(self) -> None:
        """Merge what consists of layers, once every parameter set is known."""
        for origin, document in self._layered:
            self._add_layered(origin, document)
        self._layered.clear()
        for origin, problem in self._laying.stray():
            self._report(origin, [problem])
        for name in self._strays.keys() - self._action_files.keys():
            # What was left out is no part of the project: a saved plan among the manifests must not change it.
            del self.digests[name]
            if stray := self._strays[name]:
                self.diagnostics.append(stray)

    def parameter_sets(self) -> tuple[ParameterSet, ...]:
        """Return every parameter set by name in order; who uses them is known once all is merged."""
        return tuple(
            ParameterSet(name, parameters, *self.origins.sets[name], is_used=name in self._used_sets)
            for name, parameters in sorted(self._sets.items())
        )

    # -- documents

    def _documents(self, file: SourceFile) -> list[_Placed]:
        """Return the valid documents of a file; what is wrong with the others is reported."""
        rows = self.known.rows(file)
        if rows is None:
            return self._faulty(file)
        begun = [(self._begun(file, index, line, column), document) for index, line, column, document in rows]
        if not self._laying.changes(file):
            return begun
        valued = [(origin, self._with_values(file, origin, document)) for origin, document in begun]
        return self._patched(file, [(origin, document) for origin, document in valued if document is not None])

    def _patched(self, file: SourceFile, documents: list[_Placed]) -> list[_Placed]:
        """Return documents under their patches; a changed one is judged, for it may be valid no more."""
        whole = [(origin, document, self._laying.patched(origin, document)) for origin, document in documents]
        return [
            (origin, changed)
            for origin, document, changed in whole
            if changed is document or self._is_valid(file, origin, changed)
        ]

    def _with_values(self, file: SourceFile, origin: Origin, written: dict[str, Any]) -> dict[str, Any] | None:
        """Return a document with the values of variables; None where it is then not valid, which is reported."""
        document, problems = self._laying.substituted(written)
        if document is written:
            return written
        self._report(origin, problems)
        # What could not be substituted is left out, so that the rest is judged in the same run.
        if not self._is_valid(file, origin, document, unknown=problems) or not isinstance(document, dict):
            self._laying.seen.add(target_of(document))
            return None
        return document

    def _faulty(self, file: SourceFile) -> list[_Placed]:
        from reconciler.manifests.documents import kind_of
        from reconciler.manifests.source import parse

        parsed = parse(file.text, file=file.name)
        self.diagnostics += parsed.diagnostics
        self._unread.update(_begins(each) for each in parsed.diagnostics)
        documents: list[_Placed] = []
        for document in parsed.documents:
            origin = self._begun(file, document.index, document.line, document.column)
            # What is no manifest of ours may speak of variables of its own.
            is_manifest = isinstance(kind_of(document.data), str)
            data, problems = self._laying.substituted(document.data) if is_manifest else (document.data, [])
            self._report(origin, problems)
            if self._is_valid(file, origin, data, unknown=problems) and isinstance(data, dict):
                documents.append((origin, data))
            else:
                self._laying.seen.add(target_of(data))
        return self._patched(file, documents)

    def _begun(self, file: SourceFile, index: int, line: int, column: int) -> Origin:
        origin = Origin(file.name, index)
        self.origins.starts[origin] = (line, column)
        return origin

    def _is_valid(self, file: SourceFile, origin: Origin, document: Json, *, unknown: Sequence[Problem] = ()) -> bool:
        """Say whether a document is valid, and report why not; of ``unknown`` values it is known that they are not."""
        from reconciler.manifests.documents import kind_of, schema_problems
        from reconciler.manifests.pruning import pruned

        kind = kind_of(document)
        if not isinstance(kind, str):
            self._report_unknown(file, origin, kind, is_ours=_is_ours(document))
            return False
        known = pruned(document, unknown)
        beside = {problem.pointer for problem in unknown}
        found = map(known.in_whole, schema_problems(known.rest, kind=kind))
        problems = [each for each in found if each.pointer not in beside]
        if problems or unknown:
            self._report(origin, problems)
            if kind == "ParameterSet":
                self._broken_sets.add(_name_of(document))
            self._judge_rest(origin, kind, pruned(document, [*unknown, *problems]))
            return False
        # What consists of layers is held against its model once it is whole.
        return is_layered(kind, document) or self._fits_model(origin, kind, document)

    def _fits_model(self, origin: Origin, kind: str, document: Json) -> bool:
        from reconciler.manifests.documents import model_problems

        problems = model_problems(document, kind=kind)
        self._report(origin, problems)
        return not problems

    def _judge_rest(self, origin: Origin, kind: str, sound: Pruned) -> None:
        """Report what else is wrong with a broken resource; between resources it then counts as unknown."""
        from reconciler.manifests.documents import model_problems

        document = sound.rest
        if kind not in _RESOURCES or not isinstance(document, dict) or model_problems(document, kind=kind):
            return
        resource = _resource(origin, kind, document)
        problems = [each for each in _own_problems(resource, document) if each.severity is Severity.ERROR]
        self._report(origin, map(sound.in_whole, problems))
        self._claim(resource.address, origin)

    def _report_unknown(self, file: SourceFile, origin: Origin, problems: list[Problem], *, is_ours: bool) -> None:
        from reconciler.manifests.documents import NOT_A_MANIFEST

        is_stray = problems[0].rule == NOT_A_MANIFEST and file.name.endswith(".json") and not file.explicit
        if not is_stray:
            self._report(origin, problems)
            return
        # Folders hold other JSON too; an action file that a manifest starts from is not even worth a warning, nor is
        # what this tool itself writes.
        [problem] = problems
        stray = replace(problem, severity=Severity.WARNING, summary="this JSON file is no manifest and was left out")
        self._strays[file.name] = None if is_ours else self.origins.diagnose(origin, stray)

    def _report(self, origin: Origin, problems: Iterable[Problem]) -> None:
        found = [self.origins.diagnose(origin, problem) for problem in problems]
        # What stands in for a value that cannot be read is not what was written.
        self.diagnostics += [each for each in found if _begins(each) not in self._unread]

    # -- kinds

    def _sort(self, origin: Origin, kind: str, document: dict[str, Any]) -> None:
        if is_layered(kind, document):
            self._layered.append((origin, document))
        elif kind in _RESOURCES:
            self._keep(origin, kind, document, own=document)
        elif kind == "ParameterSet":
            self._add_set(origin, document)

    def _keep(self, origin: Origin, kind: str, document: dict[str, Any], *, own: dict[str, Any]) -> None:
        """Keep the resource of a whole document; ``own`` is what its manifest writes of it."""
        resource = _resource(origin, kind, document)
        self._report(origin, _own_problems(resource, own))
        if self._claim(resource.address, origin):
            self.resources[resource.address] = resource

    def _claim(self, address: Address, origin: Origin) -> bool:
        """Return whether a name is new; report it where it is not, or nearly not."""
        problem = self._claims.claim(address, origin)
        if problem is None:
            return True
        self._report(origin, [problem])
        return problem.severity is not Severity.ERROR

    def _add_set(self, origin: Origin, document: dict[str, Any]) -> None:
        name, parameters = document["metadata"]["name"], document["spec"]["parameters"]
        self._report(origin, repeated_parameters(parameters, pointer="/spec/parameters"))
        if name in self._sets:
            first = self.origins.find(self.origins.sets[name], "/metadata/name")
            self._report(origin, [declared_twice(f'parameter set "{name}"', first)])
            return
        self._sets[name] = by_name(parameters)
        self.origins.sets[name] = origin

    # -- layers

    def _add_layered(self, origin: Origin, document: dict[str, Any]) -> None:
        own = document["spec"]
        spec = own
        if "from" in own:
            base = self._action_file(origin, own["from"])
            if base is None:
                self._claim(Address(Kind.ACTION, document["metadata"]["name"]), origin)
                return
            self._compare_names(origin, document["metadata"]["name"], base)
            spec = overlaid(base.spec, own)
        merged = with_sets(spec, [self._sets[name] for name in self._known_sets(origin, own)])
        if "from" in own:
            from reconciler.manifests.documents import schema_problems

            problems = schema_problems({**document, "spec": merged}, kind="Action")
            if problems:
                self._report(origin, problems)
                self._claim(Address(Kind.ACTION, document["metadata"]["name"]), origin)
                return
        whole = {**document, "spec": merged}
        if self._fits_model(origin, "Action", whole):
            self._keep(origin, "Action", whole, own=document)

    def _known_sets(self, origin: Origin, own: dict[str, Any]) -> list[str]:
        names: list[str] = own.get("parameter_sets", [])
        unknown = [
            Problem(
                "unknown-parameter-set",
                f'there is no parameter set "{name}"',
                f"/spec/parameter_sets/{index}",
                did_you_mean(name, self._sets) or "write a ParameterSet of that name",
            )
            for index, name in enumerate(names)
            if name not in self._sets and name not in self._broken_sets
        ]
        self._report(origin, unknown)
        self._used_sets.update(names)
        return [name for name in names if name in self._sets]

    def _compare_names(self, origin: Origin, name: str, base: ActionFile) -> None:
        if base.name is None or base.name == name:
            return
        problem = Problem(
            "other-name",
            f'the action file is of "{base.name}", this manifest of "{name}"',
            "/spec/from",
            "metadata.name counts; make the two the same",
            severity=Severity.WARNING,
        )
        self._report(origin, [problem])

    def _action_file(self, origin: Origin, written: str) -> ActionFile | None:
        """Return what an action file gives, each read once; None when it is wrong, which is reported."""
        source = self._source_of(origin, written)
        if isinstance(source, Diagnostic):
            summary = f'cannot read "{written}": {source.summary}'
            self.diagnostics.append(replace(source, summary=summary, span=self.origins.find(origin, "/spec/from")))
            return None
        self.origins.action_files[origin] = source.name
        if source.name not in self._action_files:
            self.digests[source.name] = source.digest
            self._action_files[source.name] = self._read_action_file(source)
        found = self._action_files[source.name]
        if isinstance(found, Problem):
            self._report(origin, [found])
            return None
        return found

    def _source_of(self, origin: Origin, written: str) -> SourceFile | Diagnostic:
        beside = self.origins.locations.get(origin.file)
        folder = self.root.absolute() if beside is None else Path(beside).parent
        path = Path(os.path.normpath(folder / written))
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root)):
            return Diagnostic(
                "outside-project",
                "it lies outside of the project",
                hint="copy the file into the project",
            )
        if "\\" in written and not os.path.lexists(path):
            hint = f'write "{PureWindowsPath(written).as_posix()}", relative to this manifest'
            return Diagnostic("missing-file", "a backslash separates no folders here", hint=hint)
        return read_file(path, root=self.root)

    def _read_action_file(self, source: SourceFile) -> ActionFile | Problem | None:
        """Return what a file gives; None when it is wrong, which is reported, or why no manifest can start from it."""
        from reconciler.manifests.action_json import is_manifest, not_an_action_file, read_action
        from reconciler.manifests.source import parse

        if source.location is not None:
            self.origins.locations[source.name] = source.location
        parsed = parse(source.text, file=source.name)
        self.diagnostics += parsed.diagnostics
        if parsed.diagnostics:
            return None
        content = parsed.documents[0].data if parsed.documents else None
        if is_manifest(content):
            return not_an_action_file(source.name)
        action = read_action(content)
        if isinstance(action, list):
            self._report(Origin(source.name), action)
            return None
        self._report(Origin(source.name), repeated_parameters(action.spec.get("parameters"), pointer="/parameters"))
        return action


def _resource(origin: Origin, kind: str, document: dict[str, Any]) -> Resource:
    metadata, fields = document["metadata"], document["spec"]
    address = Address(Kind(kind), metadata["name"])
    return Resource(
        address,
        spec_of(address.kind, fields),
        origin.file,
        origin.document,
        lifecycle_of(document.get("lifecycle")),
        metadata.get("labels", {}),
        metadata.get("annotations", {}),
    )


def _own_problems(resource: Resource, document: dict[str, Any]) -> list[Problem]:
    declared = document["spec"]
    repeated = repeated_parameters(declared.get("parameters"), pointer="/spec/parameters")
    return repeated + resource_problems(resource, declared=declared)


def _begins(diagnostic: Diagnostic) -> tuple[str, int, int] | None:
    span = diagnostic.span
    return None if span is None else (span.file, span.line, span.column)


def _name_of(document: Json) -> str:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""


def _is_ours(document: Json) -> bool:
    """True for a saved plan and for a JSON Schema, which ``init`` writes for the editor."""
    return isinstance(document, dict) and not document.keys().isdisjoint({"plan_id", "$schema"})
