"""Answers that say yes: the body of a 2xx as records, or in which way it is not what the contract promises.

The body goes from bytes to records in one pass. Only when that fails is it read again, to say what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.domain.queries import Page

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import Stream

T = TypeVar("T")
Record = TypeVar("Record", bound=BaseModel)

#: Turns the body of a 2xx into what the port promises, or raises :class:`Unreadable`.
Reader = Callable[[bytes], T]


class Unreadable(Exception):
    """The body is not what the contract says; ``broken`` when it is not even JSON, so that another try may help.

    ``excerpt`` is the beginning of a body that is no JSON, not yet fit for a message.
    """

    def __init__(self, reason: str, *, broken: bool = False, excerpt: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.broken = broken
        self.excerpt = excerpt


class _Envelope(BaseModel, Generic[T]):
    data: T


class _Items(BaseModel, Generic[T]):
    items: list[T]
    # Required, null or not: a page that forgets its token would pass for the last one.
    next_token: str | None


class _Stretch(BaseModel, Generic[T]):
    items: list[T]
    # Both required as well: without them a stream would seem to have ended.
    last_read: str | None
    has_next: bool


def record_reader(model: type[Record]) -> Reader[Record]:
    """Return the reader of one record."""
    envelope = _Envelope[model]  # type: ignore[valid-type]  # made at run time, once per kind

    def read(body: bytes) -> Record:
        return _validated(envelope, body).data

    return read


def list_reader(model: type[Record]) -> Reader[Sequence[Record]]:
    """Return the reader of a plain list of records."""
    envelope = _Envelope[list[model]]  # type: ignore[valid-type]  # as above

    def read(body: bytes) -> Sequence[Record]:
        return _validated(envelope, body).data

    return read


def page_reader(model: type[Record]) -> Reader[Page[Record]]:
    """Return the reader of one page of records."""
    envelope = _Envelope[_Items[model]]  # type: ignore[valid-type]  # as above

    def read(body: bytes) -> Page[Record]:
        page = _validated(envelope, body).data
        return Page(tuple(page.items), page.next_token or None)

    return read


def stream_reader(model: type[Record]) -> Reader[Stream[Record]]:
    """Return the reader of one stretch of a stream of records."""
    from reconciler.domain.whole_platform import Stream

    envelope = _Envelope[_Stretch[model]]  # type: ignore[valid-type]  # as above

    def read(body: bytes) -> Stream[Record]:
        stretch = _validated(envelope, body).data
        return Stream(tuple(stretch.items), stretch.last_read or None, stretch.has_next)

    return read


def read_nothing(body: bytes) -> None:
    """Accept any JSON, or no body: what a delete answers is not looked at, but a proxy's page is no answer."""
    if body.strip():
        _parsed(body)


def _validated(envelope: type[_Envelope[T]], body: bytes) -> _Envelope[T]:
    try:
        return envelope.model_validate_json(body)
    except ValidationError as error:
        # The inputs stay out: records may hold secrets.
        problems: Sequence[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    content = _parsed(body)
    if not isinstance(content, dict) or "data" not in content:
        raise Unreadable('it has no member "data"')
    raise Unreadable(_first_problem(problems, content))


def _parsed(body: bytes) -> object:
    if not body.strip():
        raise Unreadable("it is empty", broken=True)
    try:
        content: object = json.loads(body)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        # No UTF-8, nested too deeply, or a number longer than Python reads.
        place = "its encoding, its depth or a number"
    else:
        return content
    # An excerpt of broken JSON could show part of a record; of anything else it shows who answered.
    if body.lstrip()[:1] in {b"{", b"["}:
        raise Unreadable(f"its JSON breaks at {place} ({len(body)} bytes)", broken=True)
    raise Unreadable("it is not JSON", broken=True, excerpt=body[:4000].decode(errors="replace"))


def _first_problem(problems: Sequence[Any], content: dict[str, Any]) -> str:
    """Say what is wrong and in which record, following the place that the first problem names."""
    place: Any = content
    named = ""
    for step in problems[0]["loc"]:
        place = _member(place, step)
        if isinstance(place, dict) and isinstance(place.get("name"), str):
            named = named or f'record "{place["name"]}": '
    where = ".".join(map(str, problems[0]["loc"][1:])) or "data"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{named}{where}: {problems[0]['msg'][:1].lower()}{problems[0]['msg'][1:]}{more}"


def _member(place: Any, step: Any) -> Any:
    """Return what a step leads to; None for one that names no member, such as a missing field or a union's branch."""
    if isinstance(place, dict):
        return place.get(step)
    return place[step] if isinstance(place, list) and isinstance(step, int) else None
