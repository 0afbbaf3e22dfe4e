"""The part of RoboQL that can be asked here, read into conditions on the records of files or of datasets.

Comparisons joined by AND, OR and NOT, and brackets; AND binds closer than OR. A comparison is a field, then ``=``,
``!=``, ``<``, ``<=``, ``>``, ``>=``, ``[NOT] LIKE``, ``[NOT] CONTAINS`` or ``BEGINS_WITH`` and a value, or
``[NOT] EXISTS``, ``IS [NOT] NULL`` and none. A value is a text in quotes, a number, true or false. In a pattern of
LIKE, ``%`` stands for any text and ``_`` for any character; case counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.domain.comparisons import ConditionValue
from reconciler.domain.conditions import (
    Comparator,
    Condition,
    ConditionGroup,
    ConditionOperator,
    ConditionType,
    matches,
)
from reconciler.domain.datasets import DatasetRecord, FileRecord

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<sign>[()]|[<>!]=|[=<>])|(?P<word>[A-Za-z_][\w.-]*)|(?P<number>-?\d[\d.eE+-]*))"""
)

_NO_MORE: Final = re.compile(r"\s*\Z")

#: Brackets and NOTs within each other; a query of people has a few.
_DEEPEST: Final = 50


class UnsupportedQuery(ValueError):
    """The query is none, or asks for more than this platform can answer; the message says what."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields that queries about one kind of record may name.

    Attributes:
        kind: What the records are.
        root: What a field may begin with, to no other effect.
        fields: The fields of the record.
        names: Fields that queries name otherwise than the record.
    """

    kind: str
    root: str
    fields: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)

    def path(self, said: str) -> str:
        """Return the path into the record.

        Raises:
            UnsupportedQuery: The records have no such field.
        """
        path = said.removeprefix(self.root)
        path = self.names.get(path, path)
        if path.partition(".")[0] not in self.fields:
            raise UnsupportedQuery(f'this platform cannot ask {self.kind} for "{said}": it knows {self._known()}')
        return path

    def _known(self) -> str:
        return ", ".join(sorted(self.fields | self.names.keys()))


DATASETS: Final = Vocabulary("datasets", "dataset.", frozenset(DatasetRecord.model_fields), {"id": "dataset_id"})
FILES: Final = Vocabulary(
    "files",
    "file.",
    frozenset(FileRecord.model_fields),
    {"id": "file_id", "path": "relative_path", "dataset_id": "association_id", "dataset.id": "association_id"},
)


def parsed(text: str, vocabulary: Vocabulary = FILES) -> ConditionType:
    """Read a query.

    Raises:
        UnsupportedQuery: It is not of the part of RoboQL that is understood here.
    """
    return _Parser(list(_tokens(text)), vocabulary).query()


def names(patterns: Iterable[str]) -> ConditionType:
    """Return the query for files of these names, each a pattern of LIKE."""
    return _joined(ConditionOperator.Or, [_like(FILES.path("path"), pattern) for pattern in patterns])


def holds(query: ConditionType, file: FileRecord) -> bool:
    """Return True when the query takes in the file."""
    return matches(query, file.model_dump())


def datasets_of(query: ConditionType) -> frozenset[str] | None:
    """Return the only datasets that can have files for the query; None when any may."""
    if isinstance(query, Condition):
        named = (query.field, query.comparator) == ("association_id", Comparator.Equals)
        return frozenset({str(query.value)}) if named else None
    members = [datasets_of(member) for member in query.conditions]
    known = [datasets for datasets in members if datasets is not None]
    match query.operator:
        case ConditionOperator.And:
            return frozenset.intersection(*known) if known else None
        case ConditionOperator.Or:
            return frozenset().union(*known) if len(known) == len(members) else None
        case ConditionOperator.Not:
            return None


def _tokens(text: str) -> Iterator[str]:
    place = 0
    # Looked at in place: to copy the rest for each token would take the square of a long query's time.
    while not _NO_MORE.match(text, place):
        found = _TOKEN.match(text, place)
        if found is None:
            raise UnsupportedQuery(f'cannot read the query from "{text[place:].strip()[:40]}" on')
        yield found.group().strip()
        place = found.end()


