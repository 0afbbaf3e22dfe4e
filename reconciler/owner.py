"""What a project does with its inventory besides applying: adopt, rebuild, look back, and roll back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.errors import ConfigurationError, InventoryDamaged, InventoryTooNew, NotFound

if TYPE_CHECKING:
    from reconciler.domain.actions import ActionRecord
    from reconciler.domain.address import Address
    from reconciler.domain.live import Live, LiveRecord
    from reconciler.domain.platform import PlatformReader
    from reconciler.inventory.document import Entry, Inventory
    from reconciler.inventory.journal import Applied
    from reconciler.ledger import Ledger
    from reconciler.manifests.desired import Desired
    from reconciler.plan.model import Plan
    from reconciler.plan.permits import Permits
    from reconciler.project import Project


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was taken into the inventory, what was in it already, and what is not live: to be created by an apply."""

    taken: tuple[LiveRecord, ...]
    ours: tuple[Address, ...]
    absent: tuple[Address, ...]


def ledger_of(project: Project) -> Ledger:
    """Return the ledger of a project.

    Raises:
        ConfigurationError: The project has no inventory.
    """
    from reconciler.ledger import open_ledger

    ledger = open_ledger(project.settings)
    if ledger is None and project.settings.inventory_id is not None:
        raise ConfigurationError(
            "this project keeps no inventory: its store is none",
            hint="name a folder or a bucket under inventory.store of reconciler.yaml",
        )
    if ledger is None:
        raise ConfigurationError(
            "this project has no inventory",
            hint='write "inventory: { id: ... }" with a new UUID under spec of reconciler.yaml; reconciler init does',
        )
    return ledger


def adopt(project: Project, addresses: Collection[Address], *, lock_timeout: float = 0.0) -> Adopted:
    """Take declared resources that are live into the inventory, all of them when none is named; nothing is sent.

    Raises:
        ConfigurationError: There is no inventory, or a name is in no manifest.
        GuardRefused: The inventory is of another organization, or another one has what is to be taken.
        Locked: Somebody else holds the lock.
    """
    from reconciler.plan.refusing import refuse_other_organization

    ledger = ledger_of(project)
    desired = project.load().desired
    _refuse_undeclared(addresses, desired)
    with ledger.locked("adopt", timeout=lock_timeout) as held:
        live = _live(project)
        inventory, version = ledger.store.read()
        refuse_other_organization(inventory, live.identity)
        found = _adoption(addresses or desired.resources, live, inventory)
        _refuse_claimed(found, ledger, live)
        if found.taken:
            held.check()
            _take(
                ledger,
                found.taken,
                project=project,
                desired=desired,
                live=live,
                inventory=inventory,
                version=version,
                command="adopt",
            )
    return found


def rebuild(project: Project, *, lock_timeout: float = 0.0) -> Adopted:
    """Make the inventory anew from live state and manifests; what can still be read of it is kept, nothing is sent.

    Raises:
        ConfigurationError: There is no inventory.
        GuardRefused: It is of another organization, or another one has what is to be taken.
        InventoryTooNew: A later version of this tool wrote it, which is no reason to lose it.
        Locked: Somebody else holds the lock.
    """
    from reconciler.inventory.document import Inventory
    from reconciler.plan.refusing import refuse_other_organization

    ledger = ledger_of(project)
    desired = project.load().desired
    with ledger.locked("rebuild", timeout=lock_timeout) as held:
        live = _live(project)
        try:
            inventory, version = ledger.store.read()
        except InventoryTooNew:
            raise
        except InventoryDamaged:
            stored = ledger.store.backend.read(ledger.store.name)
            version = None if stored is None else stored.version
            inventory = Inventory.new(ledger.store.inventory_id, environment=ledger.store.environment)
        refuse_other_organization(inventory, live.identity)
        found = _adoption(desired.resources, live, inventory)
        _refuse_claimed(found, ledger, live)
        held.check()
        _take(
            ledger,
            found.taken,
            project=project,
            desired=desired,
            live=live,
            inventory=inventory,
            version=version,
            command="rebuild",
        )
    return found


def rollback(project: Project, apply_id: str, *, permits: Permits | None = None) -> tuple[Applied, Plan]:
    """Plan the content that everything had before an apply changed it.

    Raises:
        ConfigurationError: There is no inventory or no such apply, or what was before is not known.
        PlatformError: Live state or an old version could not be read.
    """
    from reconciler.observe import observe, with_newer
    from reconciler.plan.diff import plan
    from reconciler.plan.model import Op, Scope, Source
    from reconciler.plan.permits import Permits as NoPermits
    from reconciler.plan.rolling_back import previous, scope_of

    ledger = ledger_of(project)
    applied = ledger.journal.read(apply_id)
    inventory, _ = ledger.store.read()
    with closing(project.reader()) as platform:
        live = with_newer(observe(platform, parallelism=project.settings.parallelism), platform)
        versions = _versions_before(applied, platform)
    desired = previous(applied, versions, inventory=inventory)
    source = Source(f"rollback of {applied.apply_id}", commit=applied.commit)
    made = plan(
        desired,
        live,
        source=source,
        scope=Scope(targets=scope_of(applied, inventory, desired)),
        inventory=inventory,
        # What an apply brought in at first may well be everything: no manifest asks for this plan.
        permits=replace(permits or NoPermits(), empty=True),
    )
    # No manifest was asked: what goes is what that apply made.
    reason = f"made by apply {applied.apply_id}"
    changes = (replace(each, reason=reason) if each.op in {Op.DELETE, Op.FORGET} else each for each in made.changes)
    return applied, replace(made, changes=tuple(changes))


