"""From the strict schemas to those for editors, which let a reference stand where a variable's value will.

The tool itself holds manifests against the strict schemas, once the values are in them. Of a document without
references both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

_REFERENCE: Final = r"\$\{var\.[a-z0-9_]+\}"

#: Where the value is text, a reference may be a part of it; elsewhere it is all of it.
_IN_TEXT: Final[Schema] = {"type": "string", "pattern": _REFERENCE}
_ALONE: Final[Schema] = {"type": "string", "pattern": rf"^{_REFERENCE}$"}

_ANNOTATIONS: Final = ("title", "description", "examples", "default")
_LIMITS: Final = frozenset({"enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"})

#: Keywords whose values are schemas by name, lists of schemas, and schemas.
_BY_NAME: Final = ("properties", "$defs")
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE: Final = ("items", "additionalProperties", "then", "else")

#: What says of which kind a document is, and is never a variable's value.
_FIXED: Final = frozenset({"apiVersion", "kind"})


def for_editors(schema: Mapping[str, Any]) -> Schema:
    """Return a schema that accepts what this one does, and references to variables in place of values."""
    opened: Schema = dict(schema)
    for keyword in _BY_NAME:
        if keyword in opened:
            members = opened[keyword].items()
            opened[keyword] = {name: each if name in _FIXED else for_editors(each) for name, each in members}
    for keyword in _LISTS:
        if keyword in opened:
            opened[keyword] = [for_editors(each) for each in opened[keyword]]
    for keyword in _SINGLE:
        if isinstance(opened.get(keyword), Mapping):
            opened[keyword] = for_editors(opened[keyword])
    return _or_reference(opened)


def _or_reference(schema: Schema) -> Schema:
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    limited = schema.keys() & _LIMITS
    if kinds & {"object", "array"} or not (limited or kinds) or ("string" in kinds and not limited):
        return schema
    reference = _IN_TEXT if "string" in kinds else _ALONE
    outer: Schema = {keyword: schema[keyword] for keyword in _ANNOTATIONS if keyword in schema}
    inner = {keyword: value for keyword, value in schema.items() if keyword not in outer}
    return {**outer, "if": reference, "then": {}, "else": inner}
