"""The members of a JSON object, each of the type it must have: what is damaged is found where it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

Member = TypeVar("Member")


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object; every method returns one member of it, or raises ValueError with the place of what is wrong."""

    document: Mapping[str, Any]
    place: str = ""

    @classmethod
    def loads(cls, content: bytes) -> Self:
        """Read a JSON object."""
        try:
            document = json.loads(content)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except ValueError:
            raise ValueError("it is no JSON") from None
        if not isinstance(document, dict):
            raise ValueError("it is no JSON object")
        return cls(document)

    def text(self, name: str) -> str:
        """Return a text."""
        return self._member(name, str, "text")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self._member(name, list, "a list")
        if not all(isinstance(each, str) for each in found):
            raise self._wrong(name, "a list of texts")
        return tuple(found)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return self._member(name, bool, "true or false")

    def count(self, name: str) -> int:
        """Return a whole number, not below zero."""
        found = self._member(name, int, "a number")
        if isinstance(found, bool) or found < 0:
            raise self._wrong(name, "a whole number")
        return found

    def seconds(self, name: str) -> float:
        """Return a number of seconds, not below zero."""
        found = self._present(name)
        if isinstance(found, bool) or not isinstance(found, int | float) or not found >= 0:
            raise self._wrong(name, "a number of seconds")
        return float(found)

    def moment(self, name: str) -> datetime:
        """Return a time with its zone."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self._wrong(name, "a time with its zone")
        return moment

    def read(self, name: str, reading: Callable[[str], Member]) -> Member:
        """Return what a text says."""
        text = self.text(name)
        try:
            return reading(text)
        except ValueError:
            raise self._wrong(name, "any that is known") from None

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a JSON object as it is."""
        return self._member(name, dict, "an object")

    def inside(self, name: str) -> Members:
        """Return the members of an object."""
        return Members(self.mapping(name), self._at(name))

    def each(self, name: str) -> Iterator[Members]:
        """Yield the members of each object in a list."""
        for index, found in enumerate(self._member(name, list, "a list")):
            at = f"{self._at(name)}[{index}]"
            if not isinstance(found, dict):
                raise ValueError(f"{at} is not an object")
            yield Members(found, at)

    def maybe(self, name: str, reading: Callable[[str], Member]) -> Member | None:
        """Return what one of the methods above returns; None for null."""
        return None if self._present(name) is None else reading(name)

    def _member(self, name: str, kind: type[Member], called: str) -> Member:
        found = self._present(name)
        if not isinstance(found, kind):
            raise self._wrong(name, called)
        return found

    def _present(self, name: str) -> Any:
        if name not in self.document:
            raise ValueError(f"{self._at(name)} is missing")
        return self.document[name]

    def _wrong(self, name: str, called: str) -> ValueError:
        return ValueError(f"{self._at(name)} is not {called}")

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
