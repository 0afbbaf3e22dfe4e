"""Differences of fields as rows of text: a path and both values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        path = visible(".".join(_path(field)))
        _add_rows(rows, path, field.before, field.after, reveal=reveal)
    return tuple(rows)


def field_names(fields: Sequence[FieldChange]) -> tuple[str, ...]:
    """Return the members of the spec that differ, each once, as the spec has them."""
    return tuple(dict.fromkeys(_path(field)[0] for field in fields))


def _path(field: FieldChange) -> list[str]:
    """Return the way to a field inside the spec."""
    return segments(field.pointer)[1:]


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
