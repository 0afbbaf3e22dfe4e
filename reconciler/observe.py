"""The one read: what is live on a platform, in as few requests as the platform's pages allow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, TypeVar, assert_never

from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.platform import PlatformIdentity, PlatformReader
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification, UnreadPage
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import ActionReference
from reconciler.errors import InvalidRequest, MalformedAnswer, NotFound

if TYPE_CHECKING:
    from reconciler.domain.newer_triggers import NewerTrigger

#: Up to this many resources are read one by one; listing everything is cheaper from there on.
ONE_BY_ONE: Final = 24

#: Seconds to wait for a reading that is not needed any more, before its thread is left to itself.
PATIENCE: Final = 0.2

#: Seconds that one wait takes at most: an interrupt just before an endless wait would not end it.
ONE_WAIT: Final = 0.1

Record = TypeVar("Record", bound=LiveRecord)
Given = TypeVar("Given")
Taken = TypeVar("Taken")


def observe(platform: PlatformReader, *, references: Iterable[ActionReference] = (), parallelism: int = 16) -> Live:
    """Return every action and trigger of the own organization, and the foreign actions that are referred to.

    Raises:
        PlatformError: The platform could not be read; nothing partial is returned.
    """
    return _live(_listed(platform), platform, references, parallelism=parallelism)


def with_references(
    live: Live, platform: PlatformReader, references: Iterable[ActionReference], *, parallelism: int = 16
) -> Live:
    """Return live state with the foreign actions that are referred to looked up.

    Raises:
        PlatformError: The platform could not be read.
    """
    foreign = _foreign(platform, references, org_id=live.identity.org_id, parallelism=parallelism)
    return replace(live, foreign={**live.foreign, **foreign})


def with_newer(live: Live, platform: PlatformReader) -> Live:
    """Return live state with the triggers that no listing shows, which may rest on actions all the same.

    Raises:
        PlatformError: The platform could not be read.
    """
    return replace(live, newer=newer_triggers(platform) or ())


def newer_triggers(platform: PlatformReader) -> tuple[NewerTrigger, ...] | None:
    """Return the triggers without an older form; None where the platform is older and has no way to ask for them.

    Raises:
        PlatformError: The platform could not be read.
    """
    try:
        return platform.newer_triggers()
    except (NotFound, InvalidRequest, MalformedAnswer):
        return None


class Observation:
    """One observation that may begin before anybody asks for it; a context that closes the platform at its end.

    Whatever goes wrong is raised by :meth:`live`, so that mistakes in manifests are told first.
    """

    def __init__(self, open_reader: Callable[[], PlatformReader]) -> None:
        self._open_reader = open_reader
        self._opened: PlatformReader | None = None
        self._is_over = threading.Event()
        self._reading: Future[_Listing] = Future()
        self._has_begun = False

    def __enter__(self) -> Observation:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._has_begun:
            wait([self._reading], timeout=PATIENCE)
        if self._opened is not None:
            self._opened.close()

    def begin(self) -> None:
        """Open and list the platform in a thread of its own, before anybody asks; once is enough."""
        if self._has_begun:
            return
        self._has_begun = True
        threading.Thread(target=self._read, name="observe-ahead", daemon=True).start()

    def glance(self) -> Glance:
        """Return what tells the live state from any other, without reading a record of it.

        Raises:
            ConfigurationError: The platform cannot be opened.
            PlatformError: It could not be listed.
        """
        return self._listing().glance

    def live(self, references: Iterable[ActionReference] = (), *, parallelism: int = 16, newer: bool = False) -> Live:
        """Return every action and trigger of the own organization, and the foreign actions that are referred to; once.

        With ``newer`` the triggers that no listing shows are asked for as well.

        Raises:
            ConfigurationError: The platform cannot be opened.
            PlatformError: It could not be read; nothing partial is returned.
        """
        listing = self._listing()
        assert self._opened is not None
        live = _live(listing, self._opened, references, parallelism=parallelism)
        return with_newer(live, self._opened) if newer else live

    def _listing(self) -> _Listing:
        if not self._has_begun:
            self._has_begun = True
            self._read()
        while not self._reading.done():
            wait([self._reading], timeout=ONE_WAIT)
        return self._reading.result()

    def _read(self) -> None:
        try:
            self._opened = self._open_reader()
            if self._is_over.is_set():
                self._opened.close()
            self._reading.set_result(_listed(self._opened))
        except BaseException as error:  # noqa: BLE001  handed to whoever asks for what is live
            self._reading.set_exception(error)


@dataclass(frozen=True, slots=True)
class Glance:
    """Which platform was listed, and a hash of all that is there."""

    identity: PlatformIdentity
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Listing:
    """Everything of the own organization, not yet read."""

    glance: Glance
    actions: list[UnreadPage[ActionRecord]]
    triggers: list[UnreadPage[TriggerRecord]]

    def records(self) -> dict[Address, LiveRecord]:
        """Return every record by its address; once, for each page is let go when it has been read."""
        records: dict[Address, LiveRecord] = {}
        while self.actions:
            records |= {Address(Kind.ACTION, record.name): record for record in self.actions.pop(0).read().items}
        while self.triggers:
            records |= {Address(Kind.TRIGGER, record.name): record for record in self.triggers.pop(0).read().items}
        return records


def _listed(platform: PlatformReader) -> _Listing:
    identity = platform.identity()
    actions: list[UnreadPage[ActionRecord]] = []
    triggers: list[UnreadPage[TriggerRecord]] = []
    listings: list[Callable[[], None]] = [
        lambda: actions.extend(_all_pages(platform.unread_actions)),
        lambda: triggers.extend(_all_pages(platform.unread_triggers)),
    ]
    _side_by_side(lambda listing: listing(), listings, parallelism=2)
    fingerprint = blake2b(digest_size=20)
    for page in (*actions, *triggers):
        fingerprint.update(page.content_hash)
    return _Listing(Glance(identity, fingerprint.hexdigest()), actions, triggers)


def _live(
    listing: _Listing, platform: PlatformReader, references: Iterable[ActionReference], *, parallelism: int
) -> Live:
    seen = listing.glance
    foreign = _foreign(platform, references, org_id=seen.identity.org_id, parallelism=parallelism)
    return Live(seen.identity, listing.records(), foreign, seen.fingerprint)


def observe_some(platform: PlatformReader, addresses: Iterable[Address], *, parallelism: int = 16) -> Live:
    """Return what is live of these addresses, for a saved plan that is about to be applied."""
    wanted = sorted(set(addresses))
    if len(wanted) > ONE_BY_ONE:
        live = observe(platform, parallelism=parallelism)
        return Live(live.identity, {at: live.records[at] for at in wanted if at in live.records})
    found = _side_by_side(lambda address: _read(platform, address), wanted, parallelism=parallelism)
    records = {address: record for address, record in zip(wanted, found, strict=True) if record is not None}
    return Live(platform.identity(), records)


def _all_pages(query: Callable[[QuerySpecification], UnreadPage[Record]]) -> list[UnreadPage[Record]]:
    pages: list[UnreadPage[Record]] = []
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = query(_page_after(token))
        pages.append(page)
        token = page.next_token
        if not token:
            return pages
        if token in seen:
            # A platform that hands out the same token again would keep us here for ever.
            hint = "check that the endpoint is the platform's API and that no proxy answers in its place"
            raise MalformedAnswer("the platform repeats a page token", operation="list resources", hint=hint)
        seen.add(token)


def _page_after(token: str | None) -> QuerySpecification:
    return QuerySpecification(limit=PAGE_LIMIT) if token is None else QuerySpecification(limit=PAGE_LIMIT, after=token)


def _read(platform: PlatformReader, address: Address) -> LiveRecord | None:
    try:
        match address.kind:
            case Kind.ACTION:
                return platform.get_action(address.name)
            case Kind.TRIGGER:
                return platform.get_trigger(address.name)
            case _:
                assert_never(address.kind)
    except NotFound:
        return None


def _foreign(
    platform: PlatformReader, references: Iterable[ActionReference], *, org_id: str, parallelism: int
) -> dict[ActionReference, ActionRecord | None]:
    def look_up(reference: ActionReference) -> ActionRecord | None:
        try:
            return platform.get_action(reference.name, digest=reference.digest, owner=reference.owner)
        except NotFound:
            return None

    wanted = sorted(
        {reference for reference in references if reference.owner not in {None, org_id}},
        key=lambda reference: (reference.owner or "", reference.name, reference.digest or ""),
    )
    return dict(zip(wanted, _side_by_side(look_up, wanted, parallelism=parallelism), strict=True))


def _side_by_side(work: Callable[[Given], Taken], given: list[Given], *, parallelism: int) -> list[Taken]:
    """Return what ``work`` makes of each, in their order; raise what the first of them raised.

    The threads are daemons, unlike those of an executor pool: a Ctrl-C must not wait for a platform that is silent.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    ended: SimpleQueue[int] = SimpleQueue()
    taken: dict[int, Taken] = {}
    raised: dict[int, BaseException] = {}

    def take_turns() -> None:
        while True:
            try:
                place = waiting.get_nowait()
            except Empty:
                return
            try:
                taken[place] = work(given[place])
            except BaseException as error:  # noqa: BLE001  handed to the calling thread, which raises it
                raised[place] = error
            ended.put(place)

    for place in range(len(given)):
        waiting.put(place)
    for number in range(min(parallelism, len(given))):
        threading.Thread(target=take_turns, name=f"observe-{number}", daemon=True).start()
    left = len(given)
    while left:
        with suppress(Empty):
            ended.get(timeout=ONE_WAIT)
            left -= 1
    if raised:
        raise raised[min(raised)]
    return [taken[place] for place in range(len(given))]
