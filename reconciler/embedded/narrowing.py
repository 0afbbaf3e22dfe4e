"""Conditions in SQL, as far as columns go: a first sieve, so that an index can serve where there is one.

What is made here lets every row through that matches, and perhaps others: ``matches`` has the last word. So it may
leave out what SQL says differently, and it does: only equality and order, only on columns, and no NOT.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.domain.conditions import Comparator, Condition, ConditionOperator, ConditionType, fields_of
from reconciler.embedded.columns import Column, SqlValue

#: Comparisons that are translated at most; SQLite bounds the size and depth of an expression.
MOST_COMPARISONS: Final = 16

_SIGNS: Final[Mapping[Comparator, str]] = {
    Comparator.Equals: "=",
    Comparator.GreaterThan: ">",
    Comparator.GreaterThanOrEqual: ">=",
    Comparator.LessThan: "<",
    Comparator.LessThanOrEqual: "<=",
}


def narrowing(condition: ConditionType, columns: Mapping[str, Column]) -> tuple[str, Mapping[str, SqlValue]]:
    """Return an SQL expression that every matching row fulfils, with its bindings; empty where there is none.

    ``columns`` are named by the field they hold.
    """
    if len(fields_of(condition)) > MOST_COMPARISONS:
        return "", {}
    values: dict[str, SqlValue] = {}
    return _expression(condition, columns, values) or "", values


def _expression(condition: ConditionType, columns: Mapping[str, Column], values: dict[str, SqlValue]) -> str | None:
    if isinstance(condition, Condition):
        return _comparison(condition, columns, values)
    members = [_expression(member, columns, values) for member in condition.conditions]
    known = [member for member in members if member is not None]
    complete = len(known) == len(members)
    if not known or condition.operator is ConditionOperator.Not:
        return None
    if condition.operator is ConditionOperator.Or and not complete:
        return None
    return known[0] if len(known) == 1 else f"({f' {condition.operator.value} '.join(known)})"


def _comparison(condition: Condition, columns: Mapping[str, Column], values: dict[str, SqlValue]) -> str | None:
    column, sign = columns.get(condition.field), _SIGNS.get(condition.comparator)
    operand = None if column is None else column.operand(condition.value)
    if column is None or sign is None or operand is None:
        return None
    binding = f"operand{len(values)}"
    values[binding] = operand
    return f"{column.name} {sign} :{binding}"