def _versions_before(applied: Applied, platform: PlatformReader) -> dict[Address, ActionRecord]:
    """Return the actions an apply changed as they were, secrets included, as far as the platform still has them."""
    from reconciler.domain.address import Kind

    found: dict[Address, ActionRecord] = {}
    for record in applied.records:
        if record.address.kind is Kind.ACTION and record.digest_before and record.op in {"update", "adopt"}:
            # With the action all of its versions are deleted; what the journal says of them is left.
            with suppress(NotFound):
                found[record.address] = platform.get_action(record.address.name, digest=record.digest_before)
    return found


def _live(project: Project) -> Live:
    from reconciler.observe import observe

    with closing(project.reader()) as platform:
        return observe(platform, parallelism=project.settings.parallelism)


def _refuse_undeclared(addresses: Collection[Address], desired: Desired) -> None:
    unknown = sorted(str(address) for address in addresses if address not in desired.resources)
    if unknown:
        raise ConfigurationError(
            f"{', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} in no manifest",
            hint='write its manifest first: "reconciler export" makes one of what is live',
        )


def _adoption(wanted: Collection[Address], live: Live, inventory: Inventory) -> Adopted:
    from reconciler.plan.ownership import Ownership

    ownership = Ownership.of(inventory, live)
    ours = tuple(at for at in sorted(wanted) if ownership.entry_of(at, live.records.get(at)) is not None)
    absent = tuple(at for at in sorted(wanted) if at not in live.records)
    left = sorted(set(wanted) - set(ours) - set(absent))
    return Adopted(tuple(live.records[at] for at in left), ours, absent)


def _refuse_claimed(found: Adopted, ledger: Ledger, live: Live) -> None:
    """Refuse to take what belongs to another project that keeps its inventory in the same place."""
    from reconciler.domain.live import address_of
    from reconciler.inventory.neighbours import claimed
    from reconciler.plan.refusing import refuse_theirs

    if found.taken:
        theirs, wanted = claimed(ledger.store, live), {address_of(record) for record in found.taken}
        refuse_theirs({address: place for address, place in theirs.items() if address in wanted})


def _take(
    ledger: Ledger,
    records: Collection[LiveRecord],
    *,
    project: Project,
    desired: Desired,
    live: Live,
    inventory: Inventory,
    version: str | None,
    command: str,
) -> None:
    """Write the records into the inventory, and a page of it into the journal."""
    from reconciler.inventory.journal import Applied, Record, new_apply_id

    now = project.now()
    apply_id = new_apply_id(now, secrets.token_hex(3))
    entries = [_entry(record, desired, inventory, apply_id) for record in records]
    after = replace(
        inventory.with_entries(*entries),
        serial=inventory.serial + 1,
        platform=live.identity.kind,
        org_id=live.identity.org_id,
    )
    ledger.store.write(after, expected=version)
    page = Applied(
        apply_id=apply_id,
        started=now,
        seconds=0.0,
        actor=ledger.who,
        run_url=ledger.run_url,
        command=command,
        records=tuple(
            Record(address=entry.address, op="adopt", outcome="applied", digest_after=entry.digest) for entry in entries
        ),
    )
    ledger.journal.begin(page)


def _entry(record: LiveRecord, desired: Desired, inventory: Inventory, apply_id: str) -> Entry:
    from reconciler.domain.actions import ActionRecord
    from reconciler.domain.live import address_of, server_id
    from reconciler.inventory.document import Entry, Version, hashed
    from reconciler.plan.kinds.live import live_shape
    from reconciler.plan.masking import sensitive_names

    address = address_of(record)
    resource = desired.resources[address]
    sensitive = sensitive_names(resource, desired, org_id=record.org_id)
    digest = record.digest if isinstance(record, ActionRecord) else None
    return Entry(
        address=address,
        server_id=server_id(record),
        created=record.created,
        applied=hashed(live_shape(record, sensitive=sensitive), inventory.hash_key),
        sensitive=tuple(sorted(sensitive)),
        digest=digest,
        modified=record.modified,
        protect=resource.lifecycle.protect,
        on_remove=resource.lifecycle.on_remove,
        adopted=True,
        history=(Version(digest, record.modified, apply_id),),
    )
