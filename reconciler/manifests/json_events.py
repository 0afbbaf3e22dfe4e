"""Strict JSON as YAML's events, with places, so that one builder serves both.

Written as a flat machine over tokens: nesting without end costs nothing, and each mistake is named in plain words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from yaml.error import Mark
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.manifests.syntax import BrokenText

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_WORD: Final = re.compile(r"[\w.+\-]+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class _Awaits(Enum):
    """What may come next, in the words of a message."""

    VALUE = "a value"
    ITEM = "a value after the comma"
    ITEM_OR_END = 'a value or "]"'
    KEY = "a key in double quotes after the comma"
    KEY_OR_END = 'a key in double quotes or "}"'
    COLON = '":" after the key'
    COMMA_OR_LIST_END = '"," or "]"'
    COMMA_OR_OBJECT_END = '"," or "}"'
    NOTHING = "the end of the file"


def json_events(text: str) -> Iterator[Event]:
    """Yield the events of a JSON text: one document.

    Raises:
        BrokenText: The text is not JSON.
    """
    return _Machine(text).events()


@dataclass(slots=True)
class _Machine:
    text: str
    awaits: _Awaits = _Awaits.VALUE
    at: int = 0
    line: int = 0
    line_start: int = 0
    open: list[tuple[str, Mark]] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        start = self._skip_space()
        yield DocumentStartEvent(start, start)
        while True:
            start = self._skip_space()
            if self.at == len(self.text):
                break
            event = self._next(self.text[self.at], start)
            if event is not None:
                yield event
        if self.awaits is not _Awaits.NOTHING:
            raise self._unfinished(start)
        yield DocumentEndEvent(start, start)

    def _next(self, character: str, start: Mark) -> Event | None:
        match character:
            case '"':
                return self._string(start)
            case "{" | "[":
                return self._opened(character, start)
            case "}" | "]":
                return self._closed(character, start)
            case "," | ":":
                self._separate(character, start)
                return None
            case _:
                return self._word(start)

    # -- tokens

    def _string(self, start: Mark) -> Event:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self._broken_string(start)
        is_key = self.awaits in (_Awaits.KEY, _Awaits.KEY_OR_END)
        if is_key:
            self.awaits = _Awaits.COLON
        else:
            self._begin_value(start)
        value = json.loads(found.group())
        if not _is_unicode(value):
            raise _broken("the string holds half a surrogate pair", start, hint="write both halves, or the character")
        self.at = found.end()
        if not is_key:
            self._end_value()
        return ScalarEvent(None, None, (False, True), value, start, self._mark(), style='"')

    def _word(self, start: Mark) -> Event:
        found = _WORD.match(self.text, self.at)
        word = found.group() if found else self.text[self.at]
        if word not in ("true", "false", "null") and not _NUMBER.fullmatch(word):
            raise self._foreign(word, start)
        self._begin_value(start)
        self.at += len(word)
        self._end_value()
        return ScalarEvent(None, None, (True, False), word, start, self._mark())

    def _opened(self, bracket: str, start: Mark) -> Event:
        self._begin_value(start)
        self.at += 1
        self.open.append((bracket, start))
        if bracket == "[":
            self.awaits = _Awaits.ITEM_OR_END
            return SequenceStartEvent(None, None, True, start, self._mark(), flow_style=True)
        self.awaits = _Awaits.KEY_OR_END
        return MappingStartEvent(None, None, True, start, self._mark(), flow_style=True)

    def _closed(self, bracket: str, start: Mark) -> Event:
        legal = {
            "]": (_Awaits.ITEM_OR_END, _Awaits.COMMA_OR_LIST_END),
            "}": (_Awaits.KEY_OR_END, _Awaits.COMMA_OR_OBJECT_END),
        }
        if self.awaits not in legal[bracket]:
            raise self._unexpected(bracket, start)
        self.open.pop()
        self.at += 1
        self._end_value()
        return (SequenceEndEvent if bracket == "]" else MappingEndEvent)(start, self._mark())

    def _separate(self, character: str, start: Mark) -> None:
        following = {
            (":", _Awaits.COLON): _Awaits.VALUE,
            (",", _Awaits.COMMA_OR_LIST_END): _Awaits.ITEM,
            (",", _Awaits.COMMA_OR_OBJECT_END): _Awaits.KEY,
        }
        if (character, self.awaits) not in following:
            raise self._unexpected(character, start)
        self.awaits = following[character, self.awaits]
        self.at += 1

    # -- states and places

    def _begin_value(self, start: Mark) -> None:
        if self.awaits not in (_Awaits.VALUE, _Awaits.ITEM, _Awaits.ITEM_OR_END):
            raise self._unexpected(self.text[self.at], start)

    def _end_value(self) -> None:
        if not self.open:
            self.awaits = _Awaits.NOTHING
            return
        in_list = self.open[-1][0] == "["
        self.awaits = _Awaits.COMMA_OR_LIST_END if in_list else _Awaits.COMMA_OR_OBJECT_END

    def _skip_space(self) -> Mark:
        space = _SPACE.match(self.text, self.at)
        end = space.end() if space else self.at
        breaks = self.text.count("\n", self.at, end)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rindex("\n", self.at, end) + 1
        self.at = end
        return self._mark()

    def _mark(self) -> Mark:
        return Mark("", self.at, self.line, self.at - self.line_start, None, 0)

    # -- problems

    def _unexpected(self, found: str, start: Mark) -> BrokenText:
        if self.awaits in (_Awaits.KEY, _Awaits.ITEM) and found in "]}":
            return _broken("JSON allows no comma before a closing bracket", start, hint="remove the comma")
        return _broken(f"expected {self.awaits.value}, found {found}", start, hint=self._closing_hint())

    def _unfinished(self, start: Mark) -> BrokenText:
        if not self.text.strip():
            return _broken("the file is empty", start, hint="write a JSON object, or remove the file")
        return _broken(f"the file ends, expected {self.awaits.value}", start, hint=self._closing_hint())

    def _closing_hint(self) -> str:
        if not self.open:
            return "a JSON file holds one value and nothing after it"
        bracket, mark = self.open[-1]
        return f'the innermost open "{bracket}" stands on line {mark.line + 1}'

    def _foreign(self, word: str, start: Mark) -> BrokenText:
        hint = _foreign_hint(word)
        return _broken(f"{word} is not JSON", start, hint=hint or self._closing_hint())

    def _broken_string(self, start: Mark) -> BrokenText:
        line = self.text[self.at :].split("\n", 1)[0]
        if re.match(r'"(?:[^"\\]|\\.)*"', line):
            return _broken(
                "the string holds a character or an escape that JSON does not have",
                start,
                hint=r"legal escapes are \" \\ \/ \b \f \n \r \t and \uXXXX",
            )
        return _broken("the string is not closed on its line", start, hint='close it with "; a line break is \\n')


def _foreign_hint(word: str) -> str:
    if word == "'":
        return "strings take double quotes"
    if word in ("/", "#"):
        return "JSON has no comments; a YAML file has"
    if word in ("True", "False"):
        return f"write {word.lower()}"
    if word in ("None", "undefined"):
        return "write null"
    if word in ("NaN", "Infinity", "-Infinity"):
        return "JSON has no such number"
    if word[0] in "0123456789-+.":
        return "numbers are written 12, -3, 0.5 or 1e3; anything else goes in double quotes"
    return "put text in double quotes" if word[0].isalpha() else ""


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _broken(summary: str, mark: Mark, *, hint: str) -> BrokenText:
    return BrokenText("json-syntax", summary, hint=hint, line=mark.line, column=mark.column)
