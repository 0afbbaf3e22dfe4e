"""``reconciler.yaml``: the settings of a project, read from its file or remembered from the last time."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests.files import SourceFile, read_file
from reconciler.manifests.project_settings import ProjectSettings

# Every command reads this file first, so an unchanged one is read without the models and what they are built on.
if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.cache import ValidationCache
    from reconciler.manifests.problems import Problem


def read_project(
    path: Path, *, cache: ValidationCache | None = None, judged: Collection[str] | None = None
) -> tuple[ProjectSettings | None, tuple[Diagnostic, ...]]:
    """Return the settings in a project file, or what is wrong with it.

    Of the environments only those ``judged`` are, all of them where that is None: what is wrong with the values of
    another one is told where that one is planned.
    """
    source = read_file(path, root=path.parent, name=os.path.relpath(path))
    if isinstance(source, Diagnostic):
        return None, (source,)
    known = None if cache is None else cache.settings(source.digest)
    if known is not None:
        return ProjectSettings.of(known), ()
    written, diagnostics = _checked(source, root=path.parent, judged=judged)
    if written is None:
        return None, diagnostics
    if cache is not None and judged is None:
        cache.remember_settings(source.digest, written)
        cache.save()
    return ProjectSettings.of(written), ()


def _checked(
    source: SourceFile, *, root: Path, judged: Collection[str] | None
) -> tuple[dict[str, Any] | None, tuple[Diagnostic, ...]]:
    """Return the ``spec`` as JSON, or everything that is wrong with the file."""
    from reconciler.manifests.origins import Origin, Origins
    from reconciler.manifests.problems import Problem
    from reconciler.manifests.source import parse

    parsed = parse(source.text, file=source.name)
    if parsed.diagnostics:
        return None, parsed.diagnostics
    origins = Origins(root, texts={source.name: source.text})
    documents = [document for document in parsed.documents if document.data is not None]
    if len(documents) != 1:
        problem = Problem("project-file", f"a project file holds one document, this one {len(documents)}")
        return None, (origins.diagnose(Origin(source.name), problem),)
    spec = _spec(documents[0].data, judged)
    if isinstance(spec, dict):
        return spec, ()
    origin = Origin(source.name, documents[0].index)
    return None, in_order([origins.diagnose(origin, problem) for problem in spec])


def _spec(document: Json, judged: Collection[str] | None) -> dict[str, Any] | list[Problem]:
    from reconciler.manifests.documents import kind_of, read_as, schema_problems
    from reconciler.manifests.models import ProjectManifest
    from reconciler.manifests.problems import Problem
    from reconciler.manifests.project_checks import project_file_problems

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
    if isinstance(manifest, list):
        return manifest
    assert isinstance(document, dict)
    written = manifest.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    found = project_file_problems(ProjectSettings.of(written), document)
    return [problem for problem in found if _is_judged(problem, judged)] or written


def _is_judged(problem: Problem, judged: Collection[str] | None) -> bool:
    """Return True for a problem of the whole project, or of an environment that is judged."""
    from reconciler.manifests.problems import segments

    path = segments(problem.pointer)
    return judged is None or path[:2] != ["spec", "environments"] or path[2] in judged
