"""The wire: error envelopes, the status each error travels with, and paths."""

from __future__ import annotations

from typing import Final

from reconciler.errors import (
    Conflict,
    InvalidRequest,
    InvalidTransition,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    TooManyRequests,
)

#: The shape of triggers this tool speaks; later versions of the platform have another (2026-08-27).
API_VERSION: Final = "2025-07-14"

#: The version from which on triggers in the older shape may have causes that came later than the others: the last one
#: that has the older shape at all.
LATER_CAUSES: Final = "2026-08-10"

#: The version from which on the platform speaks of triggers in the newer shape.
NEWER_TRIGGERS: Final = "2026-08-27"

HEADER_API_VERSION: Final = "X-Roboto-Api-Version"
HEADER_CALLER_ORG: Final = "X-Roboto-Org-Id"
HEADER_OWNER_ORG: Final = "X-Roboto-Resource-Owner-Id"

#: Envelope codes by the error of our tree they become; see :func:`error_code` for what we send.
ERROR_CODES: Final[dict[type[PlatformError], tuple[str, ...]]] = {
    NotAuthenticated: ("RobotoUnauthorizedException", "RobotoAuthenticationFailureException"),
    NotAllowed: ("RobotoLimitExceededException", "RobotoFeatureNotAvailableException"),
    NotFound: (
        "RobotoNotFoundException",
        "RobotoNotReadyException",
        "RobotoUnknownOperationException",
        "RobotoDatasetNotFoundException",
        "RobotoDeviceNotFoundException",
    ),
    Conflict: ("RobotoConflictException", "RobotoConditionException"),
    InvalidRequest: (
        "RobotoInvalidRequestException",
        "RobotoIllegalArgumentException",
        "RobotoNoOrgProvidedException",
        "RobotoDeprecatedException",
        "RobotoExpiredException",
    ),
    InvalidTransition: ("RobotoInvalidStateTransitionException",),
    TooManyRequests: ("RobotoTooManyRequestsException",),
    PlatformUnavailable: (
        "RobotoServiceException",
        "RobotoInternalException",
        "RobotoServiceUnavailableException",
        "RobotoServiceTimeoutException",
        "RobotoNotImplementedException",
    ),
    OutcomeUnknown: (),
}

_BY_CODE: Final = {code: error for error, codes in ERROR_CODES.items() for code in codes}

_BY_STATUS: Final[dict[int, type[PlatformError]]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: InvalidRequest,
    429: TooManyRequests,
}

STATUS: Final[dict[type[PlatformError], int]] = {
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    InvalidRequest: 400,
    InvalidTransition: 400,
    TooManyRequests: 429,
    PlatformUnavailable: 503,
}


def error_code(error: type[PlatformError]) -> str:
    """Return the envelope code this error travels with."""
    # The code of a 403 the platform documents for "may not do that" is the one of a 401: the status tells them apart.
    # LimitExceeded would not do: the official client cannot build it without facts about a quota.
    known = NotAuthenticated if error is NotAllowed else error
    return ERROR_CODES[known][0]


def error_class(*, code: str | None, status: int) -> type[PlatformError]:
    """Return the error an answer means: by its envelope's code, else by its HTTP status."""
    # Who may not come in is told by the status better than by the code: a 403 with the code "Unauthorized" knows the
    # caller and refuses, and what stands before a platform puts the code of an outage on either.
    if status in (401, 403):
        return _BY_STATUS[status]
    if code is not None and code in _BY_CODE:
        return _BY_CODE[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return PlatformUnavailable if status >= 500 else InvalidRequest
