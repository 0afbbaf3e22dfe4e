"""Sending: one call in, what the platform promised out, with every failure on the way already judged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TypeVar

from reconciler.client import outages, refusals
from reconciler.client.answers import Reader, Unreadable
from reconciler.client.calls.call import Call, Headers
from reconciler.client.lanes import Lanes, LanesClosed
from reconciler.client.library import httpx
from reconciler.client.refusals import Refusal
from reconciler.client.retry import Failure, Resend, RetryPolicy
from reconciler.client.target import Target
from reconciler.errors import InvalidRequest, MalformedAnswer, OutcomeUnknown, PlatformError, PlatformUnavailable

T = TypeVar("T")

_log = logging.getLogger("reconciler.client")


class _TooLarge(Exception):
    """The body is larger than we are willing to hold."""


@dataclass(frozen=True, slots=True)
class Transport:
    """Sends calls to one target; several threads may use it at once.

    Attributes:
        lanes: Clients that carry the headers every request has.
        largest_body: Bytes of an answer, decompressed, from which on it is refused.
        sleep: Waits for a number of seconds.
        clock: Seconds since the epoch.
    """

    lanes: Lanes
    target: Target
    policy: RetryPolicy
    largest_body: int
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def exchange(self, call: Call, read: Reader[T]) -> T:
        """Send a call, again where that is safe and helps, and return what ``read`` makes of the answer.

        Raises:
            PlatformError: The leaf that says what the last attempt met.
        """
        attempts = 0
        lost = False
        while True:
            outcome = self._attempt(call, read)
            attempts += 1
            if not isinstance(outcome, Failure):
                return outcome
            pause = self.policy.pause(outcome, attempts=attempts)
            if pause is None:
                raise outages.final_error(outcome.error, lost=lost, call=call)
            lost = lost or isinstance(outcome.error, OutcomeUnknown)
            _log.info("%s: %s; trying again in %.1f s", call.operation, outcome.error.message, pause)
            self.sleep(pause)

    def refusal_of(self, call: Call, problem: Unreadable) -> PlatformError:
        """Return the error for an answer that turned out to be unusable when it was read later."""
        return outages.final_error(self._unusable(call, problem).error, lost=False, call=call)

    def _attempt(self, call: Call, read: Reader[T]) -> T | Failure:
        # Failures are returned, not raised: an error of ours never has httpx's, which holds the headers, in its chain.
        try:
            status, headers, body = self._fetch(call)
        except httpx.RequestError as error:
            return outages.failure_of(error, call=call, target=self.target)
        except httpx.InvalidURL:
            # The endpoint was checked, so it is what comes behind it: httpx takes 65,536 characters.
            problem = "a name, an id or a page token in it is longer than any URL may be"
            return Failure(InvalidRequest(problem, operation=call.operation, hint="correct it"), Resend.NEVER)
        except UnicodeError:
            # The resolver's word for a label that is empty or too long; httpx lets it through.
            return outages.unusable_name(call=call, target=self.target)
        except LanesClosed:
            message = "the connection to the platform has been closed already"
            return Failure(PlatformUnavailable(message, operation=call.operation), Resend.NEVER)
        except _TooLarge:
            reason = f"it is larger than {self.largest_body} bytes"
            return self._unusable(call, Unreadable(reason))
        if not 200 <= status < 300:
            refusal = Refusal(status, headers, body)
            return refusals.failure_of(refusal, call=call, target=self.target, now=self.clock())
        try:
            return read(body)
        except Unreadable as error:
            return self._unusable(call, error)

    def _fetch(self, call: Call) -> tuple[int, httpx.Headers, bytes]:
        url = f"{self.target.endpoint}/{call.path}"
        with self.lanes.lane() as client, _body_of(call) as (content, headers):
            request = client.build_request(call.method, url, content=content, headers=headers)
            response = client.send(request, stream=True)
            try:
                return response.status_code, response.headers, self._body(response)
            finally:
                response.close()

    def _body(self, response: httpx.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.largest_body:
                raise _TooLarge
            chunks.append(chunk)
        return b"".join(chunks)

    def _unusable(self, call: Call, problem: Unreadable) -> Failure:
        """Judge a 2xx with a body that cannot be used: a write has probably landed, a read may be asked again."""
        message = f"the answer of {self.target.endpoint} cannot be used: {self.target.quoted(problem.reason)}"
        if problem.excerpt:
            message += f': "{self.target.quoted(problem.excerpt, limit=120)}"'
        resend = Resend.ONCE if problem.broken and call.repeatable else Resend.NEVER
        if call.writes:
            return Failure(outages.unknown_outcome(message, call=call), resend)
        hint = "check that the endpoint is the platform's API and that no proxy answers in its place"
        return Failure(MalformedAnswer(message, operation=call.operation, hint=hint), resend)


@contextmanager
def _body_of(call: Call) -> Iterator[tuple[bytes | IO[bytes] | None, Headers]]:
    """Give the body of a request and its headers; a file is open as long, and read piece by piece."""
    if call.source is not None:
        with call.source.open("rb") as file:
            yield file, (*call.headers, ("Content-Type", "application/octet-stream"))
        return
    yield call.body, call.headers if call.body is None else (*call.headers, ("Content-Type", "application/json"))
