"""Answers that say no: a status and an envelope become one error, what to do about it, and whether to ask again.

======================================  ===================  ==============================================
status                                  a read               a write
======================================  ===================  ==============================================
429; 503 with ``Retry-After``           asked again          asked again: it was not processed
408, 500, 502, 503, 504                 asked again          never: it may have landed, the outcome is unknown
501, 505                                final                final: it was not processed
another 5xx                             final                never: the outcome is unknown
3xx                                     final                final
4xx                                     final                final
======================================  ===================  ==============================================

A write of which a second one changes nothing is asked again like a read; what remains of it is an unknown outcome.
An envelope that names an error of ours settles what it is, whatever its status: a conflict sent with a 500 is one. Only
401 and 403 are what they are, whatever their envelope says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler.client.calls.call import Call
from reconciler.client.hints import hint_for
from reconciler.client.retry import LONGEST_WAIT, Failure, Resend, retry_after
from reconciler.client.target import Target
from reconciler.domain.wire import error_class
from reconciler.errors import MalformedAnswer, OutcomeUnknown, PlatformError, PlatformUnavailable, TooManyRequests

_REPEATABLE: Final = frozenset({408, 500, 502, 503, 504})
_NOT_PROCESSED: Final = frozenset({501, 505})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than 2xx."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def failure_of(refusal: Refusal, *, call: Call, target: Target, now: float) -> Failure:
    """Return what a refusal means for this call; ``now`` is in seconds since the epoch."""
    if refusal.status < 400:
        return Failure(_redirected(refusal, call=call, target=target), Resend.NEVER)
    if refusal.status == 404 and _is_page(refusal):
        return Failure(_not_the_platform(call=call, target=target), Resend.NEVER)
    asked = retry_after(refusal.headers, now=now)
    resend = _resend(refusal.status, repeatable=call.repeatable, asked=asked)
    return Failure(_error(refusal, asked=asked, call=call, target=target), resend, asked)


def _resend(status: int, *, repeatable: bool, asked: float | None) -> Resend:
    if _asks_to_wait(status, asked=asked) or (repeatable and status in _REPEATABLE):
        return Resend.ALWAYS
    return Resend.NEVER


def _asks_to_wait(status: int, *, asked: float | None) -> bool:
    return status == 429 or (status == 503 and asked is not None)


def _error(refusal: Refusal, *, asked: float | None, call: Call, target: Target) -> PlatformError:
    code, said = _envelope(refusal.body)
    error = PlatformUnavailable if refusal.status == 408 else error_class(code=code, status=refusal.status)
    message = f"{target.quoted(said)} ({refusal.status})" if said else f"the platform answered {_named(refusal.status)}"
    if asked is not None and asked > LONGEST_WAIT:
        message += f", and asks to wait {asked:.0f} seconds"
    if error is TooManyRequests:
        hint = hint_for(error, code=code, call=call, target=target)
        return TooManyRequests(message, operation=call.operation, hint=hint, retry_after=asked)
    processed = refusal.status not in _NOT_PROCESSED and not _asks_to_wait(refusal.status, asked=asked)
    if error is PlatformUnavailable and call.writes and processed:
        error = OutcomeUnknown
    return error(message, operation=call.operation, hint=hint_for(error, code=code, call=call, target=target))


def _envelope(body: bytes) -> tuple[str | None, str]:
    """Return the code and the message of an error body; nothing of either where the body is another thing."""
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(content, dict):
        return None, ""
    envelope = content.get("error")
    inner = envelope if isinstance(envelope, dict) else content
    code, said = inner.get("error_code"), inner.get("message", inner.get("Message"))
    return code if isinstance(code, str) else None, said if isinstance(said, str) else ""


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _redirected(refusal: Refusal, *, call: Call, target: Target) -> PlatformError:
    # A redirect is not followed: it could take the token to another host. Only its host is shown, for paths and
    # queries of sign-in pages hold state that is nobody's business.
    try:
        parts = urlsplit(refusal.headers.get("Location", ""))
        place = f"{parts.scheme}://{parts.hostname}" if parts.hostname else "another path"
    except ValueError:
        place = "another place"
    return MalformedAnswer(
        f"{target.endpoint} sends us on to {target.quoted(place, limit=200)} ({refusal.status}), which is not followed",
        operation=call.operation,
        hint="name the platform's API itself as the endpoint; a proxy or a sign-in page may stand in between",
    )


def _is_page(refusal: Refusal) -> bool:
    return "html" in refusal.headers.get("Content-Type", "").lower()


def _not_the_platform(*, call: Call, target: Target) -> PlatformError:
    # "Not found" from a web server says nothing about the resource, and must not be taken for its absence.
    return MalformedAnswer(
        f"{target.endpoint} answered 404 with a web page: this is not the platform's API",
        operation=call.operation,
        hint="check the endpoint, its path included",
    )
