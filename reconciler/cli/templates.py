"""The files a new project starts with, and the action definitions that are there already."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from reconciler.domain.address import Kind, name_problem
from reconciler.manifests.schema_line import SCHEMA, schema_line

_SCHEMA_LINE: Final = schema_line(f"../{SCHEMA}")

PROJECT: Final = (
    schema_line(SCHEMA)
    + """\
apiVersion: reconciler/v1
kind: Project
metadata:
  name: {name}
spec:
  # Name the platform here once everybody agrees, or per run with --platform.
  # platform: roboto
  manifests: [actions, triggers]
  inventory:
    # What tells this project's own resources from all others: written once, never changed, never copied.
    id: {inventory}
"""
)

ACTION: Final = (
    _SCHEMA_LINE
    + """\
apiVersion: reconciler/v1
kind: Action
metadata:
  name: {name}
spec:
  uri: ghcr.io/your-org/{name}:1.0
  short_description: Count the messages of every topic in a bag.
  parameters:
    topics:
      description: Comma-separated topics; empty means all.
"""
)

ADOPTED_ACTION: Final = (
    _SCHEMA_LINE
    + """\
apiVersion: reconciler/v1
kind: Action
metadata:
  name: {name}
spec:
  from: {path}
  # Keys written here overlay the file, for example:
  # uri: ghcr.io/your-org/{image}:1.0
"""
)

TRIGGER: Final = (
    _SCHEMA_LINE
    + """\
apiVersion: reconciler/v1
kind: Trigger
metadata:
  name: {name}
spec:
  action_name: {action}
  required_inputs: ["**/*.bag"]
  enabled: true
  causes: [file_upload]
"""
)

_DEPTH: Final = 3


def schema_text() -> str:
    """Return the schema that the manifests refer to."""
    from reconciler.manifests.schema import texts

    return texts()[Path(SCHEMA).name]


def existing_definitions(folder: Path) -> dict[str, Path]:
    """Return the ``action.json`` files up to three folders down that name an action, by that name."""
    found: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder):
        depth = len(Path(parent).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < _DEPTH)
        for name in sorted(names):
            if name == "action.json" or name.endswith(".action.json"):
                _note(found, Path(parent) / name)
    return found


def _note(found: dict[str, Path], path: Path) -> None:
    try:
        definition = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    name = definition.get("name") if isinstance(definition, dict) else None
    if isinstance(name, str) and name_problem(Kind.ACTION, name) is None:
        found.setdefault(name, path)
