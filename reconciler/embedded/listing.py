"""Listings: how the rows of a table are searched, ordered, and gone on with after the last one seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from reconciler.domain.conditions import ConditionType
from reconciler.embedded.columns import Column, SqlValue
from reconciler.embedded.narrowing import narrowing


class Row(NamedTuple):
    """One record as a listing finds it, with the value it is sorted by and the key that tells it apart."""

    sort_value: SqlValue
    key: str
    org_id: str
    document: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a listing is to give.

    Attributes:
        field: What is sorted by, a dotted path into the record; ties are broken by key and organization.
        descending: Whether the greatest comes first.
        after: The row to go on after.
        condition: What is looked for; rows that cannot fulfil it may be left out, and need not be.
    """

    field: str
    descending: bool
    after: tuple[SqlValue, str, str] | None = None
    condition: ConditionType | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records: the column that tells those of one organization apart, and the columns by field."""

    name: str
    key: str
    columns: Mapping[str, Column]


_DOCUMENT: Final = "coalesce(json_extract(document, :path), '')"


def listed(
    connection: sqlite3.Connection, table: Table, search: Search, *, where: Sequence[str], org_id: str | None
) -> Iterator[Row]:
    """Return the rows that fulfil ``where``, which may name ``:org_id``, in the order of the search."""
    column = table.columns[search.field].name if search.field in table.columns else _DOCUMENT
    values: dict[str, SqlValue | None] = {"org_id": org_id, "path": _json_path(search.field)}
    conditions = list(where)
    if search.after is not None:
        sign = "<" if search.descending else ">"
        conditions.append(f"({column}, {table.key}, org_id) {sign} (:value, :key, :owner)")
        values["value"], values["key"], values["owner"] = search.after
    if search.condition is not None:
        expression, operands = narrowing(search.condition, table.columns)
        conditions += [expression] if expression else []
        values |= operands
    way = "DESC" if search.descending else "ASC"
    # Only our own words are put into the text; what callers say is bound.
    statement = (
        f"SELECT {column}, {table.key}, org_id, document FROM {table.name} WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY {column} {way}, {table.key} {way}, org_id {way}"
    )
    return map(Row._make, connection.execute(statement, values))


def _json_path(field: str) -> str:
    return "$" + "".join(f'."{segment}"' for segment in field.split("."))
