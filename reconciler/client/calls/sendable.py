"""What cannot travel as JSON, told before anything is sent: no value is altered on the way, and none is shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from pydantic import BaseModel

from reconciler.encodable import encodable
from reconciler.errors import InvalidRequest

#: Levels of nested values; writers of JSON give up not far from here, and no platform takes as many.
DEEPEST: Final = 200

#: Problems that one message names.
_SHOWN: Final = 5

_HALF: Final = "a text holds half of a surrogate pair, which is no character"


def check_sendable(content: object, operation: str) -> None:
    """Refuse a request that JSON cannot say.

    Raises:
        InvalidRequest: The message names the members, and never their values.
    """
    problems = list(islice(_problems(content), _SHOWN))
    if problems:
        raise refused("; ".join(problems), operation)


def refused(problem: str, operation: str) -> InvalidRequest:
    """Return the error for a request that cannot be sent; its texts can be printed, whatever the request holds."""
    hint = "correct it; nothing was sent"
    return InvalidRequest(encodable(problem), operation=encodable(operation), hint=hint)


def is_text(text: str) -> bool:
    """True when a text has no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _problems(content: object) -> Iterator[str]:
    # No recursion: what is refused may be nested deeper than functions can call themselves.
    waiting: list[tuple[str, int, object]] = [("", 0, content)]
    while waiting:
        path, depth, value = waiting.pop()
        problem = _problem(value, depth)
        if problem is not None:
            yield f"{path}: {problem}"
            continue
        waiting.extend((place, depth + 1, member) for place, member in reversed(list(_members(path, value))))


def _problem(value: object, depth: int) -> str | None:
    match value:
        case float() if not math.isfinite(value):
            return "NaN and infinity are no numbers in JSON"
        case str() if not is_text(value):
            return _HALF
        case Mapping() if not all(is_text(key) for key in value if isinstance(key, str)):
            return _HALF.replace("a text", "a key")
        case BaseModel() | Mapping() | list() | tuple() if depth > DEEPEST:
            return f"it is nested more than {DEEPEST} levels deep"
        case _:
            return None


def _members(path: str, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case BaseModel():
            fields = type(value).model_fields
            for name, member in value:
                alias = fields[name].alias if name in fields else None
                yield _below(path, alias or name), member
        case Mapping():
            for key, member in value.items():
                yield _below(path, str(key)), member
        case list() | tuple():
            for number, member in enumerate(value):
                yield f"{_short(path)}[{number}]", member
        case _:
            return


def _below(path: str, name: str) -> str:
    step = name if name.isidentifier() else repr(name)
    return f"{_short(path)}.{step}" if path else step


def _short(path: str) -> str:
    """Return a path with its middle left out where it is long: deep ones would take quadratic memory."""
    return path if len(path) <= 120 else f"{path[:60]}…"
