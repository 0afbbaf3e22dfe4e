"""The gates between an occasion and a target: enabled, condition, patterns. Pure.

=================  ==========================================================================================
condition          looks into the occasion's records; a path that begins with no root is about the default one
a file is the      it matches any of the required patterns, and is in no hidden folder
input
a dataset is       its files together match all of them; without patterns, whatever the files are
=================  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.domain.conditions import Condition, ConditionGroup, ConditionType, field_value, matches
from reconciler.domain.platform_events import ROOTS, TRAITS
from reconciler.domain.trigger_shapes import InvokeActionTarget
from reconciler.embedded.input_patterns import compiled, without_hidden
from reconciler.embedded.occasions import Occasion


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of a condition, whether it held, and what it saw."""

    condition: Condition
    seen: Any
    held: bool


def holds(condition: ConditionType | None, occasion: Occasion) -> bool:
    """Return True when the condition lets the occasion pass; none lets all pass."""
    return condition is None or matches(_routed(condition, occasion), _view(occasion))


def leaves(condition: ConditionType | None, occasion: Occasion) -> list[Leaf]:
    """Return every comparison of a condition, in order."""
    if condition is None:
        return []
    if isinstance(condition, ConditionGroup):
        return [leaf for member in condition.conditions for leaf in leaves(member, occasion)]
    routed, view = condition.model_copy(update={"field": _route(condition.field, occasion)}), _view(occasion)
    return [Leaf(condition, field_value(view, routed.field), matches(routed, view))]


def rejection(target: InvokeActionTarget, occasion: Occasion) -> str | None:
    """Say why the occasion's files are no input for a target, whose placeholders are filled in; None when they are."""
    if occasion.file_path is not None:
        visible = without_hidden([occasion.file_path])
        taken = any(compiled(tuple(target.required_inputs)).matched(visible))
        return None if taken else f'"{occasion.file_path}" matches none of the required inputs'
    missing = occasion.paths.missing(target.required_inputs)
    return f"no file of the dataset matches {', '.join(missing)}" if missing else None


#: Conditions take the names of some records off paths; none of these begins with one.
_PREFIX: Final = "the_"


def _view(occasion: Occasion) -> Mapping[str, Any]:
    return {f"{_PREFIX}{root}": record for root, record in occasion.namespace.items()}


def _routed(condition: ConditionType, occasion: Occasion) -> ConditionType:
    if isinstance(condition, ConditionGroup):
        members = [_routed(member, occasion) for member in condition.conditions]
        return condition.model_copy(update={"conditions": members})
    return condition.model_copy(update={"field": _route(condition.field, occasion)})


def _route(path: str, occasion: Occasion) -> str:
    root, dot, rest = path.partition(".")
    if root in ROOTS:
        return f"{_PREFIX}{root}{dot}{rest}"
    return f"{_PREFIX}{TRAITS[occasion.type].roots[0]}.{path}"
