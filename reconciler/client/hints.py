"""What to do about an error of the platform."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from reconciler.client.calls.call import Call
from reconciler.client.target import Target
from reconciler.client.token import TOKENS_PAGE
from reconciler.errors import (
    Conflict,
    InvalidRequest,
    InvalidTransition,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    TooManyRequests,
)

_NO_ORGANIZATION: Final = "RobotoNoOrgProvidedException"
_LIMIT_REACHED: Final = "RobotoLimitExceededException"
_ROBOTO: Final = "roboto.ai"


def read_back(call: Call) -> str:
    """Return one line that says what to do about a write of unknown outcome."""
    return f"the change may have landed: {call.look} before anything is repeated"


def hint_for(error: type[PlatformError], *, code: str | None, call: Call, target: Target) -> str:
    """Return one line that says what to do; ``code`` is the envelope's, None where there was none."""
    if code == _NO_ORGANIZATION:
        return "say which organization to work in: set ROBOTO_ORG_ID, or org_id in the profile"
    if code == _LIMIT_REACHED:
        return "remove what is no longer needed, or have the organization's limit raised"
    token = target.token_in_words
    hints: dict[type[PlatformError], str] = {
        NotAuthenticated: f"{token} is unknown or expired: {_new_token(target.endpoint)}, and set it there",
        NotAllowed: f"{token} is not valid here or may not do this: ask an administrator of the organization",
        NotFound: f"if everything is missing, check the endpoint {target.endpoint} and the organization",
        Conflict: f"something of that name or id exists, or was changed meanwhile: {call.look}",
        InvalidRequest: "correct what the platform names, and try again",
        InvalidTransition: f"somebody may have moved the invocation meanwhile: {call.look}",
        TooManyRequests: "try again later, or send fewer requests at once (--parallelism)",
        OutcomeUnknown: read_back(call),
    }
    return hints.get(error, f"try again later; if it lasts, ask who runs {target.endpoint}")


def _new_token(endpoint: str) -> str:
    host = urlsplit(endpoint).hostname or ""
    if host == _ROBOTO or host.endswith(f".{_ROBOTO}"):
        return f"make a new one at {TOKENS_PAGE}"
    return f"get a new one from whoever runs {endpoint} (reconciler serve says which file has it)"
