"""Requests without an answer: what broke, whether the platform may have seen the request, and what to do.

==============================================  ==================  =====================================
what broke                                      a read              a write
==============================================  ==================  =====================================
no connection (refused, name, time-out, proxy)  sent again          sent again: it never left
TLS certificate not trusted                     final               final: it never left
connection broke, or time-out, after sending    sent again          never: the outcome is unknown
==============================================  ==================  =====================================

A write of which a second one changes nothing is sent again like a read; what remains of it is an unknown outcome.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final, TypeVar

from reconciler.client.calls.call import Call
from reconciler.client.hints import read_back
from reconciler.client.library import httpx
from reconciler.client.retry import Failure, Resend
from reconciler.client.target import Target
from reconciler.errors import OutcomeUnknown, PlatformError, PlatformUnavailable

E = TypeVar("E", bound=BaseException)

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

_CHECK_PROXIES: Final = "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the platform's host in NO_PROXY"


def failure_of(error: httpx.RequestError, *, call: Call, target: Target) -> Failure:
    """Return what a missing answer means for this call.

    Nothing of the error itself is kept: it holds the request with its headers.
    """
    if isinstance(error, _NEVER_SENT):
        reason, hint = _no_connection(error, target=target)
        resend = Resend.NEVER if _cause(error, ssl.SSLCertVerificationError) else Resend.ALWAYS
        message = f"cannot reach {target.endpoint}: {reason}"
        return Failure(PlatformUnavailable(message, operation=call.operation, hint=hint), resend)
    reason = _broken_off(error)
    if call.writes:
        resend = Resend.ALWAYS if call.repeatable else Resend.NEVER
        return Failure(unknown_outcome(f"{target.endpoint} {reason}", call=call), resend)
    hint = "try again; if it lasts, check the endpoint (http or https?) and any proxy in between"
    return Failure(
        PlatformUnavailable(f"{target.endpoint} {reason}", operation=call.operation, hint=hint), Resend.ALWAYS
    )


def final_error(error: PlatformError, *, lost: bool, call: Call) -> PlatformError:
    """Return what a call ends with when ``error`` was the last; ``lost`` when an earlier attempt may have landed."""
    if not lost or isinstance(error, OutcomeUnknown):
        return error
    # What the platform says now says nothing about the attempt that it did not answer.
    return unknown_outcome(f"{error.message}; an earlier attempt had no answer", call=call)


def unknown_outcome(reason: str, *, call: Call) -> OutcomeUnknown:
    """Return the error of a write that may have landed; ``reason`` is what came instead of an answer."""
    message = f"{reason}, so whether the change landed is unknown"
    return OutcomeUnknown(message, operation=call.operation, hint=read_back(call), reason=reason)


def unusable_name(*, call: Call, target: Target) -> Failure:
    """Return the failure of a host whose name is not legal: the endpoint's was checked, so it is a proxy's."""
    message = f"cannot reach {target.endpoint}: a proxy in the environment has a name that is none"
    return Failure(PlatformUnavailable(message, operation=call.operation, hint=_CHECK_PROXIES), Resend.NEVER)


def _no_connection(error: httpx.RequestError, *, target: Target) -> tuple[str, str]:
    """Return the reason and the hint."""
    if untrusted := _cause(error, ssl.SSLCertVerificationError):
        why = target.quoted(untrusted.verify_message, limit=120)
        return (
            f"its TLS certificate cannot be trusted ({why})",
            "behind a company proxy or with an own authority, name its certificates in SSL_CERT_FILE",
        )
    if _cause(error, ssl.SSLError):
        return "no TLS connection could be agreed on", "does this endpoint speak http rather than https?"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refuses", _CHECK_PROXIES
    proxies = "check the endpoint and the network; HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured"
    if _cause(error, socket.gaierror):
        return "its name cannot be resolved", proxies
    if isinstance(error, httpx.TimeoutException):
        return "no connection in time", proxies
    if _cause(error, ConnectionRefusedError):
        return "the connection is refused", f"is anything listening there? {proxies}"
    return "no connection", proxies


def _broken_off(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpx.DecodingError):
        return "answered in a broken encoding"
    return "broke off the connection before it had answered"


def _cause(error: BaseException, kind: type[E]) -> E | None:
    """Return the first error of this kind among an error's causes."""
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
