"""What is owned and what was done, for people and programs: adoptions, the inventory, and the journal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from reconciler.apply.events import Outcome
from reconciler.domain.live import address_of
from reconciler.inventory.document import Entry, Inventory, dumps
from reconciler.inventory.journal import Applied, Record, document
from reconciler.inventory.lease import document_of
from reconciler.plan.model import Op
from reconciler.render.lines import Pieces, in_columns, show_lines
from reconciler.render.machine import records_json
from reconciler.render.palette import COLOUR, OUTCOME_COLOUR, QUIET, SYMBOL
from reconciler.render.visible import visible
from reconciler.render.words import counted, duration, moment

if TYPE_CHECKING:
    from rich.console import Console

    from reconciler.domain.address import Address
    from reconciler.domain.live import LiveRecord
    from reconciler.inventory.lease import Lease
    from reconciler.owner import Adopted

#: Characters of a digest that are shown.
_DIGEST: Final = 12

_RUNNING: Final = "running"


def show_adopted(found: Adopted, console: Console) -> None:
    """Show what was taken in, and what an apply has to create."""
    lines = [_taken(record) for record in found.taken]
    lines += [
        [(f"   {visible(str(address))} is not on the platform yet: apply creates it", QUIET)]
        for address in found.absent
    ]
    ours = f"{counted(len(found.ours), 'resource')} {'was' if len(found.ours) == 1 else 'were'} ours already"
    told = f"Adopted {counted(len(found.taken), 'resource')}; {ours}."
    show_lines(console, [*lines, *([[]] if lines else []), [(told, "bold")]])


def adopted_json(found: Adopted) -> str:
    """Return the same for programs."""
    told = {
        "adopted": [str(address_of(record)) for record in found.taken],
        "ours": _texts(found.ours),
        "absent": _texts(found.absent),
    }
    return records_json(**told)


def inventory_json(inventory: Inventory, *, lease: Lease | None) -> str:
    """Return what is ours and who holds the lock, for programs.

    The key of the hashes stays where the inventory is: with it, whoever reads a log could try guesses at secrets.
    """
    kept = json.loads(dumps(inventory))
    del kept["hash_key"]
    return records_json(**{**kept, "lock": None if lease is None else document_of(lease)})


def show_inventory(inventory: Inventory, console: Console, *, place: str, lease: Lease | None) -> None:
    """Show every resource that is ours, where that is kept, and who holds the lock."""
    kept = f"{place}, written {counted(inventory.serial, 'time')}"
    org = f", organization {visible(inventory.org_id)}" if inventory.org_id else ""
    lines: list[Pieces] = [[(f"{kept}{org}", QUIET)], []]
    lines += in_columns([_entry_cells(inventory.entries[address]) for address in sorted(inventory.entries)])
    held = [] if lease is None else [[(f"Locked by {visible(str(lease))}; id {lease.id}", "bold yellow")]]
    counts = Counter(address.kind.value.lower() for address in inventory.entries)
    told = " and ".join(counted(count, kind) for kind, count in sorted(counts.items())) or "Nothing"
    show_lines(console, [*lines, *([[]] if inventory.entries else []), *held, [(f"{told} owned.", "bold")]])


def show_history(pages: Sequence[Applied], console: Console) -> None:
    """Show a line for each apply."""
    rows = [
        [
            (page.apply_id, ""),
            (moment(page.started), QUIET),
            (page.command, ""),
            (_outcomes(page), _colour(page)),
            (visible(page.actor), ""),
            ((page.commit or "")[:_DIGEST], QUIET),
        ]
        for page in pages
    ]
    show_lines(console, in_columns(rows) or [[("Nothing has been applied yet.", "")]])


def show_apply(page: Applied, console: Console) -> None:
    """Show what an apply did to each resource."""
    by = f" by {visible(page.actor)}" if page.actor else ""
    where = f"  {visible(page.run_url)}" if page.run_url else ""
    commit = f", commit {page.commit[:_DIGEST]}" if page.commit else ""
    plan = f", plan {page.plan_id}" if page.plan_id else ""
    head: list[Pieces] = [
        [(f"{page.command} {page.apply_id}", "bold"), (f"{by} at {moment(page.started)}{where}", "")],
        [(f"took {duration(page.seconds)}{commit}{plan}", QUIET)],
        [],
    ]
    show_lines(console, [*head, *in_columns([_record_cells(record) for record in page.records])])


def history_json(pages: Sequence[Applied]) -> str:
    """Return pages of the journal for programs."""
    return records_json(applies=[document(page) for page in pages])


def _taken(record: LiveRecord) -> Pieces:
    by = f"created by {visible(record.created_by)}, last modified by {visible(record.modified_by)}"
    return [
        (f"{SYMBOL[Op.ADOPT]} adopted {visible(str(address_of(record)))}", COLOUR[Op.ADOPT]),
        (f"  {by}, {moment(record.modified)}", QUIET),
    ]


def _texts(addresses: Sequence[Address]) -> list[str]:
    return [str(address) for address in addresses]


def _entry_cells(entry: Entry) -> Pieces:
    marks = [
        *(["protected"] if entry.protect else []),
        *(["adopted"] if entry.adopted else []),
        *([f"on_remove: {entry.on_remove}"] if entry.on_remove != "delete" else []),
        *([f"{entry.intent.op.value} was cut off"] if entry.intent else []),
    ]
    return [
        (visible(str(entry.address)), ""),
        ((entry.digest or entry.server_id or "")[:_DIGEST], QUIET),
        ("" if entry.modified is None else moment(entry.modified), QUIET),
        (", ".join(marks), "yellow" if entry.intent else ""),
    ]


def _record_cells(record: Record) -> Pieces:
    op = Op(record.op)
    way = f"{(record.digest_before or '')[:_DIGEST]} -> {(record.digest_after or '')[:_DIGEST]}"
    return [
        (f"{SYMBOL[op]} {record.op}", COLOUR[op]),
        (visible(str(record.address)), ""),
        (record.outcome, _outcome_colour(record.outcome)),
        (way if record.digest_before or record.digest_after else "", QUIET),
        (visible(record.reason), ""),
    ]


def _outcomes(page: Applied) -> str:
    counts = Counter(record.outcome for record in page.records)
    if _RUNNING in counts:
        return f"cut off, or under way: {counts[_RUNNING]} of {len(page.records)} unknown"
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "nothing to send"


def _colour(page: Applied) -> str:
    worst = {record.outcome for record in page.records} - {Outcome.APPLIED.value}
    return "yellow" if worst else "green"


def _outcome_colour(outcome: str) -> str:
    return "yellow" if outcome == _RUNNING else OUTCOME_COLOUR[Outcome(outcome)]
