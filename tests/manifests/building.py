"""Builders: a project on disk from texts, and what loading it says."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.cache import ValidationCache
from reconciler.manifests.loader import Loading, load

ACTION = """\
    apiVersion: reconciler/v1
    kind: Action
    metadata: {name: ingest}
    spec: {uri: acme/ingest:1}
"""
TRIGGER = """\
    apiVersion: reconciler/v1
    kind: Trigger
    metadata: {name: on_upload}
    spec: {action_name: ingest, required_inputs: ["**/*.bag"]}
"""


def write(root: Path, files: dict[str, str | dict[str, Any]]) -> None:
    """Write files below ``root``; text is dedented, an object becomes JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content) if isinstance(content, str) else json.dumps(content, indent=2))


def loaded(root: Path, files: dict[str, str | dict[str, Any]], *, cache: ValidationCache | None = None) -> Loading:
    """Write files and load the folder."""
    write(root, files)
    return load(["."], root=root, cache=cache)


def action(spec: str, *, name: str = "ingest", more: str = "") -> str:
    """Return an action's manifest on four lines, ``spec`` in flow style."""
    return f"apiVersion: reconciler/v1\nkind: Action\nmetadata: {{name: {name}}}\nspec: {spec}\n{more}"


def trigger(spec: str, *, name: str = "on_upload", more: str = "") -> str:
    """Return a trigger's manifest on four lines, ``spec`` in flow style."""
    return f"apiVersion: reconciler/v1\nkind: Trigger\nmetadata: {{name: {name}}}\nspec: {spec}\n{more}"


def lines(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Return diagnostics as ``place: rule: summary``."""
    return [f"{each.span}: {each.rule}: {each.summary}" for each in diagnostics]


def rules(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Return the rules that were broken."""
    return [each.rule for each in diagnostics]
