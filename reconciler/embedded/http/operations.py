"""What a method on a path does, as a value; and what the function behind it takes and gives, read from its signature.

A function takes the :class:`Call`, then what the path names in braces, then ``body`` where there is one; what it takes
by keyword only comes from the query string. Its annotations are the one description of the operation: requests are
decoded by them and the OpenAPI document is made from them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Answer, given
from reconciler.embedded.http.decoding import problems_of
from reconciler.errors import InvalidRequest

#: After every API version there will be.
FOREVER: Final = "9999-12-31"


@dataclass(frozen=True)
class Operation:
    """What a method on a path does.

    Attributes:
        method: The HTTP method.
        path: The path; ``{name}`` stands for a segment and ``{name:path}`` for several.
        answer: The function behind it.
        access: What the caller needs to be allowed.
        creates: Whether something is made for the caller's organization, which must then be beyond doubt.
        since: The first API version that has it.
        before: The first API version that does not have it any more.
        extension: Whether it is ours, and no operation of the platform's own.
        linkable: Whether the token of a signed link lets in as well.
    """

    method: str
    path: str
    answer: Callable[..., Answer]
    access: Access = Access.READ
    creates: bool = False
    since: str = ""
    before: str = FOREVER
    extension: bool = False
    linkable: bool = False

    def is_in(self, version: str) -> bool:
        """Return True when clients of this API version have the operation."""
        return self.since <= version < self.before

    @cached_property
    def signature(self) -> Signature:
        """What the function behind it takes and gives."""
        return Signature.of(self.answer)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the query string."""

    name: str
    annotation: Any
    default: Any
    adapter: TypeAdapter[Any]

    def read(self, query: Mapping[str, str]) -> Any:
        """Return the argument's value.

        Raises:
            InvalidRequest: It is missing, or not such a value.
        """
        text = given(query.get(self.name))
        if text is None:
            if self.default is inspect.Parameter.empty:
                raise InvalidRequest(f"{self.name}: the query string must have it")
            return self.default
        try:
            return self.adapter.validate_strings(text)
        except ValidationError as error:
            raise InvalidRequest(f"{self.name}: {'; '.join(problems_of(error))}") from error


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function behind a route takes and gives: ``body`` is None where it takes none."""

    path: tuple[str, ...]
    query: tuple[Argument, ...]
    body: Any
    gives: Any
    reader: TypeAdapter[Any]

    @classmethod
    def of(cls, function: Callable[..., Answer]) -> Signature:
        """Read a function's signature."""
        hints: dict[str, Any] = get_type_hints(function)
        body: Any = hints.get("body")
        parameters = list(inspect.signature(function).parameters.values())[1:]
        return cls(
            path=tuple(each.name for each in parameters if each.kind is not each.KEYWORD_ONLY and each.name != "body"),
            query=tuple(
                Argument(each.name, hints[each.name], each.default, TypeAdapter(hints[each.name]))
                for each in parameters
                if each.kind is each.KEYWORD_ONLY
            ),
            body=body,
            gives=hints["return"],
            # Dataclasses are no bodies of JSON: they are received otherwise, and this reader is not asked.
            reader=TypeAdapter(body),
        )
