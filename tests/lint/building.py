"""Builders: manifests in a file, and what lint says of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.files import Found
from reconciler.manifests.lint.catalogue import names
from reconciler.manifests.lint.check import lint, manifests_of
from reconciler.manifests.loader import Sources, load_found
from reconciler.manifests.reading import SourceFile, from_bytes
from tests.manifests.building import action, trigger

#: What is given as text needs no folder.
_NOWHERE = Path("/nonexistent")

__all__ = ["action", "documents", "found", "linted", "parameter_set", "trigger"]


def documents(*texts: str) -> str:
    """Return documents as one file."""
    return "---\n".join([dedent(text) for text in texts])


def parameter_set(parameters: str, *, name: str = "shared") -> str:
    """Return a parameter set's manifest on four lines."""
    head = f"apiVersion: reconciler/v1\nkind: ParameterSet\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{parameters: {parameters}}}\n"


def linted(text: str, *, rules: tuple[str, ...] = (), file: str = "all.yaml") -> tuple[Diagnostic, ...]:
    """Return what lint finds in a file without errors: by these rules, else by every rule."""
    source = from_bytes(text.encode(), name=file, explicit=True)
    assert isinstance(source, SourceFile), source
    files = Found((source,))
    loading = load_found(Sources(files), root=_NOWHERE)
    assert not [each for each in loading.diagnostics if each.is_error], loading.diagnostics
    return lint(manifests_of(loading, files), rules=rules or names())


def found(text: str, *, rules: tuple[str, ...] = (), file: str = "all.yaml") -> list[str]:
    """Return what lint finds as ``line: rule``, in order."""
    return [f"{each.span and each.span.line}: {each.rule}" for each in linted(text, rules=rules, file=file)]
