"""The comment by which an editor finds the schema of a manifest."""

from __future__ import annotations

from typing import Final

#: The schema of every kind; a copy in the project lets editors work offline and fit the version that wrote it.
SCHEMA: Final = "schemas/manifest.schema.json"


def schema_line(path: str) -> str:
    """Return the first line of a manifest; ``path`` leads from its folder to the schema."""
    return f"# yaml-language-server: $schema={path}\n"
