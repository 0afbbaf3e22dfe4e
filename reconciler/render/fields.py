"""Differences of fields as rows of text: a path and both values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reconciler.manifests.problems import segments
from reconciler.plan.model import Absent, FieldChange
from reconciler.render.values import Line, pair
from reconciler.render.visible import visible


@dataclass(frozen=True, slots=True)
class FieldView:
    """One difference: ``before`` and ``after`` on one line, None where that side has no value, or a ``block``.

    Both sides read the same where what changed is secret.
    """

    path: str
    before: str | None
    after: str | None
    block: tuple[Line, ...] = ()


def field_rows(fields: Sequence[FieldChange], *, reveal: bool = False) -> tuple[FieldView, ...]:
    """Return the rows of differences in their order; secrets stay masked unless ``reveal``."""
    rows: list[FieldView] = []
    for field in fields:
        _add_rows(rows, _path(field.pointer), field.before, field.after, reveal=reveal)
    return tuple(rows)


def field_names(fields: Sequence[FieldChange]) -> tuple[str, ...]:
    """Return the members of the spec that differ, each once, as the spec has them."""
    return tuple(dict.fromkeys([_member(field.pointer) for field in fields]))


# The fields of one resource are those of the next, and there may be a hundred thousand of them.
@lru_cache(maxsize=4096)
def _member(pointer: str) -> str:
    """Return the member of the spec that a pointer leads into."""
    return segments(pointer)[1]


@lru_cache(maxsize=4096)
def _path(pointer: str) -> str:
    """Return the way to a field inside the spec, as it is shown."""
    return visible(".".join(segments(pointer)[1:]))


def _add_rows(rows: list[FieldView], path: str, before: Any, after: Any, *, reveal: bool) -> None:
    """Add the rows of a difference: of an object that is only on one side, each of its members is one."""
    whole = after if isinstance(before, Absent) else before if isinstance(after, Absent) else None
    # A condition reads better as a whole.
    if not whole or not isinstance(whole, dict) or "comparator" in whole or "operator" in whole:
        values = pair(before, after, reveal=reveal)
        rows.append(FieldView(path, values.before, values.after, values.block))
        return
    for name, member in whole.items():
        old, new = (before, member) if isinstance(before, Absent) else (member, after)
        _add_rows(rows, f"{path}.{visible(name)}", old, new, reveal=reveal)
