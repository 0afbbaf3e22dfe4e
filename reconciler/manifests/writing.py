"""A manifest as text, in the canonical form that ``fmt`` leaves as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from reconciler.manifests.formatting import FIELD_ORDER
from reconciler.manifests.rows import indented
from reconciler.manifests.scalar_text import block, scalar
from reconciler.manifests.variables import escaped

if TYPE_CHECKING:
    from reconciler.domain.values import Json

_ENVELOPE: Final = ("apiVersion", "kind", "metadata", "spec", "lifecycle")


def written(manifest: Mapping[str, Json]) -> str:
    """Return a manifest as YAML: keys in canonical order, lists an entry a line, texts of several lines as blocks.

    Its values are what they are: what would refer to a variable is escaped.
    """
    order = FIELD_ORDER.get(str(manifest.get("kind")), ())
    ordered = {key: escaped(member) for key, member in _in_order(manifest, _ENVELOPE).items()}
    spec = ordered.get("spec")
    if isinstance(spec, dict):
        ordered["spec"] = _in_order(spec, order)
    return "\n".join(_mapping(ordered)) + "\n"


def _in_order(members: Mapping[str, Json], order: Sequence[str]) -> dict[str, Json]:
    known = {key: members[key] for key in order if key in members}
    return known | {key: member for key, member in members.items() if key not in known}


def _mapping(members: Mapping[str, Json]) -> list[str]:
    lines: list[str] = []
    for key, member in members.items():
        head, below = f"{scalar(key)}:", _value(member)
        if _opens(member):
            lines += [head, *indented(below)]
        else:
            lines += [f"{head} {below[0]}", *indented(below[1:])]
    return lines


def _list(members: Sequence[Json]) -> list[str]:
    lines: list[str] = []
    for member in members:
        first, *rest = _value(member)
        lines += [f"- {first}", *indented(rest)]
    return lines


def _opens(value: Json) -> bool:
    """Return True for what begins on the line below its key."""
    return isinstance(value, dict | list) and bool(value)


def _value(value: Json) -> list[str]:
    match value:
        case dict():
            return _mapping(value) or ["{}"]
        case list():
            return _list(value) or ["[]"]
        case str():
            return block(value) or [scalar(value)]
        case _:
            return [_word(value)]


def _word(value: int | float | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case _:
            return str(value)


def _number(value: float) -> str:
    """Return a float with a point in it: readers of YAML 1.1 take 1e+16 for text."""
    digits, exponent, power = repr(value).partition("e")
    return f"{digits if '.' in digits else digits + '.0'}{exponent}{power}" if exponent else digits
