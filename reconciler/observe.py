"""The one read: what is live on a platform, in as few requests as the platform's pages allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Address, Kind
from reconciler.domain.live import Live, LiveRecord
from reconciler.domain.platform import PlatformReader
from reconciler.domain.queries import PAGE_LIMIT, Page, QuerySpecification
from reconciler.domain.values import ActionReference
from reconciler.errors import MalformedAnswer, NotFound

#: Up to this many resources are read one by one; listing everything is cheaper from there on.
ONE_BY_ONE: Final = 24

Record = TypeVar("Record", bound=LiveRecord)
Given = TypeVar("Given")
Taken = TypeVar("Taken")


def observe(platform: PlatformReader, *, references: Iterable[ActionReference] = (), parallelism: int = 16) -> Live:
    """Return every action and trigger of the own organization, and the foreign actions that are referred to.

    Raises:
        PlatformError: The platform could not be read; nothing partial is returned.
    """
    identity = platform.identity()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="observe") as pool:
        actions = pool.submit(_all_pages, platform.query_actions)
        triggers = pool.submit(_all_pages, platform.query_triggers)
        records: dict[Address, LiveRecord] = {Address(Kind.ACTION, r.name): r for r in actions.result()}
        records |= {Address(Kind.TRIGGER, r.name): r for r in triggers.result()}
    foreign = _foreign(platform, references, org_id=identity.org_id, parallelism=parallelism)
    return Live(identity, records, foreign)


def observe_some(platform: PlatformReader, addresses: Iterable[Address], *, parallelism: int = 16) -> Live:
    """Return what is live of these addresses, for a saved plan that is about to be applied."""
    wanted = sorted(set(addresses))
    if len(wanted) > ONE_BY_ONE:
        live = observe(platform, parallelism=parallelism)
        return Live(live.identity, {at: live.records[at] for at in wanted if at in live.records})
    found = _side_by_side(lambda address: _read(platform, address), wanted, parallelism=parallelism)
    records = {address: record for address, record in zip(wanted, found, strict=True) if record is not None}
    return Live(platform.identity(), records)


def _all_pages(query: Callable[[QuerySpecification], Page[Record]]) -> list[Record]:
    records: list[Record] = []
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = query(_page_after(token))
        records.extend(page.items)
        token = page.next_token
        if not token:
            return records
        if token in seen:
            # A platform that hands out the same token again would keep us here for ever.
            raise MalformedAnswer("the platform repeats a page token", operation="list resources")
        seen.add(token)


def _page_after(token: str | None) -> QuerySpecification:
    return QuerySpecification(limit=PAGE_LIMIT) if token is None else QuerySpecification(limit=PAGE_LIMIT, after=token)


def _read(platform: PlatformReader, address: Address) -> LiveRecord | None:
    try:
        if address.kind is Kind.ACTION:
            return platform.get_action(address.name)
        return platform.get_trigger(address.name)
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
    if not given:
        return []
    with ThreadPoolExecutor(max_workers=min(parallelism, len(given)), thread_name_prefix="observe") as pool:
        return list(pool.map(work, given))
