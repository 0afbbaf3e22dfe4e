"""Sending: one request in, an answer out; waits where the forge says so, tries again where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from reconciler.client.library import httpx
from reconciler.client.target import Target
from reconciler.errors import ForgeError, ForgeUnavailable
from reconciler.forge.verdict import Ask, Refused, Terms, refusal_of

T = TypeVar("T")

#: Attempts at one request, the first included.
ATTEMPTS: Final = 4

#: Bytes of an answer, decompressed, from which on it is refused.
LARGEST_ANSWER: Final = 64 * 1024 * 1024

#: Pages of one listing, of a hundred entries each.
_MOST_PAGES: Final = 1_000

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is no refusal: a success, or a redirect that was asked for."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    next_page: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sends requests to one forge with one token.

    Attributes:
        client: Carries the token in every request, and follows no redirect.
        bare: Carries nothing: for places that the forge sends us to.
        sleep: Waits for a number of seconds.
        random: Returns a number from 0 to 1.
        clock: Seconds since the epoch.
    """

    client: httpx.Client
    bare: httpx.Client
    target: Target
    terms: Terms
    sleep: Callable[[float], None]
    random: Callable[[], float]
    clock: Callable[[], float]

    def read(self, ask: Ask, shape: TypeAdapter[T]) -> T:
        """Send a request and return its answer in the shape that the API promises."""
        return self._shaped(ask, self.send(ask), shape)

    def pages(self, ask: Ask, shape: TypeAdapter[list[T]]) -> Iterator[T]:
        """Go through the entries of a listing, page by page."""
        for _ in range(_MOST_PAGES):
            reply = self.send(ask)
            yield from self._shaped(ask, reply, shape)
            if not reply.next_page:
                return
            ask = ask.at(reply.next_page)

    def send(self, ask: Ask) -> Reply:
        """Send a request, again where that is safe and helps.

        Raises:
            ForgeError: The leaf that says what the last attempt met.
        """
        return self._patiently(ask, self.client, self._url(ask.path))

    def download(self, ask: Ask) -> bytes:
        """Return the bytes of a file, wherever the forge keeps it: the token stays with the forge."""
        reply = self.send(ask)
        if reply.status not in _REDIRECTS:
            return reply.content
        place = reply.headers.get("Location", "")
        if urlsplit(place).scheme != "https" and urlsplit(self.target.endpoint).scheme == "https":
            raise ForgeError(f"{ask.doing}: {self.terms.name} sends us to a place without https")
        return self._patiently(ask, self.bare, place).content

    def _patiently(self, ask: Ask, client: httpx.Client, url: str) -> Reply:
        for attempt in range(ATTEMPTS):
            met = self._attempt(ask, client, url)
            if isinstance(met, Reply):
                return met
            if met.wait is None or attempt + 1 == ATTEMPTS:
                raise met.error
            self.sleep(met.wait + self.random() * 2.0**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, ask: Ask, client: httpx.Client, url: str) -> Reply | Refused:
        # Failures are returned, not raised from httpx's: those hold the request, with the token in its headers.
        try:
            reply = _sent(client, ask, url)
        except httpx.RequestError as error:
            return self._unanswered(ask, error)
        except httpx.InvalidURL:
            return Refused(ForgeError(f"{ask.doing}: {self.terms.name} sends us to an address that is none"))
        except _TooLarge:
            return Refused(ForgeError(f"{ask.doing}: the answer is larger than {LARGEST_ANSWER} bytes"))
        if 200 <= reply.status < 300 or (reply.status in _REDIRECTS and ask.may_lead_elsewhere):
            return reply
        return refusal_of(
            ask, reply.status, reply.headers, reply.content, target=self.target, terms=self.terms, now=self.clock()
        )

    def _unanswered(self, ask: Ask, error: httpx.RequestError) -> Refused:
        never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
        what = "cannot be reached" if never_sent else "did not answer"
        unavailable = ForgeUnavailable(
            f"{ask.doing}: {self.terms.name} at {self.target.endpoint} {what}",
            hint="try again; HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured",
        )
        return Refused(unavailable, wait=1.0 if never_sent or ask.is_repeatable else None)

    def _url(self, path: str) -> str:
        """Return the whole URL; the token goes nowhere but to the forge, whatever its answers say."""
        if not path.startswith(("http://", "https://")):
            return f"{self.target.endpoint}/{path}"
        if _origin(path) != _origin(self.target.endpoint):
            raise ForgeError(f"{self.terms.name} sends us to another host, which is not told the token")
        return path

    def _shaped(self, ask: Ask, reply: Reply, shape: TypeAdapter[T]) -> T:
        try:
            return shape.validate_json(reply.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "its top"
            reason = f"{first['msg']} at {where}"
        raise ForgeError(
            f"{ask.doing}: the answer of {self.terms.name} is not what its API promises: {reason}",
            hint=f"is {self.target.endpoint} the address of the API?",
            status=reply.status,
        )


class _TooLarge(Exception):
    """The answer is larger than we are willing to hold."""


def _sent(client: httpx.Client, ask: Ask, url: str) -> Reply:
    with client.stream(ask.method, url, json=ask.body) as response:
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise _TooLarge
        following = response.links.get("next", {}).get("url", "")
        return Reply(response.status_code, response.headers, bytes(content), following)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
