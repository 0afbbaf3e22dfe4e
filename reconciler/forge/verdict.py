"""What a refusal means: wait and try again, or stop, and then what to do about it. Pure.

===========================================  ===========================  ============================
answer                                       sent again                   ends as
===========================================  ===========================  ============================
401                                          no                           ForgeNotAllowed
403 or 429 for a rate limit                  after the wait, if bearable  ForgeUnavailable
403 otherwise                                no                           ForgeNotAllowed
5xx                                          what can be repeated         ForgeUnavailable
404, 422 and any other                       no                           ForgeError
===========================================  ===========================  ============================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconciler.client.retry import retry_after
from reconciler.client.target import Target
from reconciler.errors import ForgeError, ForgeNotAllowed, ForgeUnavailable

#: Seconds that a job waits at most for a rate limit to end, each time.
LONGEST_WAIT: Final = 120.0

#: Seconds that GitHub asks to wait after a secondary rate limit that says no time.
_UNTOLD_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    Attributes:
        path: Below the API's address, or a whole URL there.
        doing: What it is for, in words.
        needs: The permission it takes, in the forge's words.
        is_repeatable: Sending it twice does what sending it once does.
        may_lead_elsewhere: A redirect is an answer.
    """

    method: str
    path: str
    doing: str
    needs: str
    body: Mapping[str, object] | None = None
    is_repeatable: bool = True
    may_lead_elsewhere: bool = False

    def at(self, path: str) -> Ask:
        """Return the same request for another page."""
        return replace(self, path=path)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a forge puts things: its name, the way to a permission, and what it says about an unknown token."""

    name: str
    way_to: Callable[[str], str]
    when_unknown: str
    #: The header that says which permission would have done; empty where there is none.
    accepted_header: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt that failed; ``wait`` is the seconds until another one may help, None when none does."""

    error: ForgeError
    wait: float | None = None


def refusal_of(
    ask: Ask, status: int, headers: Mapping[str, str], content: bytes, *, target: Target, terms: Terms, now: float
) -> Refused:
    """Judge an answer that is no success; ``now`` is in seconds since the epoch."""
    said = target.quoted(_message(content), limit=200)
    told = f': "{said}"' if said else ""
    if status == 401:
        return Refused(
            ForgeNotAllowed(
                f"{ask.doing}: {terms.name} does not know {target.token_in_words}{told}",
                hint=terms.when_unknown,
                status=status,
            )
        )
    if status == 429 or (status == 403 and _is_rate_limit(headers, said)):
        return _limited(ask, status, headers, terms=terms, now=now)
    if status == 403:
        needed = _accepted(headers.get(terms.accepted_header, "")) or ask.needs
        message = f"{ask.doing}: {terms.name} does not allow it to {target.token_in_words}{told}"
        return Refused(ForgeNotAllowed(message, hint=terms.way_to(needed), status=status))
    if status >= 500:
        unavailable = ForgeUnavailable(
            f"{ask.doing}: {terms.name} has trouble of its own ({status})", hint="try again later", status=status
        )
        return Refused(unavailable, wait=1.0 if ask.is_repeatable else None)
    hint = _remedy(ask, status, terms=terms)
    return Refused(ForgeError(f"{ask.doing}: {terms.name} answers {status}{told}", hint=hint, status=status))


def _remedy(ask: Ask, status: int, *, terms: Terms) -> str:
    if status == 404:
        return f"it may also be hidden from the token: {terms.way_to(ask.needs)}"
    if status == 410:
        return "it was switched off there, as issues can be: switch it on in the settings, or leave this step out"
    if 300 <= status < 400:
        return "the repository may have been renamed or moved: run this in its new place"
    return ""


def _limited(ask: Ask, status: int, headers: Mapping[str, str], *, terms: Terms, now: float) -> Refused:
    wait = _wait_asked(headers, now=now)
    error = ForgeUnavailable(
        f"{ask.doing}: the rate limit of {terms.name} is used up for another {wait:.0f} s",
        hint="run the job again then, or give it a token of its own",
        status=status,
    )
    return Refused(error, wait=wait if wait <= LONGEST_WAIT else None)


def _is_rate_limit(headers: Mapping[str, str], said: str) -> bool:
    if headers.get("X-RateLimit-Remaining") == "0" or headers.get("Retry-After"):
        return True
    return "rate limit" in said.lower()


def _wait_asked(headers: Mapping[str, str], *, now: float) -> float:
    """Return the seconds to wait: as asked, else until the limit is renewed, else a minute."""
    asked = retry_after(headers, now=now)
    if asked is not None:
        return asked
    renewed = headers.get("X-RateLimit-Reset", headers.get("RateLimit-Reset", ""))
    if headers.get("X-RateLimit-Remaining") == "0" and renewed.isascii() and renewed.isdigit():
        return max(0.0, float(renewed[:15]) - now)
    return _UNTOLD_WAIT


def _accepted(header: str) -> str:
    """Return GitHub's ``issues=write; pull_requests=write`` as it is written in a workflow."""
    ways = (way.strip().replace("_", "-").replace("=", ": ").replace(",", ", ") for way in header.split(";"))
    return " or ".join(filter(None, ways))


def _message(content: bytes) -> str:
    """Return what the forge says is wrong, whichever of its forms it has."""
    try:
        told = json.loads(content[:100_000])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    each = errors if isinstance(errors, list) else [errors]
    parts = [told.get("message"), told.get("error_description"), told.get("error"), *map(_in_words, each)]
    return "; ".join(part if isinstance(part, str) else json.dumps(part) for part in parts if part)


def _in_words(error: object) -> object:
    """Return what one of several errors says, where it says it in words."""
    words = error.get("message") if isinstance(error, dict) else None
    return words if isinstance(words, str) and words else error
