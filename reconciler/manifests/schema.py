"""From the models to JSON Schema, draft 2020-12: one schema per kind, and for editors one that covers all.

:func:`schema_of` is strict, and what manifests are held against. ``schemas/`` is for editors: references to variables
may stand there where values are expected. It holds what :func:`write` wrote; nobody edits it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.manifests.editor_schema import for_editors
from reconciler.manifests.example_documents import example_of
from reconciler.manifests.models import API_VERSION, MODELS
from reconciler.manifests.parts import Part
from reconciler.manifests.project_models import PatchFields

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BASE: Final = "https://roboto-reconciler.dev/schemas/v1"
_FILES: Final = {
    "Action": "action.schema.json",
    "Trigger": "trigger.schema.json",
    "ParameterSet": "parameter-set.schema.json",
    "Project": "project.schema.json",
    "Patch": "patch.schema.json",
}
#: Everything that has a schema: the kinds of manifests, and the patches in an environment's overlays.
_MODELS: Final[Mapping[str, type[Part]]] = {**MODELS, "Patch": PatchFields}
_COMBINED: Final = "manifest.schema.json"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file."""
    return {**{name: _for_editors(kind, schema_of(kind)) for kind, name in _FILES.items()}, _COMBINED: _combined()}


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """Return the strict schema of one kind, or of a "Patch"; nobody may change what is returned."""
    body = _MODELS[kind].model_json_schema(schema_generator=_Generator)
    named = {"$schema": _DIALECT, "$id": f"{_BASE}/{_FILES[kind]}", **body, "title": kind}
    return {**named, "examples": [example_of(kind, _MODELS[kind])]}


def write(directory: str | Path, *, existing: bool = False) -> list[str]:
    """Write every schema, or those that exist, into ``directory`` and return the names of the files that changed."""
    folder = Path(directory)
    changed = stale(folder, existing=existing)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        if name in changed:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return changed


def stale(directory: str | Path, *, existing: bool = False) -> list[str]:
    """Return the names of the schemas that ``directory`` holds in another form or, unless ``existing``, lacks."""
    folder = Path(directory)
    return [
        name
        for name, text in texts().items()
        if _content(folder / name) != text.encode() and not (existing and not (folder / name).is_file())
    ]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def texts() -> Mapping[str, str]:
    """Return the text of every schema by the name of its file."""
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()}


def _for_editors(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Variables are for what is applied: a project file declares them, and a patch is open anyway."""
    return schema if kind in ("Project", "Patch") else for_editors(schema)


def _combined() -> dict[str, Any]:
    """Return the schema of all kinds: ``kind`` picks the one whose errors count."""
    definitions: dict[str, Any] = {}
    arms: list[dict[str, Any]] = []
    for kind, model in MODELS.items():
        body = _for_editors(kind, model.model_json_schema(schema_generator=_Generator))
        # A project file comes last, and takes no references: what it shares with the others is as they have it.
        definitions = body.pop("$defs", {}) | definitions
        definitions[model.__name__] = body
        when = {"properties": {"kind": {"const": kind}}}
        arms.append({"if": when, "then": {"$ref": f"#/$defs/{model.__name__}"}})
    return {
        "$schema": _DIALECT,
        "$id": f"{_BASE}/{_COMBINED}",
        "title": "Manifest",
        "description": "One document of a reconciler project, of any kind.",
        "examples": [example_of(kind, model) for kind, model in MODELS.items()],
        "type": "object",
        "properties": {"kind": {"enum": list(MODELS), "description": "What this document describes."}},
        # What is common to all kinds is said here only where no kind says it: editors show an error as often as it is
        # found.
        "if": {"type": "object", "properties": {"kind": {"enum": list(MODELS)}}, "required": ["kind"]},
        "then": {"allOf": arms},
        "else": {
            "properties": {"apiVersion": {"const": API_VERSION, "description": "Version of the manifest format."}},
            "required": ["apiVersion", "kind", "spec"],
        },
        "$defs": dict(sorted(definitions.items())),
    }


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, held to what the models do: no nulls for fields left out, checked keys of maps."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        # Pydantic writes patternProperties, which lets every key through that does not match.
        written: JsonSchemaValue = {"type": "object"}
        if "values_schema" in schema:
            written["additionalProperties"] = self.generate_inner(schema["values_schema"])
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        if set(keys) - {"type"}:
            written["propertyNames"] = keys
        return written
