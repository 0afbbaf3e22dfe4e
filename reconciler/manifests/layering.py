"""Which documents consist of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.domain.values import Json


def is_layered(kind: str, document: Json) -> bool:
    """Return True for an action that starts from a file or takes parameters from sets."""
    spec = document["spec"] if isinstance(document, dict) else None
    return kind == "Action" and isinstance(spec, dict) and bool(spec.keys() & {"from", "parameter_sets"})
