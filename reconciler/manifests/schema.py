"""From the models to JSON Schema, draft 2020-12: one schema per kind and one for editors that covers all.

``schemas/`` holds what :func:`write` wrote; nobody edits it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.manifests.models import API_VERSION, MODELS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BASE: Final = "https://roboto-reconciler.dev/schemas/v1"
_FILES: Final = {
    "Action": "action.schema.json",
    "Trigger": "trigger.schema.json",
    "ParameterSet": "parameter-set.schema.json",
    "Project": "project.schema.json",
}
_COMBINED: Final = "manifest.schema.json"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file."""
    return {**{_FILES[kind]: schema_of(kind) for kind in MODELS}, _COMBINED: _combined()}


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """Return the schema of one kind; nobody may change what is returned."""
    body = MODELS[kind].model_json_schema(schema_generator=_Generator)
    return {"$schema": _DIALECT, "$id": f"{_BASE}/{_FILES[kind]}", **body, "title": kind}


def write(directory: str | Path) -> list[str]:
    """Write every schema into ``directory`` and return the names of the files that changed."""
    folder = Path(directory)
    changed = stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        if name in changed:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return changed


def stale(directory: str | Path) -> list[str]:
    """Return the names of the schemas that ``directory`` lacks or holds in another form."""
    folder = Path(directory)
    return [name for name, text in texts().items() if _content(folder / name) != text.encode()]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def texts() -> Mapping[str, str]:
    """Return the text of every schema by the name of its file."""
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()}


def _combined() -> dict[str, Any]:
    """Return the schema of all kinds: ``kind`` picks the one whose errors count."""
    definitions: dict[str, Any] = {}
    arms: list[dict[str, Any]] = []
    for kind, model in MODELS.items():
        body = model.model_json_schema(schema_generator=_Generator)
        definitions |= body.pop("$defs", {})
        definitions[model.__name__] = body
        when = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        arms.append({"if": when, "then": {"$ref": f"#/$defs/{model.__name__}"}})
    return {
        "$schema": _DIALECT,
        "$id": f"{_BASE}/{_COMBINED}",
        "title": "Manifest",
        "description": "One document of a reconciler project, of any kind.",
        "type": "object",
        "required": ["apiVersion", "kind", "spec"],
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "Version of the manifest format."},
            "kind": {"enum": list(MODELS), "description": "What this document describes."},
        },
        "allOf": arms,
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
