"""How deep lists and mappings may be nested, and what is said of text that goes deeper."""

from __future__ import annotations

from typing import Final

#: Levels of lists and mappings; no manifest comes near it, and everything downstream may recurse.
DEEPEST: Final = 64

RULE: Final = "too-deep"
SUMMARY: Final = f"lists and mappings are nested more than {DEEPEST} levels deep"
HINT: Final = "no manifest needs that; check for brackets that are never closed"
