"""``reconciler.yaml``: the settings of a project, read from its file or remembered from the last time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests.files import SourceFile, read_file
from reconciler.manifests.project_settings import ProjectSettings

# Every command reads this file first, so an unchanged one is read without the models and what they are built on.
if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.cache import ValidationCache
    from reconciler.manifests.problems import Problem
    from reconciler.manifests.project_models import ProjectSpec


def read_project(
    path: Path, *, cache: ValidationCache | None = None
) -> tuple[ProjectSettings | None, tuple[Diagnostic, ...]]:
    """Return the settings in a project file, or what is wrong with it."""
    source = read_file(path, root=path.parent, name=os.path.relpath(path))
    if isinstance(source, Diagnostic):
        return None, (source,)
    known = None if cache is None else cache.settings(source.digest)
    if known is not None:
        return ProjectSettings.of(known), ()
    spec = _checked(source, root=path.parent)
    if isinstance(spec, tuple):
        return None, spec
    written = spec.model_dump(mode="json", exclude_unset=True)
    if cache is not None:
        cache.remember_settings(source.digest, written)
        cache.save()
    return ProjectSettings.of(written), ()


def _checked(source: SourceFile, *, root: Path) -> ProjectSpec | tuple[Diagnostic, ...]:
    from reconciler.manifests.origins import Origin, Origins
    from reconciler.manifests.problems import Problem
    from reconciler.manifests.source import parse

    parsed = parse(source.text, file=source.name)
    if parsed.diagnostics:
        return parsed.diagnostics
    origins = Origins(root, texts={source.name: source.text})
    documents = [document for document in parsed.documents if document.data is not None]
    if len(documents) != 1:
        problem = Problem("project-file", f"a project file holds one document, this one {len(documents)}")
        return (origins.diagnose(Origin(source.name), problem),)
    spec = _spec(documents[0].data)
    if not isinstance(spec, list):
        return spec
    origin = Origin(source.name, documents[0].index)
    return in_order([origins.diagnose(origin, problem) for problem in spec])


def _spec(document: Json) -> ProjectSpec | list[Problem]:
    from reconciler.manifests.documents import kind_of, read_as, schema_problems
    from reconciler.manifests.models import ProjectManifest
    from reconciler.manifests.problems import Problem

    kind = kind_of(document)
    if not isinstance(kind, str):
        return kind
    if kind != "Project":
        return [
            Problem("unknown-kind", f"a project file is of kind Project, not {kind}", "/kind", "write kind: Project")
        ]
    problems = schema_problems(document, kind=kind)
    if problems:
        return problems
    manifest = read_as(ProjectManifest, document)
    return manifest if isinstance(manifest, list) else manifest.spec
