"""The reference of manifests: every field of every kind, as the models and their schemas tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from reconciler.domain.values import LEGAL_MEMORY
from reconciler.manifests.schema import schema_of

HEAD: Final = """\
# Manifests

YAML or JSON files, found recursively below what `manifests` in `reconciler.yaml` names; several documents a file, their
order never matters. Each document has this envelope, and `spec` the platform's own field names:

```yaml
apiVersion: reconciler/v1
kind: Action
metadata: { name: ros_ingest }
spec: { uri: "ghcr.io/acme/ros-ingest:1.4.0" }
lifecycle: { protect: true }
```

A manifest is the whole truth: a field left out has the platform's default, a list or map left out is empty. A key that
nobody knows is an error. YAML is read as version 1.2 has it, without surprises: `on`, `no` and `12:30:45` are text.
Where the platform stores text, numbers and truth values take quotes; the error shows what to write. Anchors and aliases
may be used, merge keys (`<<`) and tags (`!!str`) may not.

Fields in **bold** must be there. `<name>` stands for a key of yours, `[]` for an item of a list.
"""

#: What each kind is for, and what its schema does not say.
ABOUT: Final[Mapping[str, str]] = {
    "Action": "What runs: a container image with its parameters, or a variant of another action (`inherits`).",
    "Trigger": "What makes an action run: files that arrive in a dataset, and conditions on the dataset.",
    "ParameterSet": "Parameters that several actions share, merged in by `spec.parameter_sets`. It is on no platform.",
    "Project": "`reconciler.yaml`, which makes its folder a project. [environments.md](environments.md) tells of "
    "environments and variables, [ownership.md](ownership.md) of the inventory.",
    "Patch": "What an environment's overlays lay over one resource: maps merge, lists replace, null takes a key away.",
}


class Row(NamedTuple):
    """A field: where it stands, what its values are, and what it is for."""

    path: str
    values: str
    what: str


def reference() -> str:
    """Return the whole reference."""
    sections = [HEAD]
    for kind, about in ABOUT.items():
        rows = "\n".join(f"| {row.path} | {row.values} | {row.what} |" for row in rows_of(kind))
        sections.append(f"## {kind}\n\n{about}\n\n| field | values | |\n|---|---|---|\n{rows}\n")
    return "\n".join([*sections, _compute()])


def rows_of(kind: str) -> Iterator[Row]:
    """Yield every field of a kind."""
    schema = schema_of(kind)
    yield from _inside(schema, schema.get("$defs", {}), path=(), within=frozenset())


def _inside(
    field: Mapping[str, Any], definitions: Mapping[str, Any], *, path: tuple[str, ...], within: frozenset[str]
) -> Iterator[Row]:
    """Yield the fields of what a field holds; a thing within itself is not told again."""
    reference = field.get("$ref", "")
    if reference and reference in within:
        return
    inner, within = _resolved(field, definitions), within | {reference}
    for name, written in inner.get("properties", {}).items():
        if written.get("const"):
            continue  # the envelope's own words
        place = (*path, name)
        yield _row(place, _resolved(written, definitions), must=name in inner.get("required", ()))
        yield from _inside(written, definitions, path=place, within=within)
    for place, held in _held(inner, path):
        yield from _inside(held, definitions, path=place, within=within)


def _row(path: tuple[str, ...], field: Mapping[str, Any], *, must: bool) -> Row:
    shown = f"`{'.'.join(path)}`"
    return Row(f"**{shown}**" if must else shown, _values(field), _what(field))


def _held(field: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield what values and items of a field are, each with its place."""
    if isinstance(field.get("additionalProperties"), dict):
        yield (*path, "<name>"), field["additionalProperties"]
    if isinstance(field.get("items"), dict):
        yield (*path[:-1], f"{path[-1]}[]"), field["items"]
    for branch in ("then", "else"):
        if isinstance(field.get(branch), dict):
            yield path, field[branch]


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if schema.get("if") == {"type": "array"}:
        # The list form is that of action.json; the map says it all.
        return {**schema["else"], "description": schema.get("description", ""), "examples": schema.get("examples", [])}
    if "$ref" not in schema:
        return schema
    return {**definitions[schema["$ref"].rsplit("/", 1)[-1]], **schema}


def _values(field: Mapping[str, Any]) -> str:
    """Say in words what may be written."""
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    kinds = field.get("type", "map" if "if" in field else "anything")
    if kinds == "array":
        return f"list{_bounds(field)}"
    if isinstance(kinds, list):
        return " or ".join(_word(kind) for kind in kinds)
    return f"{_word(kinds)}{_bounds(field)}"


def _word(kind: str) -> str:
    return {"string": "text", "object": "map", "boolean": "`true` or `false`", "number": "number", "null": "null"}.get(
        kind, kind
    )


def _bounds(field: Mapping[str, Any]) -> str:
    if "maxLength" in field:
        return f", at most {field['maxLength']} characters"
    if "maximum" in field:
        return f", {field['minimum']} to {field['maximum']}"
    if "minimum" in field:
        return f", from {field['minimum']}"
    if "minItems" in field:
        return f", at least {field['minItems']}"
    return ""


def _what(field: Mapping[str, Any]) -> str:
    words = str(field.get("description", "")).replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
    default = field.get("default")
    if default not in (None, [], {}):
        words += f" Default: `{json.dumps(default)}`."
    examples = [each for each in field.get("examples", ()) if not isinstance(each, dict)]
    if examples:
        words += f" For example `{json.dumps(examples[0])}`."
    return words


def _compute() -> str:
    rows = "\n".join(
        f"| {vcpu} | {', '.join(str(amount) for amount in amounts)} |" for vcpu, amounts in LEGAL_MEMORY.items()
    )
    head = "## vCPU and memory\n\nWhat fits together: CPU units, and MiB of memory."
    return f"{head}\n\n| vCPU | memory |\n|---|---|\n{rows}\n"
