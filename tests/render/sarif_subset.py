"""What SARIF 2.1.0 says of the members we write, as a JSON Schema of our own: nothing else may be there.

The whole schema is too large to keep here and in no package; a test of the release checks with the official tool.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def closed(required: str, **members: Schema) -> Schema:
    """Return the schema of an object with these members and no others."""
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": members}


def array(items: Schema, **more: Any) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items, **more}


STRING: Schema = {"type": "string"}
TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 1}
MESSAGE = closed("text", text=TEXT, markdown=STRING)

REGION = closed("startLine startColumn", startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT)
ARTIFACT = closed(
    "uri", uri={"type": "string", "format": "uri-reference", "pattern": "^[^/]"}, uriBaseId={"const": "%SRCROOT%"}
)
LOCATION = closed(
    "physicalLocation", physicalLocation=closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION)
)

RULE = closed("id", id=TEXT, shortDescription=MESSAGE, help=MESSAGE)
DRIVER = closed(
    "name",
    name=TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=array(RULE, uniqueItems=True),
)

RESULT = closed(
    "message ruleId",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations=array(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": STRING},
)

RUN = closed(
    "tool results",
    tool=closed("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=array(RESULT),
)

LOG = closed(
    "version runs $schema",
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}, "runs": array(RUN)},
)