_SIGNS: Final[Mapping[str, Comparator]] = {
    "=": Comparator.Equals,
    "!=": Comparator.NotEquals,
    ">": Comparator.GreaterThan,
    ">=": Comparator.GreaterThanOrEqual,
    "<": Comparator.LessThan,
    "<=": Comparator.LessThanOrEqual,
    "LIKE": Comparator.Like,
    "NOT LIKE": Comparator.NotLike,
    "CONTAINS": Comparator.Contains,
    "NOT CONTAINS": Comparator.NotContains,
    "BEGINS_WITH": Comparator.BeginsWith,
}
_WITHOUT_VALUE: Final[Mapping[str, Comparator]] = {
    "EXISTS": Comparator.Exists,
    "NOT EXISTS": Comparator.NotExists,
    "IS NULL": Comparator.IsNull,
    "IS NOT NULL": Comparator.IsNotNull,
}


class _Parser:
    def __init__(self, tokens: list[str], vocabulary: Vocabulary) -> None:
        self._tokens = tokens[::-1]
        self._vocabulary = vocabulary
        self._depth = 0

    def query(self) -> ConditionType:
        query = self._any()
        if self._tokens:
            raise UnsupportedQuery(f'AND or OR was expected before "{self._tokens[-1]}"')
        return query

    def _any(self) -> ConditionType:
        members = [self._all()]
        while self._takes("OR"):
            members.append(self._all())
        return _joined(ConditionOperator.Or, members)

    def _all(self) -> ConditionType:
        members = [self._member()]
        while self._takes("AND"):
            members.append(self._member())
        return _joined(ConditionOperator.And, members)

    def _member(self) -> ConditionType:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnsupportedQuery("the query has too many brackets within brackets")
        member = self._bracket() if self._takes("(") else self._negated() if self._takes("NOT") else self._comparison()
        self._depth -= 1
        return member

    def _bracket(self) -> ConditionType:
        query = self._any()
        if not self._takes(")"):
            raise UnsupportedQuery("a bracket is not closed")
        return query

    def _negated(self) -> ConditionType:
        return ConditionGroup(operator=ConditionOperator.Not, conditions=[self._member()])

    def _comparison(self) -> ConditionType:
        said = self._next()
        path = self._vocabulary.path(said)
        sign = self._next().upper()
        if sign in ("NOT", "IS"):
            sign = f"{sign} {self._next().upper()}"
        if sign == "IS NOT":
            sign = f"{sign} {self._next().upper()}"
        if sign in _WITHOUT_VALUE:
            return Condition(field=path, comparator=_WITHOUT_VALUE[sign])
        if sign not in _SIGNS:
            raise UnsupportedQuery(f'this platform cannot ask for "{said} {sign}": compare by {", ".join(_SIGNS)}')
        value = _value(self._next(), f"{said} {sign}")
        if _SIGNS[sign] in (Comparator.Like, Comparator.NotLike):
            return _like(path, str(value), _SIGNS[sign])
        return Condition(field=path, comparator=_SIGNS[sign], value=value)

    def _takes(self, word: str) -> bool:
        if self._tokens and self._tokens[-1].upper() == word:
            self._tokens.pop()
            return True
        return False

    def _next(self) -> str:
        if not self._tokens:
            raise UnsupportedQuery("the query ends too early")
        return self._tokens.pop()


def _value(said: str, before: str) -> ConditionValue:
    if said[0] in "\"'":
        return said[1:-1]
    try:
        value = json.loads(said.lower())
    except ValueError:
        value = None
    if isinstance(value, (bool, int, float)):
        return value
    raise UnsupportedQuery(f'this platform cannot ask for "{before} {said}": write a text in quotes, or a number')


def _like(path: str, pattern: str, comparator: Comparator = Comparator.Like) -> Condition:
    # A backslash is a letter here, and takes the meaning from what follows it in a condition.
    return Condition(field=path, comparator=comparator, value=pattern.replace("\\", "\\\\"))


def _joined(operator: ConditionOperator, members: list[ConditionType]) -> ConditionType:
    return members[0] if len(members) == 1 else ConditionGroup(operator=operator, conditions=members)
