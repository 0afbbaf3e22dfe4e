"""The part of RoboQL that can be asked of files here: ``dataset_id = ".."``, ``path LIKE ".."``, AND, OR, brackets.

AND binds closer than OR. In a pattern of LIKE, ``%`` stands for any text and ``_`` for any character; case counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.domain.datasets import FileRecord

_TOKEN: Final = re.compile(r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>[()=]))""")

#: Brackets within brackets; a query of people has a few.
_DEEPEST: Final = 50


class UnsupportedQuery(ValueError):
    """The query is none, or asks for more than this platform can answer; the message says what."""


@dataclass(frozen=True, slots=True)
class InDataset:
    """``dataset_id = "ds_1"``."""

    dataset_id: str


@dataclass(frozen=True, slots=True)
class PathLike:
    """``path LIKE "%.bag"``."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> PathLike:
        """Return the comparison with this pattern of LIKE."""
        wild = {"%": ".*", "_": "."}
        return cls(re.compile("".join(wild.get(letter) or re.escape(letter) for letter in text), re.DOTALL))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Members joined by AND."""

    members: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Members joined by OR."""

    members: tuple[Query, ...]


Query = InDataset | PathLike | AllOf | AnyOf


def parsed(text: str) -> Query:
    """Read a query.

    Raises:
        UnsupportedQuery: It is not of the part of RoboQL that is understood here.
    """
    return _Parser(list(_tokens(text))).query()


def names(patterns: Iterable[str]) -> Query:
    """Return the query for files of these names, each a pattern of LIKE."""
    return AnyOf(tuple(PathLike.of(pattern) for pattern in patterns))


def holds(query: Query, file: FileRecord) -> bool:
    """Return True when the query takes in the file."""
    match query:
        case InDataset(dataset_id):
            return file.association_id == dataset_id
        case PathLike(pattern):
            return pattern.fullmatch(file.relative_path) is not None
        case AllOf(members):
            return all(holds(member, file) for member in members)
        case AnyOf(members):
            return any(holds(member, file) for member in members)


def datasets_of(query: Query) -> frozenset[str] | None:
    """Return the only datasets that can have files for the query; None when any may."""
    match query:
        case InDataset(dataset_id):
            return frozenset({dataset_id})
        case PathLike():
            return None
        case AllOf(members):
            named = [datasets for datasets in map(datasets_of, members) if datasets is not None]
            return frozenset.intersection(*named) if named else None
        case AnyOf(members):
            possible = [datasets_of(member) for member in members]
            named = [datasets for datasets in possible if datasets is not None]
            return frozenset().union(*named) if len(named) == len(possible) else None


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise UnsupportedQuery(f'cannot read the query from "{text[place:].strip()[:40]}" on')
        yield found.group().strip()
        place = found.end()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._depth = 0

    def query(self) -> Query:
        query = self._any()
        if self._tokens:
            raise UnsupportedQuery(f'AND or OR was expected before "{self._tokens[0]}"')
        return query

    def _any(self) -> Query:
        members = [self._all()]
        while self._takes("OR"):
            members.append(self._all())
        return members[0] if len(members) == 1 else AnyOf(tuple(members))

    def _all(self) -> Query:
        members = [self._comparison()]
        while self._takes("AND"):
            members.append(self._comparison())
        return members[0] if len(members) == 1 else AllOf(tuple(members))

    def _comparison(self) -> Query:
        field = self._next()
        if field == "(":
            return self._bracket()
        operator = self._next().upper()
        value = self._next()
        if field == "dataset_id" and operator == "=" and value[0] in "\"'":
            return InDataset(value[1:-1])
        if field == "path" and operator == "LIKE" and value[0] in "\"'":
            return PathLike.of(value[1:-1])
        raise UnsupportedQuery(
            f'this platform cannot ask for "{field} {operator} {value}":'
            ' only dataset_id = ".." and path LIKE "..", joined by AND and OR'
        )

    def _bracket(self) -> Query:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnsupportedQuery("the query has too many brackets within brackets")
        query = self._any()
        if self._next() != ")":
            raise UnsupportedQuery("a bracket is not closed")
        self._depth -= 1
        return query

    def _takes(self, word: str) -> bool:
        if self._tokens and self._tokens[0].upper() == word:
            del self._tokens[0]
            return True
        return False

    def _next(self) -> str:
        if not self._tokens:
            raise UnsupportedQuery("the query ends too early")
        return self._tokens.pop(0)
