"""One request, and the pieces that every request is made of."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from reconciler.client.calls.sendable import check_sendable, is_text, refused
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.values import WireModel
from reconciler.domain.wire import HEADER_CALLER_ORG, HEADER_OWNER_ORG
from reconciler.errors import InvalidRequest

#: What can travel in a header.
_SENDABLE: Final = re.compile(r"[!-~]+")

Headers = tuple[tuple[str, str], ...]


class Effect(Enum):
    """What sending a request does, and what sending it twice would do."""

    #: It only reads.
    NONE = auto()
    #: It changes something, and would change something again: a new version, a second run, a refusal.
    EACH_TIME = auto()
    #: It changes something, and sent twice it leaves what it leaves when sent once.
    ONCE = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the ``operation`` it carries out in words; ``look`` says how users see what came of it."""

    operation: str
    method: str
    path: str
    effect: Effect = Effect.NONE
    headers: Headers = ()
    # Bodies may hold secrets, such as environment variables of a container.
    body: bytes | None = field(default=None, repr=False)
    look: str = "plan again to see what is live"
    #: A local file that is the body, read while it is sent.
    source: Path | None = None

    @property
    def writes(self) -> bool:
        """True when a lost answer leaves open whether something was changed."""
        return self.effect is not Effect.NONE

    @property
    def repeatable(self) -> bool:
        """True when sending it again is safe although the first answer was lost."""
        return self.effect is not Effect.EACH_TIME


def listing(operation: str, path: str, query: QuerySpecification, *, owner: str | None) -> Call:
    """Return the call for one page of records; the query goes without nulls, for unset means the default."""
    body = {name: member for name, member in wire_content(query, operation).items() if member is not None}
    return Call(operation, "POST", path, headers=owned_by(owner, operation), body=json_body(body))


def segment(text: str, operation: str, *, called: str = "a name") -> str:
    """Return a name or an id as one segment of a path.

    Raises:
        InvalidRequest: It is no text, or would be resolved away, and the request would reach another resource.
    """
    if not is_text(text):
        raise refused(f"{text[:100]!r} is not {called}: it holds half of a surrogate pair", operation)
    if text in {"", ".", ".."}:
        raise InvalidRequest(f'"{text}" is not {called}', operation=operation, hint="correct it")
    return quote(text, safe="")


def query_string(**members: str | int | None) -> str:
    """Return the part of a URL that begins with a question mark; empty where nothing is given.

    Raises:
        InvalidRequest: An argument is no text.
    """
    given = {name: member for name, member in members.items() if member is not None}
    for name, member in given.items():
        if isinstance(member, str) and not is_text(member):
            raise InvalidRequest(f"{name}: it holds half of a surrogate pair", hint="correct it; nothing was sent")
    return f"?{urlencode(given)}" if given else ""


def owned_by(org_id: str | None, operation: str) -> Headers:
    """Return the header that names the organization whose resource this is; none where it is not given."""
    return _organization(HEADER_OWNER_ORG, org_id, operation)


def acting_for(org_id: str | None, operation: str) -> Headers:
    """Return the header that names the organization the caller acts for; none where it is not given."""
    return _organization(HEADER_CALLER_ORG, org_id, operation)


def every_field(request: WireModel, operation: str) -> bytes:
    """Return a body with every field of a request, null where not given.

    Inside of its fields, what was not set stays absent.

    Raises:
        InvalidRequest: JSON cannot say it.
    """
    content = wire_content(request, operation)
    return json_body(request.model_dump(mode="json") | content)


def set_fields(request: WireModel, operation: str) -> bytes:
    """Return a body with the fields of a request that were set.

    Raises:
        InvalidRequest: JSON cannot say it.
    """
    return json_body(wire_content(request, operation))


def wire_content(request: WireModel, operation: str) -> dict[str, Any]:
    """Return the object that is sent for a request.

    Raises:
        InvalidRequest: JSON cannot say it.
    """
    check_sendable(request, operation)
    with suppress(ValueError, RecursionError):
        return request.to_wire()
    # What the writer said is left out: it may quote a value.
    raise refused("the request holds a value that JSON has no way to say", operation)


def json_body(content: dict[str, Any]) -> bytes:
    """Return an object as JSON, as short as it gets."""
    return json.dumps(content, separators=(",", ":")).encode()


def _organization(header: str, org_id: str | None, operation: str) -> Headers:
    if org_id is None:
        return ()
    if not _SENDABLE.fullmatch(org_id):
        raise InvalidRequest(
            f"{org_id!r} is not the id of an organization", operation=operation, hint="ids look like og_1a2b3c"
        )
    return ((header, org_id),)
